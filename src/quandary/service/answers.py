"""Answers given and taken back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from quandary.core.errors import ConfigError, Conflict, NotFound
from quandary.core.events import AnswerGiven, AnswerKind, AnswerRetracted, Event, NoteWritten
from quandary.core.names import unknown_name
from quandary.service.checks import plain_text, whole_seconds
from quandary.service.desk import Desk
from quandary.service.history import Given
from quandary.service.question import Question
from quandary.service.records import meant

LONGEST_KEY, LONGEST_NOTE, LONGEST_NAME = 200, 10_000, 500
KINDS: tuple[AnswerKind, ...] = ("label", "skip", "unsure")


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """What a client sends to answer an item."""

    key: str
    item: str
    value: str | None = None
    kind: str | None = None
    seconds: float | None = None
    note: str | None = None
    suggested: str | None = None


def answer(desk: Desk, caller: str, known: bool, request: AnswerRequest, count: int) -> str:
    """Write an answer down and return the reply, JSON text without contents.

    ``known``: the caller will be the same next time, so that the questions that come with the
    reply are leased. The same request again gets the first reply.
    """
    plain_text(request.key, "key", LONGEST_KEY, required=True)
    digest = _digest("answer", asdict(request))
    first = _first_reply(desk, request.key, digest)
    if first is not None:
        return first
    position = desk.state.ids.position(request.item)
    events = [*desk.ledger.served.waiting(desk.state.ids), *_events(desk, request, desk.question(position))]
    questions: list[Question] = []

    def body() -> dict[str, Any]:
        questions.extend(desk.pick(caller, count))
        return {"next": [desk.item(question) for question in questions], "model": desk.model()}

    reply = desk.commit(events, body, request.key, digest)
    desk.ledger.served.logged()
    desk.ledger.served.put(questions)
    desk.leases.release(position)
    if known:
        desk.lease(caller, questions, keep_last=True)
    return reply


def undo(desk: Desk, caller: str, key: str) -> str:
    """Take back the annotator's last answer and return the reply, JSON text without contents."""
    plain_text(key, "key", LONGEST_KEY)
    digest = _digest("undo", {"key": key})
    first = _first_reply(desk, key, digest)
    if first is not None:
        return first
    last = desk.state.last_answer(desk.annotator)
    if last is None:
        return desk.commit([], lambda: {"undone": None, "item": None}, key, digest)
    given = desk.ledger.history.standing[last[0]]
    question = _again(desk, given)
    undone = {"item": given.answer.item, "value": meant(desk.state, given), "kind": given.answer.kind}
    event = AnswerRetracted(given.answer.item, desk.annotator, desk.now(), undo=True)
    reply = desk.commit([event], lambda: {"undone": undone, "item": desk.item(question)}, key, digest)
    desk.ledger.served.put([question])
    desk.leases.release(given.position)
    desk.leases.pin(caller, given.position)
    return reply


def retract(desk: Desk, item: str) -> str:
    """Take back the answers to one item: the annotator's own, else those that came with the data."""
    record = desk.state.answers(desk.state.ids.position(item))
    theirs = {a.annotator for a in record if a.version not in desk.ledger.history.standing}
    who = {desk.annotator} if any(a.annotator == desk.annotator for a in record) else theirs
    if not who:
        raise NotFound(
            f"item {item!r} has no answer of yours to take back; answers you gave are in the list of answers"
        )
    return desk.commit([AnswerRetracted(item, name, desk.now()) for name in sorted(who)], dict)


def _events(desk: Desk, request: AnswerRequest, question: Question) -> list[Event]:
    """What an answer puts into the log."""
    kind = _kind(desk, request)
    given = AnswerGiven(
        item=request.item,
        value=request.value,
        annotator=desk.annotator,
        kind=kind,
        at=desk.now(),
        seconds=whole_seconds(request.seconds),
        key=request.key,
        reason=question.text or question.kind,
        strategy=question.strategy,
        model_version=question.model_version,
        audit=question.audit,
        suggested=plain_text(request.suggested, "suggested", LONGEST_NAME) or None,
    )
    if request.note is None:
        return [given]
    note = plain_text(request.note, "note", LONGEST_NOTE)
    return [given, NoteWritten(request.item, note, desk.annotator, desk.now())]


def _kind(desk: Desk, request: AnswerRequest) -> AnswerKind:
    wanted = request.kind or ("skip" if request.value is None else "label")
    kind = next((k for k in KINDS if k == wanted), None)
    if kind is None:
        raise ConfigError(unknown_name("kind of answer", wanted, KINDS))
    if (kind == "label") != (request.value is not None):
        needs = "a value, one of the classes" if kind == "label" else "the value null"
        raise ConfigError(f"an answer of kind {kind!r} needs {needs}; got {request.value!r}")
    names = desk.state.class_names()
    if request.value is not None and request.value not in names:
        raise ConfigError(unknown_name("class", request.value, names))
    return kind


def _again(desk: Desk, given: Given) -> Question:
    """The question that was answered, to be put again: a random check stays one."""
    last, said = desk.question(given.position), given.answer
    if last.audit == said.audit:
        return last
    kind = "audit" if said.audit else "relabel"
    return Question(
        given.position, kind, said.reason, said.strategy, desk.state.version, said.model_version, said.audit
    )


def _first_reply(desk: Desk, key: str, digest: str) -> str | None:
    """What this very request was answered with; ``Conflict`` if its key was used for another."""
    kept = desk.ledger.store.reply(key) if key else None
    if kept is None:
        return None
    if kept.payload_digest != digest:
        raise Conflict(f"key {key!r} was used for another request; make a new key for each request")
    body: str = kept.body
    return body


def _digest(what: str, payload: dict[str, Any]) -> str:
    text = json.dumps([what, payload], sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
