"""Ids and positions are inverse to each other, for names and for row numbers alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.errors import ConfigError, NotFound
from quandary.core.ids import ItemIds

names = st.lists(st.text(max_size=8), unique=True, max_size=40)


@given(names)
def test_names_and_positions_are_inverse(ids: list[str]) -> None:
    index = ItemIds(ids)
    truth = {name: position for position, name in enumerate(ids)}
    assert [index.position(name) for name in ids] == list(truth.values())
    assert list(index) == ids


@given(names, st.text(max_size=8))
def test_membership_is_that_of_a_set(ids: list[str], probe: str) -> None:
    assert (probe in ItemIds(ids)) == (probe in set(ids))


@given(st.integers(0, 300), st.text(max_size=4) | st.integers(0, 400).map(str))
def test_row_numbers_behave_like_their_names(count: int, probe: str) -> None:
    assert (probe in ItemIds(count)) == (probe in {str(i) for i in range(count)})


def test_other_spellings_of_a_row_number_are_no_ids() -> None:
    for probe in ("007", "+7", " 7", "7 ", "٧", "-0", "1e1", "9" * 30):
        assert probe not in ItemIds(1000)


def test_a_repeated_id_is_named_with_both_rows() -> None:
    with pytest.raises(ConfigError, match=r"'x' stands twice, at rows 1 and 3"):
        ItemIds(["w", "x", "y", "x"])


def test_an_unknown_id_says_what_there_is() -> None:
    with pytest.raises(NotFound, match=r"no item called 'q'; there are 2 items, the first is 'a'"):
        ItemIds(["a", "b"]).position("q")
