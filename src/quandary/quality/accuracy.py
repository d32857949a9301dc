"""Accuracy on new items drawn like the pool, from audit items, with an interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quandary.core.verdicts import Estimate
from quandary.quality.calibration import ControlVariate, control_variate
from quandary.quality.crossfit import FEWEST
from quandary.quality.intervals import Z_LOOKS, Interval, beta_mixture, clipped, wilson

METHOD = "cross-fitted random checks, corrected by calibrated confidence; Wilson interval"
MOST_EXPLAINED = 0.6  # share of the variance that the confidence may at most be credited with


def estimate_accuracy(
    right: ArrayLike, confidence: ArrayLike, reference: ArrayLike, fold: ArrayLike
) -> Estimate | None:
    """Share of new items on which the model is right; None below 10 audit items.

    right       (m,) 0 or 1: was the model that had not seen the item right
    confidence  (m,) top probability of that model on the item
    reference   (r,) top probability on unlabeled items drawn like the audit items; may be empty
    fold        (m,) fold of each audit item

    The confidence serves as control variate (A. N. Angelopoulos et al., Prediction-powered inference,
    Science 2023), calibrated by cross-fitting; what it explains enlarges the effective size of the sample.

    >>> right = np.arange(40) % 5 > 0
    >>> e = estimate_accuracy(right, np.full(40, 0.8), np.full(400, 0.8), np.arange(40) % 10)
    >>> round(e.value, 2), round(e.low, 2), round(e.high, 2), e.n
    (0.8, 0.65, 0.9, 40)
    """
    hits, beliefs, groups = np.asarray(right, float), np.asarray(confidence, float), np.asarray(fold)
    if len(hits) < FEWEST:
        return None
    value, size = _value_and_size(hits, beliefs, np.asarray(reference, float), groups)
    low, high = wilson(value, size)
    return Estimate(value, low, high, len(hits), METHOD, wilson(value, size, Z_LOOKS)[0])


def guaranteed_accuracy(right: ArrayLike, confidence: ArrayLike, reference: ArrayLike, fold: ArrayLike) -> Interval:
    """Interval of the same number that may be looked at after every answer, about 1.6 times as wide.

    Takes what ``estimate_accuracy`` takes. Holds at all times at once with 95 %, exactly so for one unchanging
    model without control variate.

    >>> right = np.arange(40) % 5 > 0
    >>> low, high = guaranteed_accuracy(right, np.full(40, 0.8), [], np.arange(40) % 10)
    >>> round(low, 2), round(high, 2)
    (0.57, 0.94)
    """
    hits, beliefs, groups = np.asarray(right, float), np.asarray(confidence, float), np.asarray(fold)
    return (
        beta_mixture(*_value_and_size(hits, beliefs, np.asarray(reference, float), groups)) if len(hits) else (0.0, 1.0)
    )


def _value_and_size(
    right: NDArray[np.float64], confidence: NDArray[np.float64], reference: NDArray[np.float64], fold: NDArray[np.intp]
) -> tuple[float, float]:
    """The estimate and the number of independent observations it is worth."""
    m = len(right)
    if not len(reference):
        return clipped(float(right.mean()), m), float(m)
    model = control_variate(right, confidence, reference, fold)
    value = clipped(model.mean + float((right - model.fitted).mean()), m)
    # The reference is a sample as well: its own chance error takes some of the gain back.
    borrowed = m * model.variance / (len(reference) * max(value * (1 - value), 0.01))
    return value, m / (1 - explained(right, model)) / (1 + borrowed)


def explained(right: NDArray[np.float64], model: ControlVariate) -> float:
    """Share of the variance of ``right`` that the confidence explains: the lesser of promised and seen."""
    rough = min(max((right.sum() + 1) / (len(right) + 2), 0.02), 0.98)
    promised = min(model.variance / (rough * (1 - rough)), MOST_EXPLAINED)
    total = ((right - right.mean()) ** 2).sum()
    residual = right - model.fitted
    seen = 1 - ((residual - residual.mean()) ** 2).sum() / total if total > 0 else 0.0
    return max(0.0, min(float(promised), float(seen)))
