"""Classes changed by a person: what a change would do, and doing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quandary.core.errors import ConfigError
from quandary.core.events import ClassAction, ClassChanged
from quandary.core.names import unknown_name
from quandary.core.state import State
from quandary.project.classes import affected, after, validate
from quandary.service.desk import Desk

ACTIONS: tuple[ClassAction, ...] = ("add", "rename", "merge", "delete", "restore", "describe")


@dataclass(frozen=True, slots=True)
class ClassRequest:
    """What a client sends to change a class."""

    action: str
    name: str
    to: str = ""
    description: str = ""


def change(desk: Desk, request: ClassRequest) -> str:
    """Change a class and return the reply, JSON text."""
    reply = desk.commit([_event(desk.state, request, desk.now())], lambda: {"classes": desk.classes()})
    desk.hub.say("classes", {"classes": desk.classes()})
    return reply


def preview(desk: Desk, request: ClassRequest) -> dict[str, Any]:
    """What a change would do; nothing is changed."""
    state, event = desk.state, _event(desk.state, request, desk.now())
    count, table = affected(event, state), state.classes
    state.classes = after(event, state)
    try:
        return {"affected": count, "classes": desk.classes()}
    finally:
        state.classes = table


def _event(state: State, request: ClassRequest, at: float) -> ClassChanged:
    """The event of a change that makes sense now; ``ConfigError`` says what would."""
    action = next((a for a in ACTIONS if a == request.action), None)
    if action is None:
        raise ConfigError(unknown_name("action on classes", request.action, ACTIONS))
    event = ClassChanged(action, request.name, request.to, request.description, at)
    validate(event, state)
    return event
