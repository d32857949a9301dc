"""Columns that tell the classes apart count for more, and labels are judged by fits that did not see them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import f_oneway

from quandary.learners import relevance
from quandary.learners.members import fit_ridge, prior
from quandary.learners.relevance import RANKS, VALUES, Shape, explained, fit_relevant
from tests.learners.worlds import overlapping


@pytest.mark.parametrize("seed", range(5))
def test_what_a_column_explains_is_the_adjusted_share_of_analysis_of_variance(seed: int) -> None:
    X, y = overlapping(60, 3, 4, seed)
    f = np.array([f_oneway(*(X[y == c, j] for c in range(3))).statistic for j in range(4)])
    share = 2 * f / (2 * f + 57)
    expected = np.clip(1 - (1 - share) * 59 / 57, 0, 1)
    np.testing.assert_allclose(explained(X, np.eye(3)[y]), expected)


def test_columns_of_chance_and_constant_ones_explain_next_to_nothing() -> None:
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = np.column_stack([y + 0.1 * rng.standard_normal(200), rng.standard_normal((200, 8)), np.full(200, 3.0)])
    found = explained(X, np.eye(2)[y])
    assert found[0] > 0.9
    assert found[1:9].max() < 0.1
    assert found[9] == 0.0


@pytest.mark.parametrize("shape", [VALUES, RANKS])
def test_noise_columns_do_less_harm_than_to_a_plain_kernel(shape: Shape) -> None:
    rng = np.random.default_rng(1)
    X, y = overlapping(400, 2, 3, seed=4)
    X = np.column_stack([X, 2 * rng.standard_normal((400, 20))])
    targets = np.eye(2)[y]
    told, new = np.arange(60), np.arange(60, 400)
    weighted = fit_relevant(X[told], targets[told], y[told], shape).model.proba(X[new])
    apart = ((X[:, None] - X[None, :60]) ** 2).sum(axis=2)
    kernel = np.exp(-apart / np.median(apart))
    plain = fit_ridge(kernel[told], targets[told], y[told]).model
    hits = [(p.argmax(axis=1) == y[new]).mean() for p in (weighted, plain.proba(kernel[new] @ plain.coef))]
    assert hits[0] > hits[1] + 0.02


@pytest.mark.parametrize("shape", [VALUES, RANKS])
def test_a_label_left_out_is_judged_by_a_fit_without_its_fold(shape: Shape) -> None:
    X, y = overlapping(40, 3, 4, seed=2)
    targets = np.eye(3)[y]
    fitted = fit_relevant(X, targets, y, shape)
    fold = np.random.default_rng(40).permutation(40) % 4
    for j in range(4):
        without = fit_relevant(X[fold != j], targets[fold != j], y[fold != j], shape).model
        expected = 0.97 * without.proba(X[fold == j]) + 0.03 * prior(targets)
        np.testing.assert_allclose(fitted.held_out[fold == j], expected, atol=1e-5)


def test_many_labels_are_held_out_from_those_that_were_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevance, "MOST", 30)
    X, y = overlapping(90, 3, 4, seed=6)
    fitted = fit_relevant(X, np.eye(3)[y], y, VALUES)
    assert len(fitted.model.rows) == 30
    assert fitted.held_out.shape == (90, 3)
    np.testing.assert_allclose(fitted.held_out.sum(axis=1), 1.0)


def test_equal_rows_and_a_class_of_one_give_finite_numbers() -> None:
    y = np.array([0, 0, 0, 1])
    fitted = fit_relevant(np.ones((4, 3)), np.eye(2)[y], y, VALUES)
    assert np.isfinite(fitted.held_out).all()
    assert np.isfinite(fitted.model.proba(np.zeros((2, 3)))).all()
