"""Calibration against a general optimizer, and fold discipline."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from quandary.quality.calibration import Calibration, calibrate, control_variate, log_odds


@pytest.mark.parametrize(("m", "shift", "scale"), [(12, -0.5, 1.0), (60, 1.0, 0.5), (400, -1.0, 2.0)])
def test_fit_is_the_penalized_maximum(m: int, shift: float, scale: float) -> None:
    rng = np.random.default_rng(m)
    confidence = rng.uniform(0.3, 0.999, m)
    right = (rng.random(m) < expit(shift + scale * log_odds(confidence))).astype(float)

    def loss(theta: np.ndarray) -> float:
        score = theta[0] + theta[1] * log_odds(confidence)
        fit = right * log_expit(score) + (1 - right) * log_expit(-score)
        return float(-fit.sum() + theta[0] ** 2 / 2 + (theta[1] - 1) ** 2 / (2 * 0.25))

    best = minimize(loss, [0.0, 1.0], tol=1e-10).x
    found = calibrate(right, confidence)
    assert (found.shift, found.scale) == pytest.approx(tuple(best), abs=1e-4)


def test_without_evidence_the_confidence_is_believed() -> None:
    assert calibrate([], []) == Calibration(0.0, 1.0)


def test_certain_confidence_stays_finite() -> None:
    found = calibrate([1, 0, 1], [1.0, 1.0, 0.0])
    assert np.isfinite([found.shift, found.scale]).all()
    assert ((found([0.0, 1.0]) > 0) & (found([0.0, 1.0]) < 1)).all()


def test_no_item_speaks_for_itself() -> None:
    rng = np.random.default_rng(0)
    right, confidence = rng.integers(0, 2, 40).astype(float), rng.uniform(0.4, 1, 40)
    reference, fold = rng.uniform(0.4, 1, 200), np.arange(40) % 5
    before = control_variate(right, confidence, reference, fold)
    after = control_variate(np.where(fold == 2, 1 - right, right), confidence, reference, fold)
    assert np.array_equal(before.fitted[fold == 2], after.fitted[fold == 2])
    assert not np.isclose(before.fitted[fold != 2], after.fitted[fold != 2]).any()


def test_reference_moments_are_means_over_the_folds() -> None:
    right, confidence = np.array([1.0, 0.0, 1.0, 1.0]), np.array([0.9, 0.6, 0.8, 0.7])
    reference, fold = np.array([0.5, 0.7, 0.99]), np.array([0, 0, 0, 1])
    model = control_variate(right, confidence, reference, fold)
    first, second = calibrate(right[3:], confidence[3:])(reference), calibrate(right[:3], confidence[:3])(reference)
    assert model.mean == pytest.approx(0.75 * first.mean() + 0.25 * second.mean())
    assert model.variance == pytest.approx(0.75 * first.var() + 0.25 * second.var())
