"""From how sure the model is to how often it is right, learned from a handful of checked items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from quandary.core.query import Floats

EDGE = 1e-3  # confidence is clipped to [EDGE, 1 - EDGE]
PRIOR_MEAN = np.array([0.0, 1.0])  # the confidence as it is
PRIOR_PRECISION = np.array([1.0, 4.0])  # standard deviations 1 and 1/2
NEWTON_STEPS = 25


@dataclass(frozen=True, slots=True)
class Calibration:
    """P(right) = sigmoid(shift + scale * logit(confidence)).

    >>> Calibration(0.0, 1.0)([0.5, 0.9]).round(3).tolist()
    [0.5, 0.9]
    """

    shift: float
    scale: float

    def __call__(self, confidence: ArrayLike) -> NDArray[np.float64]:
        """Probability of being right for each ``confidence``."""
        calibrated: NDArray[np.float64] = expit(self.shift + self.scale * log_odds(confidence))
        return calibrated


def log_odds(confidence: ArrayLike) -> NDArray[np.float64]:
    """Logit of a confidence, finite also for 0 and 1."""
    odds: NDArray[np.float64] = logit(np.clip(np.asarray(confidence, float), EDGE, 1 - EDGE))
    return odds


def calibrate(right: ArrayLike, confidence: ArrayLike) -> Calibration:
    """Fit shift and scale by Newton steps, with a Gaussian prior at "the confidence as it is".

    right       (m,) 0 or 1; m may be 0, then the prior stands
    confidence  (m,) top probability of the model
    """
    hits, x = np.asarray(right, float), log_odds(confidence)
    design = np.column_stack([np.ones_like(x), x])
    theta = PRIOR_MEAN.copy()
    for _ in range(NEWTON_STEPS):
        p = expit(design @ theta)
        slope = design.T @ (hits - p) - PRIOR_PRECISION * (theta - PRIOR_MEAN)
        curvature = design.T @ (design * (p * (1 - p))[:, None]) + np.diag(PRIOR_PRECISION)
        step = np.linalg.solve(curvature, slope)
        theta = theta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-6:
            break
    return Calibration(float(theta[0]), float(theta[1]))


@dataclass(frozen=True)
class ControlVariate:
    """What the confidence alone says, calibrated without the fold it is used on.

    fitted    (m,) probability of being right of each checked item
    mean      its mean over the reference items
    variance  its variance over the reference items
    """

    fitted: NDArray[np.float64]
    mean: float
    variance: float


def control_variate(right: Floats, confidence: Floats, reference: Floats, fold: NDArray[Any]) -> ControlVariate:
    """Calibrate on all folds but one and apply to that one and to the reference, for each fold."""
    fitted, mean, variance = np.zeros(len(right)), 0.0, 0.0
    for k in np.unique(fold):
        inside = fold == k
        calibration = calibrate(right[~inside], confidence[~inside])
        fitted[inside] = calibration(confidence[inside])
        outside = calibration(reference)
        mean += inside.mean() * outside.mean()
        variance += inside.mean() * outside.var()
    return ControlVariate(fitted, float(mean), float(variance))
