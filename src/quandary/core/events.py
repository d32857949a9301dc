"""What happened, in order. The log is the truth; everything else is derived from it.

Items are not events: a million of them live in a table of their own, and the log records
with one ``ItemsAdded`` that they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

ItemId = str
AnswerKind = Literal["label", "skip", "unsure"]
ClassAction = Literal["add", "rename", "merge", "delete", "restore", "describe"]
IMPORTED = "import"  # the annotator of labels that came with the data and name nobody else


@dataclass(frozen=True, slots=True)
class ItemsAdded:
    """``count`` items came in, at positions ``first`` and after; ``digest`` is the hash of their ids and contents."""

    first: int
    count: int
    source: str
    digest: str


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """What an annotator said of an item. A later answer by the same annotator replaces it.

    ``reason``, ``strategy`` and ``model_version`` say why it was asked; ``audit`` that it was a random check;
    ``suggested`` which class the annotator saw as the model's guess; ``key`` is the client's own name for the request.
    """

    item: ItemId
    value: str | None
    annotator: str
    kind: AnswerKind = "label"
    at: float = 0.0
    seconds: float | None = None
    key: str = ""
    reason: str = ""
    strategy: str = ""
    model_version: int = 0
    audit: bool = False
    suggested: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerRetracted:
    """An annotator took answers back: with ``undo`` the last one to this item, else all of their own to it."""

    item: ItemId
    annotator: str
    at: float = 0.0
    undo: bool = False


@dataclass(frozen=True, slots=True)
class NoteWritten:
    """A remark about an item; an empty text removes it."""

    item: ItemId
    text: str
    annotator: str
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class ClassChanged:
    """A class was added, renamed, merged into another, deleted, restored or described.

    Answers keep the name that was said; the state looks up what that name means now.
    """

    action: ClassAction
    name: str
    to: str = ""
    description: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """How questions are chosen and learned from now on: names and parameters, JSON values only."""

    plan: Mapping[str, Any]
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class RoundProposed:
    """Items that were really served from one ranking, best first.

    ``seen`` is the version of the log that the ranking was computed from; ``audit`` marks random checks.
    """

    items: tuple[ItemId, ...]
    strategy: str
    model_version: int
    seen: int
    scores: tuple[float | None, ...] = ()
    reasons: tuple[str, ...] = ()
    audit: tuple[bool, ...] = ()


Event = ItemsAdded | AnswerGiven | AnswerRetracted | NoteWritten | ClassChanged | PlanChanged | RoundProposed
