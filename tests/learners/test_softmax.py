"""Softmax regression against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from quandary.core.features import Features
from quandary.geometry.scale import pool_scale
from quandary.learners.logistic import Logistic
from quandary.learners.softmax import fit_logistic, fit_softmax, rotate, softmax
from tests.learners.worlds import overlapping


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 99),
    classes=st.integers(2, 6),
    dims=st.integers(1, 60),
    C=st.sampled_from([0.01, 1.0, 20.0, 500.0]),
)
def test_equals_scikit_learn_at_the_same_C(seed: int, classes: int, dims: int, C: float) -> None:
    X, y = overlapping(40, classes, dims, seed)
    rows, back = rotate(X)
    weights = fit_logistic(rows, np.eye(classes)[y], C, tol=1e-8)
    ours = softmax(X @ back(weights[:-1]) + weights[-1])
    theirs = LogisticRegression(C=C, tol=1e-10, max_iter=20_000).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_one_new_label_changes_the_fit_also_among_thousands() -> None:
    """A stop at a small mean gradient would let it pass unnoticed when starting from the last fit."""
    X, y = overlapping(3001)
    y[3000] = (y[3000] + 1) % 3
    targets = np.eye(3)[y]
    before = fit_softmax(X[:3000], targets[:3000], 0.05)
    after = fit_softmax(X, targets, 0.05, start=before)
    fresh = fit_softmax(X, targets, 0.05)
    assert abs(after - before).max() > 1e-4
    np.testing.assert_allclose(softmax(X @ after[:-1] + after[-1]), softmax(X @ fresh[:-1] + fresh[-1]), atol=1e-4)


def test_separable_labels_give_a_finite_fit() -> None:
    X = np.concatenate([np.full((20, 2), -1e3), np.full((20, 2), 1e3)])
    weights = fit_softmax(X, np.eye(2)[np.arange(40) // 20], 1e-6)
    assert np.isfinite(weights).all()


@pytest.mark.parametrize("dims", [5, 400])
def test_logistic_equals_scikit_learn_on_the_pools_scale(dims: int) -> None:
    X, y = overlapping(200, 3, dims)
    X = X * np.geomspace(0.01, 100, dims) + 3
    features, labeled = Features(X, "table"), np.arange(0, 200, 3)
    ours = Logistic(C=5.0).fit_pool(features, labeled, y[labeled])
    Z = (X - X.mean(axis=0)) / X.std(axis=0) / np.sqrt(dims)
    theirs = LogisticRegression(C=5.0, tol=1e-10, max_iter=20_000).fit(Z[labeled], y[labeled])
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(Z), atol=1e-3)


@pytest.mark.parametrize("kind", ["image", "text"])
def test_columns_of_one_scale_keep_their_proportions(kind: str) -> None:
    X = np.random.default_rng(0).standard_normal((50, 4)) * [1, 2, 3, 0]
    scaled = pool_scale(Features(X, kind)).apply(X)  # type: ignore[arg-type]
    assert (scaled**2).sum(axis=1).mean() == pytest.approx(1)
    np.testing.assert_allclose(scaled.std(axis=0)[:3] / scaled.std(axis=0)[0], X.std(axis=0)[:3] / X.std(axis=0)[0])


def test_large_offsets_do_not_cancel() -> None:
    X, y = overlapping(200)
    shifted = Logistic().fit(X + 1e6, y).predict_proba(X + 1e6)
    np.testing.assert_allclose(shifted, Logistic().fit(X, y).predict_proba(X), atol=1e-4)
