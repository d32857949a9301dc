"""weighted_kmeans and drop_query: clusters of what is uncertain, stage by stage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from quandary.core.features import Features
from quandary.core.query import Strategy
from quandary.strategies.clusters import k_means, nearest_center, representatives
from quandary.strategies.drop_query import DropQuery, drop
from quandary.strategies.margin import uncertainty
from quandary.strategies.weighted_kmeans import WeightedKmeans
from tests.strategies.worlds import Told, blobs, context, dirichlet


@given(seed=st.integers(0, 60), count=st.integers(1, 8), held=st.integers(0, 3))
@settings(deadline=None)
def test_weighted_k_means_is_at_rest_around_fixed_centers(seed: int, count: int, held: int) -> None:
    """Each free center is the weighted mean of the rows nearest to it."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((60, 2)).astype(np.float32)
    weights = rng.random(60).astype(np.float32) + 0.01
    fixed = rng.standard_normal((held, 2)).astype(np.float32)
    centers = k_means(rows, count, rng, steps=500, weights=weights, fixed=fixed)
    where = np.linalg.norm(rows[:, None] - np.concatenate([fixed, centers])[None], axis=2).argmin(axis=1) - held
    for c in range(count):
        if (where == c).any():
            mean = np.average(rows[where == c], axis=0, weights=weights[where == c])
            np.testing.assert_allclose(centers[c], mean, atol=1e-4)


def test_equal_weights_find_what_no_weights_find() -> None:
    X, group = blobs(5, 20)
    rows = X.astype(np.float32)
    for weights in (None, np.full(100, 0.3, np.float32)):
        where = nearest_center(rows, k_means(rows, 5, np.random.default_rng(0), weights=weights))
        assert len({(int(a), int(b)) for a, b in zip(where, group, strict=True)}) == 5


def test_representatives_are_nearest_to_their_centers_and_the_heaviest_come_first() -> None:
    X, group = blobs(4, 25)
    rows, weights = X.astype(np.float32), np.array([1.0, 5.0, 2.0, 9.0], np.float32)[group]
    chosen = representatives(rows, weights, 4, rows[:0], np.random.default_rng(0))
    assert group[chosen].tolist() == [3, 1, 2, 0]
    for i in chosen:
        members = np.flatnonzero(group == group[i])
        assert i == members[np.linalg.norm(X[members] - X[members].mean(axis=0), axis=1).argmin()]


def test_representatives_keep_off_fixed_centers() -> None:
    X, group = blobs(4, 25)
    rows = X.astype(np.float32)
    fixed = np.stack([rows[group == g].mean(axis=0) for g in (0, 2)])
    chosen = representatives(rows, np.ones(100, np.float32), 2, fixed, np.random.default_rng(0))
    assert set(group[chosen]) == {1, 3}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("strategy", [WeightedKmeans(batch=3), DropQuery(batch=3)])
def test_the_first_choices_cover_every_far_group(strategy: Strategy, seed: int) -> None:
    """Also in a second stage, and away from what has a label."""
    X, group = blobs(7, 12, dims=7, seed=seed)
    chosen = strategy.select(context(X, [int(np.flatnonzero(group == 3)[0])], [0], kind="image", seed=seed), 6)
    assert set(group[chosen.positions]) == {0, 1, 2, 4, 5, 6}


@given(seed=st.integers(0, 100), batch=st.integers(1, 6), wider=st.integers(1, 30))
@settings(deadline=None, max_examples=40)
def test_only_the_most_uncertain_are_clustered(seed: int, batch: int, wider: int) -> None:
    X, proba = np.random.default_rng(seed).standard_normal((150, 3)), dirichlet(150, 3, seed)
    seen = context(X, [9, 90, 51], [0, 1, 2], learner=Told(proba), seed=seed)
    chosen = WeightedKmeans(batch, wider).select(seen, batch).positions
    order = sorted(seen.candidates, key=lambda p: -uncertainty(proba)[p])
    assert set(chosen) <= set(order[: max(50, wider * batch)])


def test_weighs_by_uncertainty() -> None:
    """One group is twice as large, another far more uncertain."""
    X, group = blobs(2, 20)
    keep = np.concatenate([np.flatnonzero(group == 0), np.flatnonzero(group == 1)[:12]])
    proba = np.where(group[:, None] == 1, [0.5, 0.5], [0.9, 0.1])[keep]
    seen = context(X[keep], [0, 31], [0, 1], classes=2, learner=Told(proba), kind="image")
    chosen = WeightedKmeans(batch=2).select(seen, 2).positions
    assert group[keep][chosen].tolist() == [1, 0]


class Linear:
    """Predicts class 1 where the sum of the weighted numbers is above ``limit``."""

    classes_ = np.array([0, 2])

    def __init__(self, weights: Any, limit: float = 0.0) -> None:
        self.weights, self.limit = np.asarray(weights), limit

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        high = np.asarray(X @ self.weights).ravel() > self.limit
        return np.column_stack([~high, high]).astype(float)


def test_asks_items_whose_class_hangs_on_few_features() -> None:
    """Far items keep their class however many of their numbers are dropped."""
    rng = np.random.default_rng(0)
    near = np.arange(80) % 2 == 0
    X = np.where(near[:, None], rng.standard_normal((80, 40)), rng.choice([-9.0, 9.0], (80, 1)))
    X -= X.mean(axis=0)
    seen = context(X, [1, 2], [0, 2], learner=Linear(np.ones(40)), kind="image")
    assert near[DropQuery(batch=4).select(seen, 10).positions].all()


def test_the_share_of_changes_is_that_of_dropped_features() -> None:
    """One number decides: it changes when dropped, so twice or more of three with a known chance."""
    X = np.column_stack([np.tile([-1.0, 1.0], 2_000), np.zeros(4_000)])
    seen = context(X, [0, 1], [0, 2], learner=Linear([1.0, 0.0]), kind="image")
    chosen = DropQuery(dropped=0.3).select(seen, len(seen))
    assert chosen.reasons is not None
    kept = np.array([reason.numbers["changes"] for reason in chosen.reasons])
    high = X[chosen.positions, 0] > 0  # zero, the mean, counts as low: only the high ones change
    assert (kept[~high] == 0).all()
    counts = np.bincount(kept[high].astype(int), minlength=4) / high.sum()
    np.testing.assert_allclose(counts, [0.343, 0.441, 0.189, 0.027], atol=0.04)
    clear = np.minimum(kept, 2)
    assert (np.diff(clear) <= 0).all()


def test_dropped_numbers_take_the_mean_and_sparse_ones_vanish() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 50)) + 5
    mean = X.mean(axis=0)
    dropped = drop(X, mean, 0.75, rng)
    gone = dropped == mean
    assert gone.mean() == pytest.approx(0.75, abs=0.02)
    assert (dropped[~gone] == X[~gone]).all()
    thinned = drop(csr_matrix(X), mean, 0.75, rng).toarray()
    assert (thinned == 0).mean() == pytest.approx(0.75, abs=0.02)
    assert (thinned[thinned != 0] == X[thinned != 0]).all()


def test_very_long_choices_end_in_the_order_of_uncertainty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quandary.strategies.stages.MOST", 10)
    proba = dirichlet(100)
    X = np.random.default_rng(0).standard_normal((100, 2))
    seen = context(Features(X), [4, 5], [0, 1], learner=Told(proba))
    last = uncertainty(proba)[WeightedKmeans(batch=5).select(seen, 98).positions[20:]]
    assert (np.diff(last) <= 0).all()
