"""The state equals a naive replay of the log, however the log is cut, and whatever is undone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quandary.core.errors import NotFound
from quandary.core.events import AnswerGiven, AnswerRetracted, ClassChanged, Event, ItemsAdded, NoteWritten
from quandary.core.ids import ItemIds
from quandary.core.state import SKIP_RETURNS_AFTER, State, fold

ITEMS = ["a", "b", "c", "d", "e"]
CLASSES = ["cat", "dog", "fox"]
START: list[Event] = [ItemsAdded(0, len(ITEMS), "memory", ""), *(ClassChanged("add", c) for c in CLASSES)]

items = st.sampled_from(ITEMS)
people = st.sampled_from(["ana", "ben"])
answers = st.builds(
    AnswerGiven,
    item=items,
    value=st.sampled_from(CLASSES),
    annotator=people,
    key=st.uuids().map(str),
    audit=st.booleans(),
)
skips = st.builds(AnswerGiven, item=items, value=st.none(), annotator=people, kind=st.sampled_from(["skip", "unsure"]))
retractions = st.builds(AnswerRetracted, item=items, annotator=people, undo=st.booleans())
logs = st.lists(st.one_of(answers, answers, skips, retractions), max_size=30)


def start() -> State:
    return fold(START, State(ItemIds(ITEMS)))


def naive_label(log: list[Event], item: str) -> str | None:
    """What the answers to one item mean, from the words of the specification alone."""
    record: list[AnswerGiven] = []
    for event in log:
        if isinstance(event, AnswerGiven) and event.item == item:
            record.append(event)
        elif isinstance(event, AnswerRetracted) and event.item == item:
            mine = [a for a in record if a.annotator == event.annotator]
            gone = mine[-1:] if event.undo else mine
            record = [a for a in record if not any(a is g for g in gone)]
    last: dict[str, AnswerGiven] = {}
    for answer in record:
        last[answer.annotator] = answer
    votes = Counter(a.value for a in last.values() if a.kind == "label")
    if not votes:
        return None
    most = max(votes.values())
    return next(a.value for a in last.values() if a.kind == "label" and votes[a.value] == most)


@settings(deadline=None, max_examples=150)
@given(logs)
def test_labels_equal_a_naive_replay(log: list[Event]) -> None:
    state = fold(log, start())
    names = state.class_names()
    labels = state.labels()
    for position, item in enumerate(ITEMS):
        expected = naive_label(log, item)
        assert state.label(position) == expected
        assert (names[labels[position]] if labels[position] >= 0 else None) == expected
    assert state.counts().labeled == sum(naive_label(log, i) is not None for i in ITEMS)
    assert sum(state.class_counts().values()) == state.counts().labeled


def picture(state: State) -> tuple[object, ...]:
    return (
        state.version,
        state.rounds,
        state.labels().tolist(),
        state.candidates().tolist(),
        state.audit.tolist(),
        state.counts(),
        state.class_counts(),
        [state.answers(p) for p in range(len(ITEMS))],
        {who: state.last_answer(who) for who in ("ana", "ben")},
    )


@settings(deadline=None, max_examples=60)
@given(logs, st.data())
def test_folding_in_two_parts_is_folding_in_one(log: list[Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(log)))
    assert picture(fold(log[cut:], fold(log[:cut], start()))) == picture(fold(log, start()))


@settings(deadline=None, max_examples=60)
@given(logs, answers)
def test_undo_restores_what_was_before(log: list[Event], answer: AnswerGiven) -> None:
    before = fold(log, start())
    after = fold([*log, answer, AnswerRetracted(answer.item, answer.annotator, undo=True)], start())
    assert after.labels().tolist() == before.labels().tolist()
    assert after.last_answer(answer.annotator) == before.last_answer(answer.annotator)
    assert after.counts() == before.counts()


def test_the_undo_trail_goes_back_to_the_first_answer() -> None:
    log = [AnswerGiven(i, "cat", "ana", key=i) for i in ("a", "b", "a")]
    state = fold(log, start())
    undone = []
    while (last := state.last_answer("ana")) is not None:
        item = ITEMS[last[1]]
        undone.append(item)
        state.apply(AnswerRetracted(item, "ana", undo=True))
    assert undone == ["a", "b", "a"]
    assert state.counts().labeled == 0


def test_a_skipped_item_comes_back_after_twenty_others() -> None:
    state = fold([AnswerGiven("a", None, "ana", kind="skip")], start())
    assert 0 not in state.candidates()
    for turn in range(SKIP_RETURNS_AFTER):
        assert 0 not in state.candidates()
        state.apply(AnswerGiven("b", CLASSES[turn % 3], "ana"))
    assert 0 in state.candidates()


def test_an_unsure_item_is_not_asked_again_and_has_no_label() -> None:
    state = fold([AnswerGiven("a", None, "ana", kind="unsure")], start())
    assert state.label(0) is None
    assert 0 not in state.candidates()
    assert state.counts().unsure == 1
    assert state.counts().open == 4


def test_changing_classes_never_touches_an_answer() -> None:
    said = [AnswerGiven("a", "cat", "ana"), AnswerGiven("b", "dog", "ana"), AnswerGiven("c", "fox", "ana")]
    state = fold(said, start())
    state.apply(ClassChanged("rename", "cat", to="feline"))
    assert state.class_counts() == {"feline": 1, "dog": 1, "fox": 1}
    state.apply(ClassChanged("merge", "fox", to="dog"))
    assert state.class_counts() == {"feline": 1, "dog": 2}
    state.apply(ClassChanged("delete", "dog"))
    assert state.class_counts() == {"feline": 1}
    assert state.candidates().tolist() == [1, 2, 3, 4]
    assert state.counts().open == 4
    state.apply(ClassChanged("restore", "dog"))
    assert state.class_counts() == {"feline": 1, "dog": 2}
    state.apply(ClassChanged("restore", "fox"))
    assert state.class_counts() == {"feline": 1, "dog": 1, "fox": 1}


def test_a_name_is_free_again_after_a_rename() -> None:
    state = fold([AnswerGiven("a", "cat", "ana"), ClassChanged("rename", "cat", to="feline")], start())
    state.apply(ClassChanged("add", "cat"))
    state.apply(AnswerGiven("b", "cat", "ana"))
    assert state.label(0) == "feline"
    assert state.label(1) == "cat"


def test_notes_are_kept_until_emptied() -> None:
    state = fold([NoteWritten("b", "blurred", "ana")], start())
    assert state.notes == {1: "blurred"}
    state.apply(NoteWritten("b", "", "ana"))
    assert state.notes == {}


def test_an_unknown_item_is_named() -> None:
    with pytest.raises(NotFound, match="'zzz'"):
        start().apply(AnswerGiven("zzz", "cat", "ana"))


def test_a_million_items_cost_arrays_not_objects() -> None:
    state = fold([ItemsAdded(0, 1_000_000, "memory", ""), ClassChanged("add", "cat")], State(ItemIds(1_000_000)))
    for item in range(0, 1_000_000, 1_000):
        state.apply(AnswerGiven(str(item), "cat", "ana"))
    bytes_held = sum(v.nbytes for v in vars(state).values() if isinstance(v, np.ndarray))
    assert bytes_held <= 30 * 1_000_000
    assert state.counts().labeled == 1_000
    assert len(state._several) == 0
