"""Any sequence of asking, answering, replaying, undoing and restarting, against a model of a few lines."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from quandary.core.errors import Conflict, NotFound, StorageFull
from quandary.core.events import ClassChanged
from quandary.core.state import SKIP_RETURNS_AFTER
from quandary.service.answers import AnswerRequest
from quandary.service.leases import LASTS
from quandary.service.service import Service
from quandary.stores.memory import MemoryStore
from tests.service.worlds import CLASSES, Clock, ranking

SIZE = 8
CALLERS = st.sampled_from(["ann", "bob", "carl"])
ITEMS = st.integers(0, SIZE - 1).map(str)
VALUES = st.sampled_from([*CLASSES, "skip", "unsure"])


class Fake:
    """As much of a project as the service looks at, in memory."""

    key, name, kind, skipped = "main", "mail", "text", ()

    def __init__(self, store: MemoryStore, folder: Path) -> None:
        self.store = store
        self.folder = folder

    def contents_view(self, position: int) -> dict[str, Any]:
        return {"type": "text", "text": f"text {position}"}

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Held:
    caller: str
    until: float
    pinned: bool


@dataclass
class Said:
    item: str
    value: str
    round: int


class Machine(RuleBasedStateMachine):
    """``said`` is the whole model: what was answered and not taken back, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.store, self.clock = MemoryStore(), Clock()
        added = self.store.add_items((str(i), {"text": f"text {i}"}) for i in range(SIZE))
        self.store.append("main", [added, *(ClassChanged("add", name) for name in CLASSES)])
        self.start()
        self.said: list[Said] = []
        self.sent: dict[str, tuple[AnswerRequest, str]] = {}
        self.rounds = 0
        self.held: dict[str, Held] = {}

    def start(self) -> None:
        project: Any = Fake(self.store, Path(self.scratch.name))
        self.service = Service(project, "mail", "me", clock=self.clock, now=lambda: 5.0)

    def teardown(self) -> None:
        self.scratch.cleanup()

    # ---- what a person does --------------------------------------------------------

    @rule(caller=CALLERS, count=st.integers(1, 4))
    def ask(self, caller: str, count: int) -> None:
        items = [item["item"] for item in self.service.next(caller, count)["items"]]
        assert len(set(items)) == len(items) <= count
        assert set(items) <= self.open()
        now = self.clock.at
        others = {item for item, lease in self.held.items() if lease.caller != caller and lease.until > now}
        assert not set(items) & others, "somebody else holds this"
        assert items or not self.open() - others, "there was something to ask"
        mine = {item: lease for item, lease in self.held.items() if lease.caller == caller and lease.until > now}
        pinned = {item for item, lease in mine.items() if lease.pinned}
        assert pinned & self.open() <= set(items) or len(items) == count, "what was taken back comes first"
        self.held = {item: lease for item, lease in self.held.items() if item not in mine or lease.pinned}
        self.held |= {item: Held(caller, now + LASTS, item in pinned) for item in items}

    @rule(caller=CALLERS, item=ITEMS, value=VALUES)
    def answer(self, caller: str, item: str, value: str) -> None:
        key = f"key {len(self.sent)}"
        kind = value if value in ("skip", "unsure") else "label"
        request = AnswerRequest(key, item, value if kind == "label" else None, kind)
        reply = self.service.answer(caller, False, request, 2)
        self.sent[key] = request, json.dumps(reply)
        self.rounds += 1
        self.said.append(Said(item, value, self.rounds))
        self.held.pop(item, None)
        assert item not in [entry["item"] for entry in reply["next"]]
        assert reply["progress"] == self.progress()

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        if self.sent:
            request, reply = self.sent[data.draw(st.sampled_from(sorted(self.sent)))]
            assert json.dumps(self.service.answer("bob", False, request, 2)) == reply
            with pytest.raises(Conflict):
                self.service.answer("bob", False, replace(request, seconds=9.0), 2)

    @rule(caller=CALLERS)
    def undo(self, caller: str) -> None:
        undone = self.service.undo(caller)
        if not self.said:
            assert undone["undone"] is None
            return
        last = self.said.pop()
        self.rounds += 1
        assert undone["undone"]["item"] == last.item
        assert undone["undone"]["value"] == (None if last.value in ("skip", "unsure") else last.value)
        self.held[last.item] = Held(caller, self.clock.at + LASTS, True)

    @rule(item=ITEMS)
    def retract(self, item: str) -> None:
        if any(said.item == item for said in self.said):
            self.service.retract(item)
            self.rounds += 1
            self.said = [said for said in self.said if said.item != item]
            assert self.service.item(item)["kind"] is None
        else:
            with pytest.raises(NotFound):
                self.service.retract(item)

    # ---- what the world does -------------------------------------------------------

    @rule(order=st.permutations([str(i) for i in range(SIZE)]))
    def learn(self, order: list[str]) -> None:
        self.service.take_ranking(ranking(self.service, order[:5]))
        model = self.service.describe()["model"]
        assert (model["knows"], model["state"]) == (model["labels"], "idle")

    @rule(seconds=st.sampled_from([1.0, LASTS / 2, LASTS + 1]))
    def time_passes(self, seconds: float) -> None:
        self.clock.at += seconds

    @rule()
    def restart(self) -> None:
        before = self.service.describe()
        self.start()
        after = self.service.describe()
        assert after | {"model": None, "read_only": None} == before | {"model": None, "read_only": None}
        self.held.clear()

    @rule(item=ITEMS)
    def disk_is_full(self, item: str) -> None:
        before, append = self.service.describe(), self.store.append

        def full(*args: Any, **kwargs: Any) -> int:
            raise StorageFull("disk full")

        self.store.append = full  # type: ignore[method-assign]
        with pytest.raises(StorageFull):
            self.service.answer("ann", False, AnswerRequest("never", item, "spam"), 1)
        self.store.append = append  # type: ignore[method-assign]
        assert self.service.describe() | {"read_only": None} == before | {"read_only": None}

    # ---- what always holds ---------------------------------------------------------

    def meaning(self) -> dict[str, Said]:
        return {said.item: said for said in self.said}

    def open(self) -> set[str]:
        closed = {
            item
            for item, said in self.meaning().items()
            if said.value != "skip" or self.rounds - said.round < SKIP_RETURNS_AFTER
        }
        return {str(i) for i in range(SIZE)} - closed

    def progress(self) -> dict[str, int]:
        values = [said.value for said in self.meaning().values()]
        labeled, unsure = sum(v in CLASSES for v in values), values.count("unsure")
        return {
            "labeled": labeled,
            "total": SIZE,
            "skipped": values.count("skip"),
            "unsure": unsure,
            "open": SIZE - labeled - unsure,
            "audit": 0,
            "answers": len(self.said),
        }

    @invariant()
    def the_service_knows_what_was_said(self) -> None:
        shown = self.service.describe()
        assert shown["progress"] == self.progress()
        for item, said in self.meaning().items():
            assert self.service.item(item)["label"] == (said.value if said.value in CLASSES else None)
        last = [(entry["item"], entry["kind"]) for entry in self.service.answers(100, None)["answers"]]
        kinds = [(s.item, s.value if s.value in ("skip", "unsure") else "label") for s in reversed(self.said)]
        assert last == kinds


Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestMachine = Machine.TestCase
