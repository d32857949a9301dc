"""Random checks: the declared share in every stretch, drawn uniformly, whatever else is asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.audit import LARGEST_RESERVE, is_audit, reserve


@given(st.integers(0, 10_000), st.integers(1, 300), st.integers(0, 99), st.floats(0, 0.9))
def test_every_stretch_holds_the_share(first: int, count: int, seed: int, share: float) -> None:
    assert abs(is_audit(first, count, seed, share).sum() - share * count) <= 1


@given(st.integers(0, 500), st.integers(1, 60), st.integers(1, 60))
def test_a_question_is_a_check_or_not_however_many_are_asked_at_once(first: int, few: int, more: int) -> None:
    whole = is_audit(first, few + more, 3, 0.3)
    parts = np.concatenate([is_audit(first, few, 3, 0.3), is_audit(first + few, more, 3, 0.3)])
    np.testing.assert_array_equal(whole, parts)


def test_the_reserve_is_uniform_over_the_pool() -> None:
    hits = np.zeros(30)
    for seed in range(3000):
        hits[reserve(30, seed, 0.3)] += 1
    assert abs(hits - 1000).max() < 5 * np.sqrt(3000 * (1 / 3) * (2 / 3))


@pytest.mark.parametrize(
    ("size", "share", "kept"), [(30, 0.3, 10), (31, 0.1, 11), (30, 0.0, 0), (10**6, 0.3, LARGEST_RESERVE)]
)
def test_the_size_of_the_reserve(size: int, share: float, kept: int) -> None:
    got = reserve(size, 0, share)
    assert len(got) == kept == len(set(got.tolist()))
