"""All that a person can do with one project."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

from quandary.core.errors import QuandaryError
from quandary.core.events import NoteWritten, PlanChanged
from quandary.core.plan import AUTO
from quandary.project.published import Ranking, read_predictions, read_verdict
from quandary.service import answers, classes, exports, items, pictures, records, views
from quandary.service.answers import LONGEST_NOTE, AnswerRequest
from quandary.service.checks import plain_text
from quandary.service.classes import ClassRequest
from quandary.service.contents import plain
from quandary.service.curve import curve
from quandary.service.desk import Desk
from quandary.service.exports import Made
from quandary.service.hub import Listener
from quandary.service.items import ItemQuery
from quandary.service.learned import NoTrainer, Trainer
from quandary.service.pictures import Picture

FIRST_WAIT = 30.0  # seconds that the first question may wait for the first ranking


class Service:
    """What each route does, safe for many threads.

    Every method takes the lock only for what happens in memory and for the commit, so that nobody
    waits for anybody's reading of contents. Replies to writing are JSON text, as they were stored.

    annotator   who answers here
    clock, now  seconds that never go back, and Unix seconds
    first_wait  seconds that the first question may wait for the first ranking
    """

    def __init__(
        self,
        project: Any,
        name: str,
        annotator: str = "me",
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        first_wait: float = FIRST_WAIT,
    ) -> None:
        self.name = name
        self.project = project
        self._desk = Desk(project, name, annotator, clock, now)
        self._until = clock() + first_wait
        self._closed = False

    # ---- the project ---------------------------------------------------------------

    def overview(self) -> dict[str, Any]:
        """One line about the project."""
        with self._desk.lock:
            counts = self._desk.state.counts()
        numbers = {"labeled": counts.labeled, "total": counts.total, "open": counts.open}
        return {"id": self.name, "name": self.project.name, "kind": self.project.kind, **numbers}

    def describe(self) -> dict[str, Any]:
        """All about the project."""
        with self._desk.lock:
            desk, plan = self._desk, self._desk.state.plan
            standing = desk.standing()
            return {
                "id": self.name,
                "name": self.project.name,
                "kind": self.project.kind,
                "version": desk.state.version,
                "progress": standing["progress"],
                "classes": desk.classes(),
                "plan": views.plan(plan, self.project.kind),
                "model": desk.model(),
                "estimate": standing["estimate"],
                "advice": standing["advice"],
                "skipped_files": len(self.project.skipped),
                "read_only": desk.ledger.read_only,
            }

    def curve(self) -> dict[str, Any]:
        """The learning curve."""
        with self._desk.lock:
            return curve(self._desk)

    # ---- asking and answering ------------------------------------------------------

    def next(self, caller: str, count: int) -> dict[str, Any]:
        """The best ``count`` items for ``caller``, leased to it."""
        with self._desk.lock:
            self._wait_for_ranking()
            desk = self._desk
            questions = desk.pick(caller, count)
            desk.lease(caller, questions, keep_last=False)
            desk.ledger.served.put(questions)
            shown = [desk.item(question) for question in questions]
            rest = {"progress": desk.progress(), "model": desk.model()}
            nothing = None if questions else self._nothing_left(caller)
        return {"items": self._with_contents(shown), **rest, "nothing_left": nothing}

    def leave(self, caller: str) -> dict[str, Any]:
        """Let others be asked what ``caller`` holds: it is gone."""
        with self._desk.lock:
            self._desk.leases.leave(caller)
            return {"progress": self._desk.progress()}

    def answer(self, caller: str, known: bool, request: AnswerRequest, count: int) -> dict[str, Any]:
        """Write an answer down; ``known``: the caller will be the same next time."""
        with self._desk.lock:
            body = json.loads(answers.answer(self._desk, caller, known, request, count))
        return {**body, "next": self._with_contents(body["next"])}

    def undo(self, caller: str, key: str = "") -> dict[str, Any]:
        """Take back the annotator's last answer."""
        with self._desk.lock:
            body = json.loads(answers.undo(self._desk, caller, key))
        return {**body, "item": body["item"] and self._desk.with_content(body["item"])}

    def retract(self, item: str) -> dict[str, Any]:
        """Take back the answers to one item."""
        with self._desk.lock:
            return _read(answers.retract(self._desk, item))

    def answers(self, limit: int, before: int | None) -> dict[str, Any]:
        """The last answers, newest first."""
        with self._desk.lock:
            found = records.recent(self._desk, limit, before)
        return {"answers": self._with_briefs(found)}

    # ---- items and classes ---------------------------------------------------------

    def items(self, query: ItemQuery) -> dict[str, Any]:
        """Items searched, filtered and sorted."""
        found = self.project.store.search(query.words) if query.words.strip() else None
        with self._desk.lock:
            out = items.listing(self._desk, query, found)
        lines = self._with_briefs(out["items"])
        return {**out, "items": self._with_contents(lines) if query.content else lines}

    def item(self, item: str) -> dict[str, Any]:
        """One item with all that is known of it."""
        with self._desk.lock:
            out = items.whole(self._desk, item)
        return {**self._desk.with_content(out), "answers": self._with_briefs(out["answers"])}

    def content(self, item: str) -> Picture | str:
        """The image of an item, else its content as plain text."""
        position = self.position(item)
        if self.project.kind == "image":
            return pictures.shown(self.project, position)
        return plain(self._desk.contents.card(position))

    def thumb(self, item: str, size: int) -> Picture:
        """The image of an item, small."""
        return pictures.small(self.project, self.position(item), size)

    def rounds(self) -> int:
        """Answers given or taken back so far."""
        return self._desk.state.rounds

    def position(self, item: str) -> int:
        """The position of an item; ``NotFound`` if there is no such item."""
        return self._desk.state.ids.position(item)

    def note(self, item: str, text: str) -> dict[str, Any]:
        """Write a note about an item; an empty one removes it."""
        with self._desk.lock:
            self.position(item)
            text = plain_text(text, "note", LONGEST_NOTE)
            event = NoteWritten(item, text, self._desk.annotator, self._desk.now())
            return _read(self._desk.commit([event], dict))

    def change_classes(self, request: ClassRequest, preview: bool) -> dict[str, Any]:
        """Change a class, or say what the change would do."""
        with self._desk.lock:
            if preview:
                return classes.preview(self._desk, request)
            return _read(classes.change(self._desk, request))

    # ---- exports -------------------------------------------------------------------

    def exports(self) -> dict[str, Any]:
        """What can be exported here, and the first rows of it."""
        return exports.formats(self.project)

    def export(self, format: str) -> Made:
        """One file to keep."""
        return exports.export(self.project, format)

    # ---- the trainer ---------------------------------------------------------------

    def attach(self, trainer: Trainer) -> None:
        """Let ``trainer`` know of every new version from now on."""
        self._desk.trainer = trainer

    def take_ranking(self, ranking: Ranking | None) -> None:
        """Ask from ``ranking`` from now on, if it is about this log and not older than what is there."""
        with self._desk.lock:
            if ranking is not None and self._desk.queue.take(ranking, self._desk.state):
                self.trainer_changed()

    def take_verdict(self) -> None:
        """Show the verdict that was published."""
        verdict = read_verdict(self._desk.published)
        with self._desk.lock:
            self._desk.learned.take_verdict(verdict, self._desk.state.version)
            self.trainer_changed()

    def take_predictions(self) -> None:
        """Show the predictions that were published."""
        made = read_predictions(self._desk.published, len(self._desk.state.ids))
        with self._desk.lock:
            self._desk.learned.take_predictions(made, self._desk.state.version)
            self._desk.hub.say("classes", {"classes": self._desk.classes()})

    def take_choice(self, name: str, why: str, step: int) -> None:
        """Write down which representation the trainer found best at ``step`` labels, unless that is on record."""
        with self._desk.lock, contextlib.suppress(QuandaryError):  # written with the next comparison if not now
            plan = self._desk.state.plan
            if plan.get("representation") == AUTO and step > plan.get("seen_at", 0):
                chosen = {"seen_by": name, "seen_why": why, "seen_at": step}
                self._desk.commit([PlanChanged(chosen, at=self._desk.now())], dict)
                self.trainer_changed()

    def trainer_changed(self) -> None:
        """Tell everybody how the model stands."""
        with self._desk.lock:
            self._desk.changed.notify_all()
            self._desk.hub.say("model", self._desk.standing())

    # ---- listening and leaving -----------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each event, the present model first; returns what ends that."""
        with self._desk.lock:
            listener("model", self._desk.standing())
            return self._desk.hub.listen(listener)

    def listening(self) -> int:
        """How many listen."""
        return len(self._desk.hub)

    def wait_for_first(self) -> None:
        """Return when the first question is ready."""
        with self._desk.lock:
            self._wait_for_ranking()

    def close(self) -> None:
        """Stop the trainer and let go of the project."""
        with self._desk.lock:
            self._closed = True
            self._desk.changed.notify_all()
        self._desk.trainer.close()
        with self._desk.lock:
            self.project.close()  # not while somebody's answer is being written

    def _wait_for_ranking(self) -> None:
        desk = self._desk
        while (
            desk.queue.ranking is None
            and not isinstance(desk.trainer, NoTrainer)
            and not self._closed
            and not desk.trainer.failed
        ):
            left = self._until - desk.clock()
            if left <= 0:
                return
            desk.changed.wait(left)

    def _nothing_left(self, caller: str) -> str:
        desk = self._desk
        if desk.state.counts().open == 0:
            return "all_labeled"
        return "leased" if desk.leases.others(caller) else "only_skipped"

    def _with_briefs(self, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self._desk.with_brief(entry) for entry in shown]

    def _with_contents(self, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self._desk.with_content(item) for item in shown]


def _read(body: str) -> dict[str, Any]:
    reply: dict[str, Any] = json.loads(body)
    return reply


__all__ = ["AnswerRequest", "ClassRequest", "ItemQuery", "Service"]
