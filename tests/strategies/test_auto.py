"""The default strategy against a Gaussian process written out, pick by pick."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from quandary.core.features import FeatureKind, Features
from quandary.core.query import Floats, QueryContext
from quandary.core.registry import learners
from quandary.geometry import pool
from quandary.geometry.pool import pool_geometry
from quandary.strategies import auto
from quandary.strategies.auto import Auto
from quandary.strategies.lookahead import mixture, significant
from quandary.strategies.newcomers import newcomers
from tests.strategies.worlds import Told, blobs, context, dirichlet

Array = NDArray[np.float64]


class Weighs(Told):
    """A learner that was also told its kernels' weights."""

    def __init__(self, proba: Array, weights: dict[str, float]) -> None:
        super().__init__(proba)
        self.kernel_weights_ = weights


def whole_kernel(seen: QueryContext) -> Array:
    """The mixed kernel over the whole pool."""
    geometry = pool_geometry(seen.features)
    weights = mixture(seen.learner, geometry, len(seen.labeled))
    kernels = geometry.kernels(list(weights), geometry.anchors, geometry.anchors)
    total: Array = sum(w * kernels[name].astype(np.float64) for name, w in weights.items())  # type: ignore[assignment]
    return total


def searched_for(seen: QueryContext, proba: Floats, rare: float = 0.04) -> int | None:
    """The class with the fewest labels, where next to nothing seems to be of it."""
    known = [code for code in range(len(seen.classes)) if code in seen.y_labeled]
    fewest = min(known, key=lambda code: (seen.y_labeled == code).sum())
    return fewest if proba[:, fewest].mean() < rare else None


def written_out(seen: QueryContext, k: int, noise: float = 0.1, skew: float = 0.7) -> list[int]:
    """Each pick by conditioning on all labels and picks anew; every item of the pool is a target."""
    kernel, everything = whole_kernel(seen), np.arange(len(seen.features))
    n, classes = len(seen.labeled), len(seen.classes)
    drift = min(1.0, n / (2 * classes))
    proba = seen.predict(everything)
    top = np.sort(proba, axis=1)
    doubt = 1 - (top[:, -1] - top[:, -2]) if seen.trained else np.ones(len(everything))
    pull = np.maximum(doubt, 1e-3) ** drift
    own_noise = noise / np.maximum(doubt, 0.02) ** drift
    known, at = list(seen.labeled), [noise] * n
    lopsided = seen.trained and proba.mean(axis=0).max() > skew
    sought = searched_for(seen, proba) if lopsided else None
    chosen: list[int] = []
    while len(chosen) < k:
        odd = (n + len(chosen)) % 2 == 1
        after = kernel.copy()
        if known:
            system = kernel[np.ix_(known, known)] + np.diag(at)
            after -= kernel[:, known] @ np.linalg.solve(system, kernel[known])
        gains = {}
        for x in seen.candidates:
            moved = np.maximum(after[x], 0)
            if odd and sought is not None:
                gains[int(x)] = proba[x, sought]
            elif odd or lopsided:
                gains[int(x)] = (moved**2 * pull).sum() / (after[x, x] + own_noise[x])
            else:
                gains[int(x)] = (moved * pull).sum() / np.sqrt(after[x, x] + own_noise[x])
        best = max((x for x in gains if x not in chosen), key=lambda x: gains[x])
        chosen.append(best)
        known, at = [*known, best], [*at, own_noise[best]]
    return chosen


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 1000),
    labels=st.integers(0, 15),
    classes=st.integers(2, 4),
    kind=st.sampled_from(["table", "image", "text"]),
    told=st.booleans(),
    skewed=st.booleans(),
)
def test_equals_the_process_written_out(
    seed: int, labels: int, classes: int, kind: FeatureKind, told: bool, skewed: bool
) -> None:
    rng = np.random.default_rng(seed)
    X, proba = rng.standard_normal((50, 4)), dirichlet(50, classes, seed)
    if skewed:
        proba[:, 0] += 4.0
        proba /= proba.sum(axis=1, keepdims=True)
    model = Weighs(proba, {"rbf1": 0.3, "graph": 0.5, "spread": 0.2}) if told else Told(proba)
    labeled = rng.permutation(50)[:labels]
    y = rng.integers(0, classes, labels)
    aside = np.setdiff1d(np.arange(50), labeled)[:-7]  # some of the pool may not be asked
    seen = context(X, labeled, y, classes=classes, learner=model, candidates=aside, kind=kind)
    assert Auto().select(seen, 6).positions.tolist() == written_out(seen, 6)


