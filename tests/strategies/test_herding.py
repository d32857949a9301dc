"""max_herding, u_herding and prob_cover against their criteria written out over the whole pool."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from quandary.core.query import QueryContext, Strategy
from quandary.strategies import herding
from quandary.strategies.clusters import k_means, nearest_center
from quandary.strategies.herding import herd
from quandary.strategies.max_herding import MaxHerding
from quandary.strategies.prob_cover import ProbCover, largest_pure_radius
from quandary.strategies.space import rows_at
from quandary.strategies.u_herding import UHerding
from tests.strategies.worlds import Told, blobs, context, dirichlet

Array = NDArray[np.float64]


def world(seed: int, labels: int, trained: bool = True) -> QueryContext:
    """Some of the pool may not be asked; labels lie anywhere."""
    rng = np.random.default_rng(seed)
    labeled = rng.permutation(40)[:labels]
    free = np.setdiff1d(np.arange(40), labeled)[::2]
    learner = Told(dirichlet(40, 3, seed)) if trained else None
    y = np.arange(labels) % 3
    return context(rng.standard_normal((40, 3)), labeled, y, learner=learner, candidates=free, kind="image", seed=seed)


def distances(seen: QueryContext) -> Array:
    rows = rows_at(seen, np.arange(len(seen.features))).astype(np.float64)
    apart: Array = ((rows[:, None] - rows[None]) ** 2).sum(axis=2)
    return apart


def coverage(kernel: Array, centers: list[int], weights: Array) -> float:
    return float((kernel[centers].max(axis=0) * weights).sum()) if centers else 0.0


def assert_greedy(seen: QueryContext, picks: NDArray[np.intp], width: float, weights: Array) -> None:
    """Each pick covers most, but for what single precision cannot tell apart."""
    kernel = np.exp(-distances(seen) / width)
    centers = [int(p) for p in seen.labeled]
    for pick in picks:
        after = {int(p): coverage(kernel, [*centers, int(p)], weights) for p in seen.candidates}
        assert after[int(pick)] >= max(after.values()) - 1e-4
        centers.append(int(pick))


@settings(deadline=None)
@given(seed=st.integers(0, 300), labels=st.integers(0, 9), k=st.integers(1, 12))
def test_max_herding_equals_greedy_coverage(seed: int, labels: int, k: int) -> None:
    seen = world(seed, labels)
    apart = distances(seen)
    width = 0.25 * np.median(apart[apart > 1e-9])
    assert_greedy(seen, MaxHerding().select(seen, k).positions, width, np.ones(40))


@settings(deadline=None)
@given(seed=st.integers(0, 300), labels=st.integers(0, 9), k=st.integers(1, 12))
def test_u_herding_weighs_by_uncertainty_and_narrows(seed: int, labels: int, k: int) -> None:
    seen = world(seed, labels)
    apart = distances(seen)
    width = 0.25 * np.median(apart[apart > 1e-9]) * 20 / (20 + labels)
    p = np.sort(seen.predict(np.arange(40)), axis=1)
    weights = 1 - (p[:, -1] - p[:, -2]) if labels > 1 else np.ones(40)
    assert_greedy(seen, UHerding().select(seen, k).positions, width, weights)


def test_lazy_gains_pick_what_plain_greedy_picks() -> None:
    rng = np.random.default_rng(0)
    kernel = rng.random((300, 50)).astype(np.float32) ** 4
    weights = rng.random(50).astype(np.float32)
    chosen, added = herd(kernel, np.zeros(50, np.float32), weights, 300)
    covered = np.zeros(50, np.float32)
    plain: list[int] = []
    for best, gain in zip(chosen, added, strict=True):
        all_gains = (np.maximum(kernel - covered, 0) * weights).sum(axis=1, dtype=np.float64)
        all_gains[plain] = -1
        assert gain == pytest.approx(all_gains.max(), abs=1e-6)
        assert all_gains[best] == pytest.approx(all_gains.max(), abs=1e-6)
        plain.append(best)
        covered = np.maximum(covered, kernel[best])
    assert sorted(chosen) == list(range(300))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("strategy", [MaxHerding(), UHerding(), ProbCover()])
def test_the_first_batch_covers_every_far_group(strategy: Strategy, seed: int) -> None:
    X, group = blobs(6, 15, dims=6, seed=seed)
    chosen = strategy.select(context(X, classes=6, kind="image", seed=seed), 6)
    assert set(group[chosen.positions]) == set(range(6))
    assert chosen.reasons is not None
    assert {reason.kind for reason in chosen.reasons} == {"typical"}


@pytest.mark.parametrize("strategy", [MaxHerding(), UHerding(), ProbCover()])
def test_large_pools_are_sampled(strategy: Strategy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(herding, "ASKED", 30)
    monkeypatch.setattr(herding, "AIMED", 25)
    monkeypatch.setattr(herding, "BLOCK", 7)
    X, group = blobs(4, 30)
    labeled = [int(np.flatnonzero(group == g)[3]) for g in (0, 2)]
    whole = strategy.select(context(X, labeled, [0, 1], learner=Told(dirichlet(120)), kind="image"), 118)
    assert sorted(whole.positions.tolist()) == np.setdiff1d(np.arange(120), labeled).tolist()
    few = strategy.select(context(X, labeled, [0, 1], learner=Told(dirichlet(120)), kind="image"), 2)
    assert few.positions.tolist() == whole.positions[:2].tolist()
    assert set(group[few.positions]) == {1, 3}


@given(seed=st.integers(0, 200), purity=st.floats(0.5, 1.0), count=st.integers(2, 30))
@settings(deadline=None)
def test_the_radius_is_the_largest_pure_one(seed: int, purity: float, count: int) -> None:
    rng = np.random.default_rng(seed)
    rows, cluster = rng.standard_normal((count, 2)).astype(np.float32), rng.integers(0, 3, count)
    apart = ((rows[:, None].astype(np.float64) - rows[None]) ** 2).sum(axis=2)

    def pure(radius: float) -> float:
        return float(np.mean([len(set(cluster[apart[i] < radius])) < 2 for i in range(count)]))

    found = largest_pure_radius(rows, cluster, purity)
    assert pure(found - 1e-5) >= purity - 1e-9
    assert np.isinf(found) or pure(found * (1 + 1e-3) + 1e-5) < purity


@settings(deadline=None)
@given(seed=st.integers(0, 300), labels=st.integers(0, 9))
def test_prob_cover_takes_what_covers_most(seed: int, labels: int) -> None:
    """Ties are drawn: each pick must be one of the best; afterwards anything goes."""
    seen = world(seed, labels)
    rows = rows_at(seen, np.arange(40))
    cluster = nearest_center(rows, k_means(rows, 3, np.random.default_rng(seed)))
    covers = distances(seen) < largest_pure_radius(rows, cluster, 0.95)
    left = ~covers[seen.labeled].any(axis=0) if labels else np.ones(40, np.bool_)
    for p in ProbCover().select(seen, 12).positions:
        assert (covers[p] & left).sum() == (covers[seen.candidates] & left).sum(axis=1).max()
        left &= ~covers[p]


def test_prob_cover_draws_ties_evenly() -> None:
    first = set()
    for seed in range(60):
        first.add(int(ProbCover().select(context(np.eye(8) * 30, kind="image", seed=seed), 1).positions[0]))
    assert first == set(range(8))


def test_u_herding_says_where_the_model_is_torn() -> None:
    X, group = blobs(4, 10)
    proba = np.where(group[:, None] == 1, [0.5, 0.5], [0.99, 0.01])
    chosen = UHerding().select(context(X, [0, 1], [0, 1], classes=2, learner=Told(proba), kind="image"), 1)
    assert group[chosen.positions[0]] == 1
    assert chosen.reasons is not None
    assert chosen.reasons[0].text == "Torn between dog and cat, 50 to 50."
