"""core_set against greedy k-center written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from quandary.core.features import Features
from quandary.geometry.pool import pool_view
from quandary.strategies import core_set
from quandary.strategies.core_set import CoreSet
from tests.strategies.worlds import blobs, context


def greedy(rows: NDArray[np.float64], labeled: list[int], candidates: list[int], k: int) -> list[int]:
    """k-center by its definition: all distances, one pick at a time."""
    centers, chosen = list(labeled), []
    if not centers:
        middle = rows[candidates].mean(axis=0)
        centers = chosen = [min(candidates, key=lambda p: float(np.linalg.norm(rows[p] - middle)))]
    while len(chosen) < k:
        free = [p for p in candidates if p not in chosen]
        best = max(free, key=lambda p: min(float(np.linalg.norm(rows[p] - rows[c])) for c in centers))
        chosen = [*chosen, best]
        centers = [*centers, best]
    return chosen


@given(seed=st.integers(0, 200), labels=st.integers(0, 8), k=st.integers(1, 12), close=st.integers(1, 30))
@settings(deadline=None)
def test_equals_greedy_k_center(seed: int, labels: int, k: int, close: int) -> None:
    """Also where only a few candidates are looked at closely between two passes over the pool."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((30, 3)) * [1, 100, 0.01]
    labeled = rng.permutation(30)[:labels]
    seen = context(X, labeled, [0] * labels, candidates=np.setdiff1d(np.arange(30), labeled)[::2])
    rows = pool_view(seen.features).values(X).astype(np.float64)
    k = min(k, len(seen))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core_set, "CLOSE_LOOK", close)
        patch.setattr(core_set, "CENTERS", 3)
        chosen = CoreSet().select(seen, k).positions.tolist()
    assert chosen == greedy(rows, labeled.tolist(), seen.candidates.tolist(), k)


def test_hits_every_far_group() -> None:
    X, group = blobs(8, 10)
    labeled = [int(np.flatnonzero(group == g)[3]) for g in (2, 5)]
    chosen = CoreSet().select(context(X, labeled, [0, 1]), 6)
    assert set(group[chosen.positions]) | {2, 5} == set(range(8))


@pytest.mark.parametrize("labels", [0, 4])
def test_the_same_items_however_the_rows_are_ordered(labels: int) -> None:
    X = np.random.default_rng(0).standard_normal((50, 5))
    order = np.random.default_rng(1).permutation(50)
    labeled = np.array([40, 3, 22, 9])[:labels]
    first = CoreSet().select(context(X, labeled, [0] * labels), 10).positions
    moved = CoreSet().select(context(X[order], np.argsort(order)[labeled], [0] * labels), 10).positions
    assert order[moved].tolist() == first.tolist()


def test_scores_are_distances_to_the_nearest_label() -> None:
    X = np.random.default_rng(0).standard_normal((20, 2))
    seen = context(X, [11, 4], [0, 1])
    rows = pool_view(seen.features).values(X)
    chosen = CoreSet().select(seen, 3)
    expected = [min(np.linalg.norm(rows[p] - rows[c]) for c in (4, 11)) for p in seen.candidates]
    assert chosen.scores is not None
    np.testing.assert_allclose(chosen.scores, expected, rtol=1e-4)
    assert chosen.reasons is not None
    assert chosen.reasons[0].kind == "unlike"
    assert chosen.reasons[0].numbers["distance"] == pytest.approx(max(expected), rel=1e-4)


def test_uses_what_the_learner_makes_of_the_items() -> None:
    class Embeds:
        classes_ = np.array([0, 1])

        def embed(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
            return X[:, :1]  # only the first column counts

    X = np.column_stack([[0.0, 1.0, 2.0, 3.0], [0.0, 90.0, 0.0, 0.0]])
    assert CoreSet().select(context(X, [0], [0], learner=Embeds()), 1).positions.tolist() == [3]
    assert CoreSet().select(context(Features(X, "image"), [0], [0]), 1).positions.tolist() == [1]
