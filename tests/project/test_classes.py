"""Changes of classes: what is refused, and that the preview is what happens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.errors import ConfigError
from quandary.core.events import AnswerGiven, ClassChanged, ItemsAdded
from quandary.core.ids import ItemIds
from quandary.core.state import State, fold
from quandary.project.classes import affected, after, check_name, check_names, validate


def world(*more: ClassChanged) -> State:
    said = ["cat", "cat", "dog", "fox", "cat"]
    return fold(
        [
            ItemsAdded(0, 6, "x", ""),
            *(ClassChanged("add", name) for name in ("cat", "dog", "fox", "owl")),
            *(AnswerGiven(str(i), name, "me") for i, name in enumerate(said)),
            AnswerGiven("5", None, "me", "skip"),
            *more,
        ],
        State(ItemIds(6)),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (ClassChanged("add", "cat"), "there is a class 'cat' already"),
        (ClassChanged("add", ""), "at least one visible character"),
        (ClassChanged("add", " \t"), "at least one visible character"),
        (ClassChanged("add", "x" * 101), "101 characters; names have at most 100"),
        (ClassChanged("add", "a\nb"), r"control character U\+000A"),
        (ClassChanged("add", "a\u2028b"), r"control character U\+2028"),
        (ClassChanged("add", "a\udcff"), r"control character U\+DCFF"),
        (ClassChanged("rename", "ct", "x"), "no class called 'ct'; did you mean 'cat'.*cat, dog, fox, owl"),
        (ClassChanged("rename", "cat", "dog"), "there is a class 'dog' already"),
        (ClassChanged("rename", "cat", ""), "visible character"),
        (ClassChanged("merge", "cat", "cat"), "into itself"),
        (ClassChanged("merge", "cat", "dgo"), "did you mean 'dog'"),
        (ClassChanged("merge", "dgo", "cat"), "did you mean 'dog'"),
        (ClassChanged("delete", "bird"), "no class called 'bird'"),
        (ClassChanged("describe", "bird", description="x"), "no class called 'bird'"),
        (ClassChanged("describe", "cat", description="x" * 2_001), "at most 2000 characters"),
        (ClassChanged("restore", "cat"), "class 'cat' is there"),
        (ClassChanged("restore", "bird"), "no deleted or merged class called 'bird'"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_is_valid(change: ClassChanged, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        validate(change, world())


@pytest.mark.parametrize(
    ("change", "count"),
    [
        (ClassChanged("add", "bird"), 0),
        (ClassChanged("rename", "cat", "feline"), 3),
        (ClassChanged("merge", "cat", "dog"), 3),
        (ClassChanged("merge", "owl", "cat"), 0),
        (ClassChanged("delete", "fox"), 1),
        (ClassChanged("describe", "cat", description="purrs"), 0),
    ],
)
def test_what_makes_sense_says_how_many_items_it_touches(change: ClassChanged, count: int) -> None:
    state = world()
    validate(change, state)
    assert affected(change, state) == count
    assert state.class_names() == ("cat", "dog", "fox", "owl")  # only looked at


def test_deleted_and_merged_classes_can_be_restored() -> None:
    state = world(ClassChanged("delete", "fox"), ClassChanged("merge", "cat", "dog"))
    for name, count in (("fox", 1), ("cat", 3)):
        validate(ClassChanged("restore", name), state)
        assert affected(ClassChanged("restore", name), state) == count


def test_a_deleted_name_may_be_used_again() -> None:
    state = world(ClassChanged("delete", "fox"))
    validate(ClassChanged("add", "fox"), state)
    assert affected(ClassChanged("add", "fox"), state) == 0


names = st.sampled_from(["cat", "dog", "fox", "owl", "new", "feline"])
changes = st.builds(
    ClassChanged, st.sampled_from(["add", "rename", "merge", "delete", "restore", "describe"]), names, names
)


@given(steps=st.lists(changes, max_size=8))
def test_the_preview_is_what_happens(steps: list[ClassChanged]) -> None:
    state = world()
    for change in steps:
        try:
            validate(change, state)
        except ConfigError:
            continue
        count, table = affected(change, state), after(change, state)
        before = [state.label(p) for p in range(6)]
        state.apply(change)
        assert count == sum(was != state.label(p) for p, was in enumerate(before))
        assert [(c.code, c.name) for c in table.current()] == [(c.code, c.name) for c in state.classes.current()]
        assert len(set(state.class_names())) == len(state.class_names())


@given(name=st.text(min_size=1, max_size=100))
def test_any_visible_text_is_a_name(name: str) -> None:
    try:
        assert check_name(name) == name
    except ConfigError:
        assert not name.strip() or not name.isprintable() or not np.all([c.isprintable() for c in name])


def test_repeats_are_dropped() -> None:
    assert check_names(["b", "a", "b"]) == ["b", "a"]
