"""The members of the vote: what they say of a label left out is what a fit without it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from quandary.core.features import Features
from quandary.geometry.lens import Items
from quandary.geometry.pool import Geometry, pool_geometry
from quandary.learners import members
from quandary.learners.auto import Auto
from quandary.learners.members import KernelRidge, extend, fit_linear, fit_ridge, fit_spreading, prior, stack
from quandary.learners.softmax import softmax
from tests.learners.worlds import overlapping

Array = NDArray[np.float64]


def labeled_kernel(seed: int, count: int = 25) -> tuple[Array, NDArray[np.intp]]:
    X, y = overlapping(count, 3, 4, seed)
    return np.exp(-((X[:, None] - X[None]) ** 2).sum(axis=2) / 8), y


@settings(deadline=None)
@given(seed=st.integers(0, 50), ridge=st.sampled_from(members.RIDGES), sharpness=st.sampled_from(members.SHARPNESS))
def test_ridge_leave_one_out_equals_refitting(seed: int, ridge: float, sharpness: float) -> None:
    kernel, y = labeled_kernel(seed)
    targets = np.eye(3)[y]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "RIDGES", (ridge,))
        patch.setattr(members, "SHARPNESS", (sharpness,))
        fitted = fit_ridge(kernel, targets, y)
    mean = prior(targets)
    for i in range(25):
        rest = np.delete(np.arange(25), i)
        coef = np.linalg.solve(kernel[np.ix_(rest, rest)] + ridge * np.eye(24), targets[rest] - mean)
        expected = softmax(sharpness * (kernel[i, rest] @ coef + mean)[None])[0]
        np.testing.assert_allclose(fitted.held_out[i], expected, atol=1e-6)


def test_ridge_chooses_the_penalty_and_sharpness_of_the_least_loss() -> None:
    kernel, y = labeled_kernel(0)
    targets = np.eye(3)[y]
    fitted = fit_ridge(kernel, targets, y)
    for ridge in members.RIDGES:
        inverse = np.linalg.inv(kernel + ridge * np.eye(25))
        left_out = targets - inverse @ (targets - prior(targets)) / np.diag(inverse)[:, None]
        for sharpness in members.SHARPNESS:
            assert members.log_loss(softmax(sharpness * left_out), y) >= fitted.loss - 1e-8
    assert fitted.loss == pytest.approx(-np.log(fitted.held_out[np.arange(25), y]).mean())
    assert isinstance(fitted.model, KernelRidge)


def test_ridge_on_a_part_of_the_labels_is_held_out_from_the_others() -> None:
    kernel, y = labeled_kernel(3)
    used = np.arange(0, 25, 2)
    part = fit_ridge(kernel[np.ix_(used, used)], np.eye(3)[y[used]], y[used])
    whole = extend(part, kernel[:, used], used, y)
    np.testing.assert_array_equal(whole.held_out[used], part.held_out)
    others = np.setdiff1d(np.arange(25), used)
    expected = part.model.proba(kernel[np.ix_(others, used)] @ part.model.coef)
    np.testing.assert_allclose(whole.held_out[others], expected)


@settings(deadline=None)
@given(seed=st.integers(0, 20), outside=st.booleans())
def test_spreading_leave_one_out_equals_refitting(seed: int, outside: bool) -> None:
    """Also for labeled items that are no anchors and are linked to ten of them."""
    X, y = overlapping(60, 3, 4, seed)
    geometry = pool_geometry(Features(X, "image"))
    items = geometry.lens.see(X[::4] + 0.1) if outside else geometry.anchors[np.arange(0, 60, 4)]
    codes = y[::4]
    fitted = spread(geometry, items, codes)
    for i in range(len(codes)):
        rest = np.delete(np.arange(len(codes)), i)
        without = geometry.spread.astype(np.float64) @ (items.links[rest].T @ np.eye(3)[codes[rest]])
        left_out = items.links[np.array([i])] @ without
        np.testing.assert_allclose(fitted.held_out[i], fitted.model.proba(left_out)[0], atol=1e-3)


def spread(geometry: Geometry, items: Items, codes: NDArray[np.intp]) -> members.Fitted:
    targets = np.eye(3)[codes]
    return fit_spreading(*geometry.spread_from(items, targets), targets, codes)


@pytest.mark.parametrize("count", [2, 3, 5, 40])
def test_linear_gives_a_distribution_also_with_fewer_labels_than_folds(count: int) -> None:
    X, y = overlapping(count, 2)
    fitted = fit_linear(X.astype(np.float32), np.eye(2)[y], y)
    np.testing.assert_allclose(fitted.held_out.sum(axis=1), 1)
    np.testing.assert_allclose(fitted.model.proba(X).sum(axis=1), 1)


def test_linear_says_the_class_shares_where_the_other_labels_are_of_one_class() -> None:
    X, y = overlapping(2, 2)
    np.testing.assert_allclose(fit_linear(X.astype(np.float32), np.eye(2)[y], y).held_out, 0.5)


def test_linear_never_saw_the_labels_it_predicts() -> None:
    """Of labels that are pure chance it must not guess more than chance does."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((300, 20)).astype(np.float32), rng.integers(0, 2, 300)
    fitted = fit_linear(X, np.eye(2)[y], y)
    assert (fitted.model.proba(X).argmax(axis=1) == y).mean() > 0.6
    assert abs((fitted.held_out.argmax(axis=1) == y).mean() - 0.5) < 0.1


