"""Answers on record, as docs/http.md shows them."""

from __future__ import annotations

from typing import Any

from quandary.core.classes import GONE
from quandary.core.events import AnswerGiven, AnswerKind
from quandary.core.state import KIND_CODES, Answer, State
from quandary.service.desk import Desk
from quandary.service.history import Given

KIND_NAMES: dict[int, AnswerKind] = {code: name for name, code in KIND_CODES.items()}


def recent(desk: Desk, limit: int, before: int | None) -> list[dict[str, Any]]:
    """The last answers given here that stand, newest first."""
    found: list[dict[str, Any]] = []
    for given in desk.ledger.history.newest(before):
        if len(found) == limit:
            break
        found.append(_given(desk, given))
    return found


def of_item(desk: Desk, position: int) -> list[dict[str, Any]]:
    """All answers on record for one item, oldest first."""
    standing = desk.ledger.history.standing
    return [
        _given(desk, standing[a.version]) if a.version in standing else _came_along(desk, position, a)
        for a in desk.state.answers(position)
    ]


def meant(state: State, given: Given) -> str | None:
    """The class that an answer means now, None where it has none or the class is gone."""
    for answer in state.answers(given.position):
        if answer.version == given.version:
            return name_of(state, answer.value)
    return None


def name_of(state: State, code: int) -> str | None:
    """The class that a code means now."""
    now = GONE if code == GONE else state.classes.meaning(code)
    return None if now == GONE else state.classes.names[now]


def _given(desk: Desk, given: Given) -> dict[str, Any]:
    said = given.answer
    return _shown(desk, given.position, given.version, said, meant(desk.state, given))


def _came_along(desk: Desk, position: int, answer: Answer) -> dict[str, Any]:
    said = AnswerGiven(desk.state.ids[position], None, answer.annotator, KIND_NAMES[answer.kind], audit=answer.audit)
    return _shown(desk, position, answer.version, said, name_of(desk.state, answer.value))


def _shown(desk: Desk, position: int, version: int, said: AnswerGiven, value: str | None) -> dict[str, Any]:
    return {
        "item": said.item,
        "key": said.key or None,
        "kind": said.kind,
        "value": value,
        "suggested": said.suggested,
        "annotator": said.annotator,
        "at": said.at,
        "seconds": said.seconds,
        "version": version,
        "audit": said.audit,
        "note": desk.state.notes.get(position),
    }
