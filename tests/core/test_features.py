"""Rows of a pool by position: single ones, blocks and runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from quandary.core.features import Features

MATRIX = np.arange(120.0).reshape(60, 2)


@pytest.mark.parametrize("matrix", [MATRIX, csr_matrix(MATRIX)])
@given(
    positions=st.one_of(
        st.lists(st.integers(0, 59), min_size=1),  # any order, also repeats
        st.lists(st.integers(20, 25), min_size=1).map(sorted),
        st.sets(st.integers(0, 59), min_size=50).map(sorted),
        st.just([]),
    ),
    size=st.integers(1, 70),
)
def test_runs_hold_exactly_the_rows_asked_for(matrix: Any, positions: list[int], size: int) -> None:
    asked, seen = np.array(positions, dtype=np.intp), np.full((len(positions), 2), np.nan)
    for where, rows, kept in Features(matrix).runs(asked, size):
        some = rows[kept]
        seen[where] = some.toarray() if hasattr(some, "toarray") else some
    assert np.array_equal(seen, MATRIX[asked])


def test_a_nearly_whole_run_is_not_copied() -> None:
    nearly = np.setdiff1d(np.arange(60), [7, 30])
    (_, rows, kept), *_ = Features(MATRIX).runs(nearly)
    assert np.shares_memory(rows, MATRIX)
    assert len(rows[kept]) == 58
    (_, rows, _), *_ = Features(MATRIX).runs(np.arange(0, 60, 2))
    assert len(rows) == 30
