"""What every store promises, by merely being registered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quandary.core.errors import ConfigError, Conflict, NotFound
from quandary.core.events import (
    AnswerGiven,
    AnswerRetracted,
    ClassChanged,
    Event,
    ItemsAdded,
    NoteWritten,
    PlanChanged,
    RoundProposed,
)
from quandary.core.registry import stores
from quandary.stores.records import Reply

P = "main"
HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE events; --",
    '" OR 1=1 --',
    '=HYPERLINK("http://x")',
    "../../etc/passwd",
    "a\x00b",
    "half \udcff a character",
    "\u202eright to left",
    "family 👩‍👩‍👧 e\u0301",
    "%_*\\[a-z]?",
    "",
    "line\r\nbreak\ttab",
]
ONE_OF_EACH: list[Event] = [
    ItemsAdded(0, 3, "file.csv", "ab"),
    PlanChanged({"strategy": "margin", "audit": 0.3, "nested": {"a": [1, 2]}}, at=1.5),
    ClassChanged("rename", "cat", "feline", "purrs", 2.0),
    RoundProposed(("a", "b"), "margin", 3, 7, (0.5, None, float("inf")), ("why", ""), (True, False)),
    AnswerGiven("a", "cat", "me", "label", 3.0, 1.25, "k1", "uncertain", "margin", 7, True, "dog"),
    AnswerGiven("b", None, "me", "skip"),
    AnswerRetracted("a", "me", 4.0, undo=True),
    NoteWritten("b", "odd one", "me", 5.0),
]


@pytest.fixture(params=sorted(stores.all()))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    made = stores.get(request.param).create(tmp_path / "project.db")  # type: ignore[attr-defined]
    yield made
    made.close()


def answer(item: str, key: str = "") -> AnswerGiven:
    return AnswerGiven(item, "cat", "me", key=key)


def test_every_kind_of_event_comes_back_as_it_went_in(store: Any) -> None:
    assert store.append(P, ONE_OF_EACH) == len(ONE_OF_EACH)
    assert store.read(P) == ONE_OF_EACH
    assert store.version(P) == len(ONE_OF_EACH)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_data(store: Any, text: str) -> None:
    events = [AnswerGiven(text, text, text, key=text, suggested=text), NoteWritten(text, text, text)]
    store.append(P, [ClassChanged("add", text)])
    store.append(P, events, reply=Reply(text, text.encode("utf-8", "replace").hex(), 0, '"body"'))
    store.append(P, [store.add_items([(text, {text: text})])])
    store.set_meta("x", text)
    assert store.read(P)[1:3] == events
    assert store.about(P, text) == events
    assert store.reply(text).version == 3
    assert list(store.ids()) == [text]
    assert store.content(0) == {text: text}
    assert store.meta("x") == text
    store.search(text)
    store.verify(P)


def test_read_after_a_version_gives_the_rest(store: Any) -> None:
    events = [answer(str(i)) for i in range(5_000)]
    store.append(P, events[:3_000])
    store.append(P, events[3_000:])
    assert store.read(P, 2_990) == events[2_990:]
    assert store.read(P, 5_000) == []


def test_logs_do_not_mix(store: Any) -> None:
    store.append(P, [answer("a", "k")])
    assert store.append("other", [answer("b", "k"), answer("c")]) == 2
    assert store.read(P) == [answer("a", "k")]
    assert store.version("never") == 0


def test_expected_version_must_be_current(store: Any) -> None:
    store.append(P, [answer("a")], expected=0)
    with pytest.raises(Conflict, match="at version 1, not 0"):
        store.append(P, [answer("b")], expected=0)
    assert store.read(P) == [answer("a")]


def test_a_key_is_used_once_and_nothing_of_a_refused_append_stays(store: Any) -> None:
    store.append(P, [answer("a", "k")])
    with pytest.raises(Conflict, match="key"):
        store.append(P, [answer("b", "new"), answer("c", "k")], reply=Reply("r", "d", 0, "{}"))
    with pytest.raises(Conflict, match="key"):
        store.append(P, [answer("b", "twice"), answer("c", "twice")])
    assert store.read(P) == [answer("a", "k")]
    assert store.reply("r") is None
    assert store.append(P, [answer("b", "new")]) == 2


def test_a_reply_is_kept_with_its_events(store: Any) -> None:
    store.append(P, [answer("a")], reply=Reply("k", "digest", 0, '{"saved": true}'))
    assert store.reply("k") == Reply("k", "digest", 1, '{"saved": true}')
    assert store.reply("other") is None
    with pytest.raises(Conflict):
        store.append(P, [answer("b")], reply=Reply("k", "else", 0, "{}"))
    assert store.version(P) == 1
    store.append(P, [], reply=Reply("nothing to undo", "d", 0, "{}"))
    assert store.reply("nothing to undo").version == 1


def test_entries_form_a_chain(store: Any) -> None:
    store.append(P, ONE_OF_EACH[:3])
    store.append(P, ONE_OF_EACH[3:])
    entries = store.entries(P)
    assert [entry.version for entry in entries] == list(range(1, len(ONE_OF_EACH) + 1))
    assert [entry.event for entry in entries] == ONE_OF_EACH
    assert [entry.previous for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert len({entry.hash for entry in entries}) == len(entries)
    assert store.entries(P, 5) == entries[5:]


def test_all_stores_hash_alike(tmp_path: Path) -> None:
    chains = []
    for name, part in stores.all().items():
        (tmp_path / name).mkdir()
        made: Any = part.create(tmp_path / name / "project.db")  # type: ignore[attr-defined]
        made.append(P, [made.add_items(ITEMS), *ONE_OF_EACH])
        chains.append([entry.hash for entry in made.entries(P)])
        made.close()
    assert all(chain == chains[0] for chain in chains)


ITEMS = [(f"id{i}", {"text": f"Message {i} about Zürich", "n": str(i % 7)}) for i in range(12_000)]


def test_items_come_back_by_position(store: Any) -> None:
    added = store.add_items(ITEMS, source="file.csv")
    assert (added.first, added.count, added.source) == (0, 12_000, "file.csv")
    assert store.count() == 12_000
    ids = store.ids()
    assert list(ids) == [name for name, _ in ITEMS]
    assert ids.position("id4321") == 4321
    assert store.item_id(77) == "id77"
    assert store.contents(4_990, 5_010) == [content for _, content in ITEMS[4_990:5_010]]
    assert list(store.contents(0, 1)[0]) == ["text", "n"]
    wanted = np.random.default_rng(0).permutation(12_000)[:3_000]
    assert store.contents_of(wanted) == [ITEMS[p][1] for p in wanted]
    assert store.content(3) == ITEMS[3][1]


def test_items_can_be_added_later(store: Any) -> None:
    first = store.add_items(ITEMS[:10])
    second = store.add_items(iter(ITEMS[10:30]))
    assert (second.first, second.count) == (10, 20)
    assert first.digest != second.digest
    assert list(store.ids()) == [name for name, _ in ITEMS[:30]]


def test_numbered_items_keep_their_names_when_others_follow(store: Any) -> None:
    store.add_items([(str(i), {}) for i in range(5)])
    assert list(store.ids()) == ["0", "1", "2", "3", "4"]
    store.add_items([("five", {})])
    assert list(store.ids()) == ["0", "1", "2", "3", "4", "five"]
    store.add_items([("6", {})])
    assert store.ids()[6] == "6"
    assert store.ids().position("five") == 5


@pytest.mark.parametrize(("there", "new", "name"), [([], ["a", "b", "a"], "a"), (["x"], ["a", "x"], "x")])
def test_a_repeated_id_is_named_and_nothing_is_added(store: Any, there: list[str], new: list[str], name: str) -> None:
    store.add_items([(item, {}) for item in there])
    with pytest.raises(ConfigError, match=f"id '{name}' stands twice"):
        store.add_items([(item, {"n": "1"}) for item in new])
    assert list(store.ids()) == there


def test_a_source_that_breaks_midway_adds_nothing(store: Any) -> None:
    def broken() -> Iterator[tuple[str, dict[str, str]]]:
        yield from ITEMS[:6_000]
        raise ConfigError("line 6001")

    with pytest.raises(ConfigError, match="6001"):
        store.add_items(broken())
    assert store.count() == 0
    assert store.search("message").tolist() == []


def test_positions_beyond_the_end_are_refused(store: Any) -> None:
    store.add_items(ITEMS[:3])
    for call in (store.content, store.item_id):
        with pytest.raises(NotFound, match="no item at position 3; there are 3"):
            call(3)
    assert store.contents(2, 9) == [ITEMS[2][1]]


SAMPLE = [
    {"text": "Refund not received", "city": "Zürich"},
    {"text": "refund came late", "city": "STRASSE"},
    {"text": "100% cotton_shirt", "city": "münchen"},
    {"text": "東京に行きました", "city": "ΑΘΗΝΑ"},
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("refund", [0, 1]),
        ("REFUND late", [1]),
        ("fund zürich", [0]),
        ("straße", [1]),
        ("東京", [3]),
        ("αθηνα", [3]),
        ("100%", [2]),
        ("n_s", [2]),
        ("%", [2]),
        ("_", [2]),
        ("city", []),
        ("spam", []),
        ('"refund"', []),
        ("refund OR late", []),
        ("*", []),
        ("text:refund", []),
        ("   ", [0, 1, 2, 3]),
        (" ".join(f"w{i}" for i in range(5_000)), []),
    ],
)
def test_search_finds_the_items_that_hold_every_word(store: Any, query: str, found: list[int]) -> None:
    store.add_items(((str(i), {**c, "label": "spam"}) for i, c in enumerate(SAMPLE)), hidden=["label"])
    assert store.search(query).tolist() == found
    assert store.search(query, 1).tolist() == found[:1]


def test_settings_are_json_values(store: Any) -> None:
    assert store.meta("plan") is None
    assert store.meta("plan", 7) == 7
    values: list[Any] = [{"a": [1, 2.5, None]}, "x", [], True]
    for value in values:
        store.set_meta("plan", value)
        assert store.meta("plan") == value


def test_threads_take_turns(store: Any) -> None:
    errors: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for i in range(40):
                store.append(P, [answer(f"{name}-{i}", f"{name}-{i}")])
                store.read(P, max(0, store.version(P) - 1))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    items = [event.item for event in store.read(P)]
    assert len(items) == len(set(items)) == 240
    assert [e.version for e in store.entries(P)] == list(range(1, 241))
    for n in range(6):  # each thread's own order is kept
        assert [i for i in items if i.startswith(f"{n}-")] == [f"{n}-{i}" for i in range(40)]


@pytest.mark.parametrize("name", [name for name, part in stores.all().items() if part.durable])  # type: ignore[attr-defined]
def test_everything_is_there_after_opening_again(name: str, tmp_path: Path) -> None:
    part: Any = stores.get(name)
    with part.create(tmp_path / "project.db") as made:
        made.append(P, [made.add_items(ITEMS[:50], hidden=["n"]), *ONE_OF_EACH[1:]], reply=Reply("k", "d", 0, "{}"))
        made.set_meta("a", 1)
        entries = made.entries(P)
    for read_only in (False, True):
        with part.open(tmp_path / "project.db", read_only=read_only) as again:
            assert again.entries(P) == entries
            assert again.reply("k") == Reply("k", "d", 8, "{}")
            assert again.contents(0, 50) == [content for _, content in ITEMS[:50]]
            assert again.search("message 49").tolist() == [49]
            assert again.meta("a") == 1
            again.verify(P)