@pytest.mark.parametrize("labels", [0, 12])
def test_the_same_items_however_the_rows_are_ordered(labels: int) -> None:
    rng = np.random.default_rng(0)
    X, proba = rng.standard_normal((80, 5)), dirichlet(80)
    order = rng.permutation(80)
    labeled, y = rng.permutation(80)[:labels], np.arange(labels) % 3
    first = Auto().select(context(X, labeled, y, learner=Told(proba), kind="table"), 12).positions
    there = np.argsort(order)[labeled]
    moved = Auto().select(context(X[order], there, y, learner=Told(proba[order]), kind="table"), 12).positions
    assert order[moved].tolist() == first.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_first_batch_covers_every_far_group(seed: int) -> None:
    X, group = blobs(7, 15, seed=seed)
    chosen = Auto().select(context(X, kind="image", seed=seed), 7)
    assert set(group[chosen.positions]) == set(range(7))
    assert chosen.reasons is not None
    assert {reason.kind for reason in chosen.reasons} == {"typical"}


def test_repeats_of_a_chosen_item_are_not_asked_while_others_are_left() -> None:
    X = np.repeat(np.random.default_rng(0).standard_normal((8, 3)), 6, axis=0)
    chosen = Auto().select(context(X, kind="image"), 8).positions
    assert sorted(chosen // 6) == list(range(8))


def test_doubt_draws_the_questions_once_labels_are_there() -> None:
    X = np.random.default_rng(0).standard_normal((60, 2))
    proba = np.where(np.arange(60)[:, None] % 2, [0.99, 0.01], [0.5, 0.5])
    chosen = Auto().select(context(X, [0, 1, 2, 3, 4, 5], [0, 1] * 3, classes=2, learner=Told(proba)), 10)
    assert (chosen.positions % 2 == 0).sum() >= 8
    assert chosen.reasons is not None
    assert sum(reason.text == "Torn between dog and cat, 50 to 50." for reason in chosen.reasons) >= 8


class TestLargePool:
    """Only the anchors and what fills them up are looked at, but any position may be asked or labeled."""

    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pool, "ANCHORS", 40)
        monkeypatch.setattr(auto, "CANDIDATES", 30)
        monkeypatch.setattr(auto, "TARGETS", 25)

    def world(self, labeled: Any, candidates: Any = None, seed: int = 0) -> QueryContext:
        X, group = blobs(5, 40)
        features = Features(X, "image")
        y = group[labeled] % 3
        model = learners.make("auto").fit_pool(features, labeled, y)
        return context(features, labeled, y, learner=model, candidates=candidates, seed=seed)

    def test_asks_any_number_and_labels_may_lie_anywhere(self) -> None:
        seen = self.world(np.arange(0, 200, 9))
        whole = Auto().select(seen, len(seen)).positions
        assert sorted(whole) == seen.candidates.tolist()
        for k in (1, 10, 35, 90):
            assert Auto().select(self.world(np.arange(0, 200, 9)), k).positions.tolist() == whole[:k].tolist()

    def test_goes_on_when_no_anchor_is_left(self) -> None:
        geometry = pool_geometry(self.world(np.arange(9)).features)
        assert len(geometry.positions) == 40
        outside = np.setdiff1d(np.arange(200), geometry.positions)
        chosen = Auto().select(self.world(geometry.positions, outside), 12).positions
        assert len(set(chosen)) == 12
        assert np.isin(chosen, outside).all()

    def test_considers_the_most_uncertain(self) -> None:
        X, _ = blobs(5, 40)
        proba = np.tile([0.98, 0.01, 0.01], (200, 1))
        features = Features(X, "image")
        torn = pool_geometry(features).positions[::4]
        proba[torn] = [0.4, 0.4, 0.2]
        labeled = np.setdiff1d(np.arange(60), torn)[:12]
        chosen = Auto().select(context(features, labeled, np.arange(12) % 3, learner=Told(proba)), 5).positions
        assert np.isin(chosen, torn).all()