@given(seed=st.integers(0, 50), count=st.integers(1, 80), size=st.integers(1, 8))
def test_weights_are_shares(seed: int, count: int, size: int) -> None:
    at_truth = np.random.default_rng(seed).random((count, size)) + 1e-6
    weights = stack(at_truth, -np.log(at_truth).mean(axis=0))
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()


def test_weights_go_to_the_members_that_are_right() -> None:
    at_truth = np.tile([0.9, 0.5, 0.1], (200, 1))
    weights = stack(at_truth, -np.log(at_truth).mean(axis=0))
    assert weights[0] > 0.95
    assert weights[2] < 0.01


class TestAuto:
    """The vote as a whole."""

    def test_is_the_weighted_mean_of_its_members(self) -> None:
        X, y = overlapping(100, 3, 6)
        features, labeled = Features(X, "table"), np.arange(0, 100, 3)
        model = Auto().fit_pool(features, labeled, y[labeled])
        assert sum(model.weights_.values()) == pytest.approx(1)
        others = {"spread", "linear", "relevant", "relevant_ranks"}
        assert set(model.weights_) == {*pool_geometry(features).lens.names(), *others}
        geometry, everything = pool_geometry(features), np.arange(100)
        items = geometry.items(features, everything)
        kernels = geometry.kernels(geometry.lens.names(), items, items[labeled])
        total = np.zeros((100, 3))
        for name, member in model.members_.items():
            if name in kernels:
                scores = kernels[name] @ member.coef
            else:
                seen = {"spread": model.members_["spread"].mass, "relevant_ranks": items.ranks}
                scores = seen.get(name, items.values)
            total += model.weights_[name] * member.proba(scores)
        np.testing.assert_allclose(model.predict_pool(features, everything), total, atol=1e-5)

    def test_knows_its_kernels_weights_once_it_has_two_classes(self) -> None:
        X, y = overlapping(60, 2)
        features = Features(X, "table")
        assert Auto().fit_pool(features, np.array([0]), y[:1]).kernel_weights_ == {}
        weights = Auto().fit_pool(features, np.arange(30), y[:30]).kernel_weights_
        assert set(weights) == set(pool_geometry(features).lens.names())

    def test_new_rows_and_rows_of_the_pool_agree_in_the_main(self) -> None:
        X, y = overlapping(300, 3, 6)
        features, labeled = Features(X, "image"), np.arange(0, 300, 3)
        model = Auto().fit_pool(features, labeled, y[labeled])
        inside, as_new = model.predict_pool(features, np.arange(300)), model.predict_proba(X)
        assert (inside.argmax(axis=1) == as_new.argmax(axis=1)).mean() > 0.95
        other, _ = overlapping(300, 3, 6, seed=1)  # another pool: its rows are new
        as_pool = model.predict_pool(Features(other, "image"), np.arange(300))
        np.testing.assert_allclose(as_pool, model.predict_proba(other))

    def test_the_unlabeled_pool_helps(self) -> None:
        """Two moons of one label each: the graph of the pool follows them, the labels alone cannot."""
        rng = np.random.default_rng(0)
        turn, y = rng.uniform(0, np.pi, 400), np.arange(400) % 2
        X = np.column_stack([np.cos(turn), np.sin(turn)]) * np.where(y, -1, 1)[:, None] + np.outer(y, [1, 0.5])
        X += rng.normal(0, 0.05, X.shape)
        labeled = np.array([np.flatnonzero(y == c)[i] for c in (0, 1) for i in range(3)])
        model = Auto().fit_pool(Features(X, "image"), labeled, y[labeled])
        alone = Auto("image").fit(X[labeled], y[labeled])
        rest = np.setdiff1d(np.arange(400), labeled)
        assert (model.predict_pool(Features(X, "image"), rest).argmax(axis=1) == y[rest]).mean() > 0.9
        assert alone.score(X[rest], y[rest]) < 0.95

    def test_many_labels(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("quandary.learners.auto.MOST_KERNEL", 40)
        X, y = overlapping(300, 3, 6)
        features, labeled = Features(X, "table"), np.arange(200)
        model = Auto().fit_pool(features, labeled, y[labeled])
        assert len(model.labeled_) == 40
        assert (model.predict_pool(features, np.arange(200, 300)).argmax(axis=1) == y[200:]).mean() > 0.85
