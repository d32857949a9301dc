"""Fold a log of events into the state a project is in.

Everything about items is an array over positions, so that a million items cost a few
megabytes; only items with more than one answer on record have an entry of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.classes import GONE, ClassTable
from quandary.core.events import (
    IMPORTED,
    AnswerGiven,
    AnswerKind,
    AnswerRetracted,
    ClassChanged,
    Event,
    ItemsAdded,
    NoteWritten,
    PlanChanged,
    RoundProposed,
)
from quandary.core.features import Positions
from quandary.core.ids import ItemIds

OPEN, LABELED, SKIPPED, UNSURE = 0, 1, 2, 3
KIND_CODES: dict[AnswerKind, int] = {"label": LABELED, "skip": SKIPPED, "unsure": UNSURE}
SKIP_RETURNS_AFTER = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer on record, in codes: what, by whom, at which version of the log."""

    kind: int
    value: int
    annotator: str
    version: int
    audit: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a project is: items by what is known of them."""

    total: int
    labeled: int
    skipped: int
    unsure: int
    audit: int

    @property
    def open(self) -> int:
        """Items that still have no label and were not called unsure."""
        return self.total - self.labeled - self.unsure


class State:
    """A pure function of the log: change it only through ``apply``, which costs O(1).

    version  number of events applied
    rounds   number of answers given or taken back: seeds the chance of each proposal
    """

    def __init__(self, ids: ItemIds) -> None:
        self.ids = ids
        self.version = 0
        self.rounds = 0
        self.classes = ClassTable()
        self.plan: dict[str, Any] = {}
        self.notes: dict[int, str] = {}
        self.kind = np.zeros(len(ids), np.int8)
        self.value = np.full(len(ids), GONE, np.int32)
        self.audit = np.zeros(len(ids), bool)
        self.turn = np.zeros(len(ids), np.int32)  # ``rounds`` at the last answer
        self._who = np.full(len(ids), GONE, np.int32)  # annotator of the only answer on record
        self._when = np.zeros(len(ids), np.int64)  # version of the only answer on record
        self._several: dict[int, list[Answer]] = {}  # items with more than one
        self._annotators: list[str] = []
        self._trail: dict[str, list[tuple[int, int]]] = {}
        self._said: Counter[int] = Counter()  # labels by class code
        self._kinds: Counter[int] = Counter()

    # ---- what stands ---------------------------------------------------------------

    def class_names(self) -> tuple[str, ...]:
        """The classes that can be said now."""
        return tuple(info.name for info in self.classes.current())

    def labels(self) -> NDArray[np.intp]:
        """For each item the index of its class in ``class_names()``, or -1; shape (items,)."""
        lookup = self.classes.lookup()
        out = np.full(len(self.value), GONE, dtype=np.intp)
        said = np.flatnonzero(self.kind == LABELED)
        if len(said):
            out[said] = lookup[self.value[said]]
        return out

    def labeled(self) -> tuple[Positions, NDArray[np.intp]]:
        """Positions that have a label, ascending, and their class indices; both (l,)."""
        labels = self.labels()
        positions = np.flatnonzero(labels >= 0)
        return positions, labels[positions]

    def candidates(self) -> Positions:
        """Positions that may be asked now, ascending: no label, not unsure, not freshly skipped."""
        back = (self.kind == SKIPPED) & (self.rounds - self.turn >= SKIP_RETURNS_AFTER)
        return np.flatnonzero((self.labels() < 0) & ((self.kind == OPEN) | (self.kind == LABELED) | back))

    def counts(self) -> Counts:
        """How far the project is, in O(classes)."""
        lookup = self.classes.lookup()
        labeled = sum(n for code, n in self._said.items() if lookup[code] != GONE)
        audit = int(np.count_nonzero(self.audit))
        return Counts(len(self.ids), labeled, self._kinds[SKIPPED], self._kinds[UNSURE], audit)

    def class_counts(self) -> dict[str, int]:
        """Labels of each class that can be said now."""
        lookup, names = self.classes.lookup(), self.class_names()
        out = dict.fromkeys(names, 0)
        for code, n in self._said.items():
            if lookup[code] != GONE:
                out[names[lookup[code]]] += n
        return out

    def answers(self, position: int) -> list[Answer]:
        """The answers on record for one item, oldest first."""
        if position in self._several:
            return list(self._several[position])
        if self._who[position] == GONE:
            return []
        annotator = self._annotators[self._who[position]]
        kind, value = int(self.kind[position]), int(self.value[position])
        return [Answer(kind, value, annotator, int(self._when[position]), bool(self.audit[position]))]

    def label(self, position: int) -> str | None:
        """The class of one item, by name, or None."""
        if self.kind[position] != LABELED:
            return None
        code = self.classes.meaning(int(self.value[position]))
        return None if code == GONE else self.classes.names[code]

    def last_answer(self, annotator: str) -> tuple[int, int] | None:
        """Version and position of the annotator's last answer that still stands, or None."""
        trail = self._trail.get(annotator)
        return trail[-1] if trail else None

    # ---- change --------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Take in the next event of the log."""
        self.version += 1
        match event:
            case AnswerGiven():
                self._answer(event)
            case AnswerRetracted():
                self._retract(event)
            case ClassChanged():
                self.classes.apply(event)
            case PlanChanged(plan=plan):
                self.plan = {**self.plan, **plan}
            case NoteWritten(item=item, text=text):
                self._note(self.ids.position(item), text)
            case ItemsAdded(first=first, count=count):
                self._grow(first + count)
            case RoundProposed():
                pass

    def _answer(self, event: AnswerGiven) -> None:
        self.rounds += 1
        position = self.ids.position(event.item)
        code = GONE if event.value is None else self.classes.code(event.value)
        audit = event.audit and event.kind == "label"
        answer = Answer(KIND_CODES[event.kind], code, event.annotator, self.version, audit)
        if event.key:
            self._trail.setdefault(event.annotator, []).append((self.version, position))
        self._settle(position, [*self.answers(position), answer])

    def _retract(self, event: AnswerRetracted) -> None:
        self.rounds += 1
        position = self.ids.position(event.item)
        record = self.answers(position)
        mine = [a for a in record if a.annotator == event.annotator]
        gone = {a.version for a in (mine[-1:] if event.undo else mine)}
        trail = self._trail.get(event.annotator, [])
        self._trail[event.annotator] = [step for step in trail if step[0] not in gone]
        self._settle(position, [a for a in record if a.version not in gone])

    def _settle(self, position: int, record: list[Answer]) -> None:
        """Put on record what was answered for one item, and what it means together."""
        self._count(position, -1)
        self._several.pop(position, None)
        if len(record) > 1:
            self._several[position] = record
        stands = together(record)
        self.kind[position], self.value[position] = stands.kind, stands.value
        self._who[position] = self._annotator(stands.annotator) if record else GONE
        self._when[position] = stands.version
        # A random check stays one while any label given to it stands: it was drawn, not chosen.
        self.audit[position] = any(a.audit for a in record)
        self.turn[position] = self.rounds
        self._count(position, +1)

    def _annotator(self, name: str) -> int:
        if name not in self._annotators:
            self._annotators.append(name)
        return self._annotators.index(name)

    def _count(self, position: int, step: int) -> None:
        kind = int(self.kind[position])
        self._kinds[kind] += step
        if kind == LABELED:
            self._said[int(self.value[position])] += step

    def _note(self, position: int, text: str) -> None:
        if text:
            self.notes[position] = text
        else:
            self.notes.pop(position, None)

    def _grow(self, size: int) -> None:
        missing = size - len(self.kind)
        if missing > 0:
            self.kind = np.append(self.kind, np.zeros(missing, np.int8))
            self.value = np.append(self.value, np.full(missing, GONE, np.int32))
            self.audit = np.append(self.audit, np.zeros(missing, bool))
            self.turn = np.append(self.turn, np.zeros(missing, np.int32))
            self._who = np.append(self._who, np.full(missing, GONE, np.int32))
            self._when = np.append(self._when, np.zeros(missing, np.int64))


def together(record: list[Answer]) -> Answer:
    """The answer that several together mean: what most annotators' last answers say, the earlier on a tie.

    Labels outweigh skips and "unsure", since they carry more; what a person said outweighs labels that came
    with the data, or nobody could correct them. Without any answer the item is open.
    """
    if not record:
        return Answer(OPEN, GONE, "", 0, False)
    last = {a.annotator: a for a in record}
    labels = [a for a in last.values() if a.kind == LABELED]
    if not labels:
        return list(last.values())[-1]
    labels = [a for a in labels if a.annotator != IMPORTED] or labels
    votes = Counter(a.value for a in labels)
    most = votes.most_common(1)[0][1]
    return next(a for a in labels if votes[a.value] == most)


def fold(events: Iterable[Event], state: State) -> State:
    """Apply ``events`` in order to ``state``; folding in two parts is the same as in one."""
    for event in events:
        state.apply(event)
    return state
