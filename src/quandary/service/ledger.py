"""The log, what follows from it in memory, and the one place that writes to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from quandary.core.errors import StorageFull
from quandary.core.events import (
    AnswerGiven,
    AnswerRetracted,
    ClassChanged,
    Event,
    ItemsAdded,
    PlanChanged,
    RoundProposed,
)
from quandary.core.state import State
from quandary.service.history import History
from quandary.service.served import Served
from quandary.stores.records import Reply

LEARNED_FROM = (AnswerGiven, AnswerRetracted, ClassChanged, ItemsAdded, PlanChanged)


class Ledger:
    """State and history of a project, always those of its log.

    learned_from  version of the last event that a model or a ranking depends on
    read_only     why nothing can be written at the moment, or None

    Not safe for several threads: the service holds one lock around it.
    """

    def __init__(self, store: Any, project: str) -> None:
        self.store = store
        self.project = project
        self.read_only: str | None = None
        self.served = Served()
        self._fold()

    def commit(self, events: Sequence[Event], body: Callable[[], str], key: str = "", digest: str = "") -> str:
        """Carry out ``events`` and put them on the disk; return the reply, or change nothing and raise.

        ``body`` makes the reply when they are carried out and before they are written: so it can speak of the
        outcome and lie in the same transaction, under the ``key`` of the request, if it has one.
        """
        before = self.state.version
        if self.read_only is not None:
            self._probe()
        try:
            self._apply(events)
            made = body()
            kept = Reply(key, digest, self.state.version, made) if key else None
            self.store.append(self.project, events, expected=before, reply=kept)
        except BaseException as error:
            self._fold()
            if isinstance(error, StorageFull):
                self.read_only = "disk full"
            raise
        self.read_only = None
        return made

    def _apply(self, events: Sequence[Event]) -> None:
        for event in events:
            self.history.apply(event, self.state)
            if isinstance(event, LEARNED_FROM):
                self.learned_from = self.state.version

    def _fold(self) -> None:
        self.state = State(self.store.ids())
        self.history = History()
        self.learned_from = 0
        for entry in self.store.stream(self.project):
            self._apply([entry.event])
            if isinstance(entry.event, RoundProposed):
                self.served.recall(entry.event, self.state.ids)

    def _probe(self) -> None:
        # A failed commit costs a walk through the log; finding out that the disk is still full must not.
        self.store.set_meta("probe", "x" * 4096)
