"""The split is fair: nothing on both sides, classes in proportion, another one for another seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.bench.split import LARGEST_TEST, split
from quandary.core.errors import InputError


@given(st.lists(st.integers(0, 6), min_size=10, max_size=300), st.integers(0, 50))
def test_every_item_is_on_one_side_and_both_sides_hold_some(codes: list[int], seed: int) -> None:
    pool, test = split(np.array(codes), seed)
    assert sorted([*pool, *test]) == list(range(len(codes)))
    assert len(pool)
    assert len(test)


@given(st.lists(st.integers(0, 3), min_size=10, max_size=300), st.integers(0, 50))
def test_classes_are_in_proportion(codes: list[int], seed: int) -> None:
    y = np.array(codes)
    _, test = split(y, seed)
    if len(np.unique(y)) * 4 < len(y):
        for code in np.unique(y):
            assert abs((y[test] == code).sum() - 0.3 * (y == code).sum()) <= 1


def test_seed_decides() -> None:
    y = np.repeat([0, 1], 50)
    assert split(y, 1)[1].tolist() == split(y, 1)[1].tolist()
    assert split(y, 1)[1].tolist() != split(y, 2)[1].tolist()


def test_large_test_set_is_capped() -> None:
    assert len(split(np.zeros(60_000, int), 0)[1]) == LARGEST_TEST


def test_too_few_items_are_refused() -> None:
    with pytest.raises(InputError, match="3 items have a label; a comparison needs at least 10"):
        split(np.array([0, 1, 0]), 0)
