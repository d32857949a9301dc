"""What all routes of a project share: its log, the order of questions, who holds what, and one lock."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from threading import Condition, RLock
from typing import Any
from urllib.parse import quote

from quandary.core.events import Event
from quandary.core.state import State
from quandary.project.published import FOLDER, read_predictions, read_ranking, read_verdict
from quandary.service import views
from quandary.service.contents import Contents
from quandary.service.hub import Hub
from quandary.service.learned import Learned, NoTrainer, Trainer, model_view
from quandary.service.leases import Leases
from quandary.service.ledger import Ledger
from quandary.service.openings import is_open
from quandary.service.question import Question
from quandary.service.queue import Queue

PICKED = "Picked from the list of items."


class Desk:
    """The shared parts. Whoever uses them holds ``lock``; ``changed`` is told of a new ranking.

    clock  seconds that never go back, for leases        now  Unix seconds, for the log
    """

    def __init__(
        self, project: Any, name: str, annotator: str, clock: Callable[[], float], now: Callable[[], float]
    ) -> None:
        self.project = project
        self.name = name
        self.annotator = annotator
        self.clock = clock
        self.now = now
        self.lock = RLock()
        self.changed = Condition(self.lock)
        self.hub = Hub()
        self.ledger = Ledger(project.store, project.key)
        self.leases = Leases(clock)
        self.queue = Queue(int(self.state.plan.get("seed", 0)))
        self.published = Path(project.folder) / FOLDER
        self.learned = Learned()
        self.contents = Contents(project, self.state.ids, f"/api/projects/{quote(name, safe='')}")
        self.trainer: Trainer = NoTrainer()
        self._load()

    @property
    def state(self) -> State:
        """The state the log is in."""
        return self.ledger.state

    def _load(self) -> None:
        ranking = read_ranking(self.published)
        if ranking is not None:
            self.queue.take(ranking, self.state)
        self.learned.take_verdict(read_verdict(self.published), self.state.version)
        self.learned.take_predictions(read_predictions(self.published, len(self.state.ids)), self.state.version)

    # ---- asking --------------------------------------------------------------------

    def pick(self, caller: str, count: int) -> list[Question]:
        """The best ``count`` questions for ``caller``, what it took back first; nothing is leased yet."""
        pinned = [self.question(p) for p in self.leases.pinned(caller) if is_open(self.state, p)]
        first = {question.position for question in pinned}
        rest = (
            question
            for question in self.queue.questions(self.state)
            if question.position not in first and self.leases.free(question.position, caller)
        )
        return [*pinned, *islice(rest, count)][:count]

    def lease(self, caller: str, questions: Sequence[Question], keep_last: bool) -> None:
        """Give ``caller`` these questions and release its others."""
        self.leases.hold(caller, [question.position for question in questions], keep_last)

    def question(self, position: int) -> Question:
        """The question about an item as it was put, or as the ranking has it, or as somebody picked it.

        Only what was put can be a random check: an item that a person looks for was not drawn.
        """
        found = self.ledger.served.last(position) or self.queue.find(position)
        if found is None or (found.audit and self.ledger.served.last(position) is None):
            return Question(position, "relabel", PICKED, seen=self.state.version)
        return found

    # ---- writing -------------------------------------------------------------------

    def commit(
        self, events: Sequence[Event], body: Callable[[], dict[str, Any]], key: str = "", digest: str = ""
    ) -> str:
        """Write ``events``, tell everybody who has to know, and return the reply as JSON text.

        ``body`` adds to the reply what only holds once they are carried out.
        """
        was = self.ledger.read_only
        try:
            reply = self.ledger.commit(events, lambda: self._saved(body()), key, digest)
        finally:
            if self.ledger.read_only != was:
                self.hub.say("read_only", {"read_only": self.ledger.read_only})
        self.trainer.tell(self.state.version)
        self.hub.say("progress", self.progress())
        return reply

    def _saved(self, body: dict[str, Any]) -> str:
        whole = {"saved": True, "version": self.state.version, **body, "progress": self.progress()}
        return json.dumps(whole, ensure_ascii=False, allow_nan=False)

    # ---- showing -------------------------------------------------------------------

    def progress(self) -> dict[str, int]:
        """The ``PROGRESS`` object."""
        return views.progress(self.state, self.ledger.history, self.annotator)

    def model(self) -> dict[str, Any]:
        """The ``model`` object."""
        return model_view(self.state, self.ledger.learned_from, self.queue.ranking, self.trainer)

    def classes(self) -> list[dict[str, Any]]:
        """The ``CLASS`` objects."""
        return views.classes(self.state, self.learned.predicted(self.state))

    def item(self, question: Question) -> dict[str, Any]:
        """The ``ITEM`` object, without its content."""
        return views.item(self.state, question)

    def with_content(self, shown: dict[str, Any]) -> dict[str, Any]:
        """An ``ITEM`` object with its content. Needs no lock."""
        return {**shown, "content": self.contents.card(self.state.ids.position(shown["item"]))}

    def with_brief(self, shown: dict[str, Any]) -> dict[str, Any]:
        """What is known of an item with one line and one picture to know it by. Needs no lock."""
        position = self.state.ids.position(shown["item"])
        return {**shown, "brief": self.contents.brief(position), "thumb": self.contents.thumb(position)}

    def standing(self) -> dict[str, Any]:
        """The model with what follows from it: what the event ``model`` tells."""
        verdict = self.learned.verdict
        return {
            **self.model(),
            "estimate": views.estimate(verdict.estimate) if verdict else None,
            "advice": views.advice(verdict.advice) if verdict else None,
            "progress": self.progress(),
        }
