"""SQLite behaves like a list in memory, whatever is done in whatever order, closing and opening included."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from quandary.core.errors import ConfigError, Conflict
from quandary.core.events import AnswerGiven, AnswerRetracted, Event, NoteWritten
from quandary.stores.memory import MemoryStore
from quandary.stores.records import Reply
from quandary.stores.sqlite import SqliteStore

names = st.sampled_from(["a", "b", "c", "0", "1", "ü", "\udcff"])
projects = st.sampled_from(["main", "other"])
keys = st.sampled_from(["", "k1", "k2", "k3", "k4"])
batches = st.lists(
    st.one_of(
        st.builds(AnswerGiven, item=names, value=names, annotator=names, key=keys),
        st.builds(AnswerRetracted, item=names, annotator=names, undo=st.booleans()),
        st.builds(NoteWritten, item=names, text=names, annotator=names),
    ),
    max_size=4,
)


class Stores(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.real = SqliteStore.create(self.folder / "project.db")
        self.model = MemoryStore()

    def both(self, what: str, *args: Any, **named: Any) -> None:
        outcomes = []
        for store in (self.real, self.model):
            try:
                outcomes.append(("done", getattr(store, what)(*args, **named)))
            except (Conflict, ConfigError) as error:
                outcomes.append(("refused", type(error)))
        assert outcomes[0] == outcomes[1]

    @rule(project=projects, events=batches, expected=st.none() | st.integers(0, 5))
    def append(self, project: str, events: list[Event], expected: int | None) -> None:
        self.both("append", project, events, expected=expected)

    @rule(project=projects, events=batches, key=names, digest=names)
    def append_with_reply(self, project: str, events: list[Event], key: str, digest: str) -> None:
        self.both("append", project, events, reply=Reply(key, digest.encode("utf-8", "replace").hex(), 0, "{}"))

    @rule(items=st.lists(st.tuples(names, st.dictionaries(names, names, max_size=2)), max_size=3))
    def add_items(self, items: list[tuple[str, dict[str, str]]]) -> None:
        self.both("add_items", items, hidden=["a"])

    @rule(name=st.sampled_from(["x", "y"]), value=names)
    def set_meta(self, name: str, value: str) -> None:
        self.both("set_meta", name, value)

    @rule(query=names, limit=st.none() | st.integers(1, 3))
    def search(self, query: str, limit: int | None) -> None:
        assert self.real.search(query, limit).tolist() == self.model.search(query, limit).tolist()

    @rule(item=names, project=projects)
    def about(self, item: str, project: str) -> None:
        assert self.real.about(project, item) == self.model.about(project, item)

    @rule()
    def open_again(self) -> None:
        self.real.close()
        self.real = SqliteStore.open(self.folder / "project.db")

    @invariant()
    def same(self) -> None:
        for project in ("main", "other"):
            assert self.real.entries(project) == self.model.entries(project)
            assert self.real.read(project, 2) == self.model.read(project, 2)
            self.real.verify(project)
        assert list(self.real.ids()) == list(self.model.ids())
        assert self.real.contents(0, 99) == self.model.contents(0, 99)
        for name in ("x", "y"):
            assert self.real.meta(name) == self.model.meta(name)
        for key in ("a", "b", "\udcff"):
            assert self.real.reply(key) == self.model.reply(key)

    def teardown(self) -> None:
        self.real.close()
        shutil.rmtree(self.folder)


TestStores = Stores.TestCase
TestStores.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