def test_kernel_weights_move_from_equal_to_the_learners_own() -> None:
    geometry = pool_geometry(Features(np.random.default_rng(0).standard_normal((30, 3)), "table"))
    model = Weighs(dirichlet(30), {"rbf3": 0.2, "lap1.5": 0.2, "gone": 0.6})
    equal = {"rbf0.3": 0.25, "rbf1": 0.25, "graph": 0.25, "lap0.5": 0.25}
    assert mixture(None, geometry, 50) == equal
    assert mixture(model, geometry, 0) == equal
    half = mixture(model, geometry, 20)
    assert sum(half.values()) == pytest.approx(1)
    assert half["rbf3"] == pytest.approx(0.25)
    assert half["rbf1"] == pytest.approx(0.125)
    assert set(mixture(model, geometry, 100_000)) == {"rbf3", "lap1.5"}


def test_significant_digits() -> None:
    values = np.array([1.00000001, 1.0, 0.0, 12345678.9, -1e-12])
    np.testing.assert_allclose(significant(values), [1, 1, 0, 12345680, -1e-12], rtol=1e-12)


def large_pool(rare: int = 6) -> tuple[Features, NDArray[np.intp], NDArray[np.intp]]:
    """9,000 items of two wide classes and, in a corner, ``rare`` of a third; features, y, the rare ones."""
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((9_000, 5)), np.arange(9_000) % 2
    X[:, 0] += 3.0 * y
    places = np.flatnonzero(~np.isin(np.arange(9_000), pool_geometry(Features(X, "image")).positions))[-rare:]
    X[places, 1] += 9.0
    y[places] = 2
    return Features(X, "image"), y, places


def test_what_is_no_anchor_is_asked_too() -> None:
    features, y, _ = large_pool()
    anchors = pool_geometry(features).positions
    labeled = np.arange(0, 400, 10)
    model = learners.make("auto").fit_pool(features, labeled, y[labeled])
    seen = QueryContext(
        np.setdiff1d(np.arange(9_000), labeled),
        features,
        labeled,
        y[labeled],
        ("a", "b", "rare"),
        model,
        np.random.default_rng(0),
    )
    chosen = Auto().select(seen, 100).positions
    assert 20 < (~np.isin(chosen, anchors)).sum() < 80


def test_the_others_of_a_rare_class_are_looked_at_though_no_anchor_is_one() -> None:
    features, y, rare = large_pool()
    labeled = np.append(np.arange(0, 400, 10), rare[0])
    model = learners.make("auto").fit_pool(features, labeled, y[labeled])
    free = np.setdiff1d(np.arange(9_000), labeled)
    seen = QueryContext(free, features, labeled, y[labeled], ("a", "b", "rare"), model, np.random.default_rng(1))
    looked_at = newcomers(seen, pool_geometry(features).positions, most=200)
    assert set(rare[1:]) <= set(looked_at.tolist())
    assert len(looked_at) <= 200
    assert np.isin(looked_at, free).all()


def test_every_other_item_may_be_one_more_of_a_rare_class() -> None:
    rng = np.random.default_rng(5)
    X, y = rng.standard_normal((900, 3)), np.zeros(900, np.intp)
    y[:20], X[:20] = 1, X[:20] * 0.3 + 4.0
    labeled = np.append(np.arange(100, 139), 0)
    model = learners.make("auto").fit_pool(Features(X, "image"), labeled, y[labeled])
    seen = context(X, labeled, y[labeled], classes=2, learner=model, kind="image")
    chosen = Auto().select(seen, 10)
    assert chosen.reasons is not None
    assert [reason.kind for reason in chosen.reasons].count("rare") == 5
    hoped = [int(p) for p, reason in zip(chosen.positions, chosen.reasons, strict=True) if reason.kind == "rare"]
    assert y[hoped].sum() >= 4
    assert "Perhaps one more" in next(reason.text for reason in chosen.reasons if reason.kind == "rare")
