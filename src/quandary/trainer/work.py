"""The life of a trainer: learn whatever is new, publish, and use the time until the next answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from quandary.core.events import NoteWritten, RoundProposed
from quandary.core.features import Features
from quandary.core.plan import Plan, plan_from_names, seen_by
from quandary.core.state import State
from quandary.project.folder import Project, open_project
from quandary.project.model import save_model, wrap_model
from quandary.project.published import MODEL, write_ranking
from quandary.trainer.idle import publish_predictions, publish_verdict
from quandary.trainer.inbox import Inbox
from quandary.trainer.outlet import Outlet, Replaced, one_line
from quandary.trainer.representation import Comparison
from quandary.trainer.turn import turn

TEACH_NOTHING = (NoteWritten, RoundProposed)
PATIENCE = 10  # answers after which the verdict may keep a new ranking waiting,
LONGEST = 2.0  # but no longer than these seconds
GoOn = Callable[[], bool]


def run(folder: Path, inbox: Inbox, outlet: Outlet) -> None:
    """Work on the project in ``folder`` until the process ends or another trainer takes over."""
    outlet.check()
    outlet.sweep()
    with open_project(folder, write=False) as project, closing(Worker(project, inbox, outlet)) as worker:
        while True:
            worker.catch_up()
            inbox.wait_for(worker.version)


class Worker:
    """Learns from one project, one version of its log after the other."""

    def __init__(self, project: Project, inbox: Inbox, outlet: Outlet) -> None:
        self._project = project
        self._inbox = inbox
        self._outlet = outlet
        self._comparison = Comparison(project, outlet)
        self._state = State(project.store.ids())
        self._judged = 0  # rounds at the last verdict
        self._left: list[Callable[[], None]] = []

    @property
    def version(self) -> int:
        """How far the log was read."""
        return self._state.version

    def close(self) -> None:
        """End what works for it."""
        self._comparison.close()

    def catch_up(self) -> None:
        """Publish a ranking if there is something new to learn, then what else there is time for."""
        if self._read():
            self._rank()
        while self._left and self._undisturbed():
            step = self._left[0]
            self._try(step)
            if self._undisturbed():  # else it may have stopped half-way
                self._left.remove(step)

    def _read(self) -> bool:
        """Take in the events that are new; whether any of them changes what to ask."""
        new = [entry.event for entry in self._project.store.stream(self._project.key, self.version)]
        for event in new:
            self._state.apply(event)
        return any(not isinstance(event, TEACH_NOTHING) for event in new)

    def _rank(self) -> None:
        # By the state that this worker has read, not by a log that may be ahead of it.
        seen = seen_by(self._state.plan, self._project.kind)
        features = self._project.features(name=seen)
        began, plan = time.perf_counter(), plan_from_names(self._state.plan)
        ranking, model = turn(self._state, features, plan, self._outlet.generation)
        self._outlet.check()
        write_ranking(self._outlet.folder, ranking)
        spent = round(time.perf_counter() - began, 4)
        self._outlet.say("ranking", seen=ranking.seen, labels=ranking.labels, seconds=spent)
        self._left = [
            lambda: self._comparison.go_on(self._state),
            lambda: self._judge(features, plan),
            lambda: self._predict(features, model),
            lambda: self._keep(model, seen),
        ]

    def _judge(self, features: Features, plan: Plan) -> None:
        overdue, until = self._state.rounds - self._judged >= PATIENCE, time.monotonic() + LONGEST

        def go_on() -> bool:
            return self._undisturbed() or (overdue and time.monotonic() < until)

        if publish_verdict(self._state, features, plan, self._outlet, go_on):
            self._judged = self._state.rounds

    def _predict(self, features: Features, model: Any) -> None:
        publish_predictions(self._state, features, model, self._outlet, self._undisturbed)

    def _keep(self, model: Any, seen: str) -> None:
        if model is None:
            return
        whole = wrap_model(self._project, model, self._state.class_names(), seen)
        self._outlet.check()
        save_model(whole, self._outlet.folder / MODEL)

    def _undisturbed(self) -> bool:
        return not self._inbox.newer(self.version)

    def _try(self, step: Callable[[], None]) -> None:
        """Do what is useful but not needed: when it fails, questions go on."""
        try:
            step()
        except Replaced:
            raise
        except Exception as error:
            self._outlet.say("trouble", detail=one_line(error))
