"""Accuracy on new items drawn like the pool, from audit items, with an interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quandary.core.verdicts import Estimate
from quandary.quality.calibration import ControlVariate, control_variate
from quandary.quality.crossfit import FEWEST
from quandary.quality.intervals import Z_LOOKS, Interval, beta_mixture, clipped, corrected

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
    if np.size(right) < FEWEST:
        return None
    raw, size = _share_and_size(right, confidence, reference, fold)
    m = np.size(right)
    floor = corrected(raw, m, size, Z_LOOKS)[1]
    return Estimate(*corrected(raw, m, size), n=m, method=METHOD, floor=floor)


def guaranteed_accuracy(right: ArrayLike, confidence: ArrayLike, reference: ArrayLike, fold: ArrayLike) -> Interval:
    """Interval of the same number that may be looked at after every answer, about 1.6 times as wide.

    Takes what ``estimate_accuracy`` takes. Holds at all times at once with 95 %, exactly so for one unchanging
    model without control variate.

    >>> right = np.arange(40) % 5 > 0
    >>> low, high = guaranteed_accuracy(right, np.full(40, 0.8), [], np.arange(40) % 10)
    >>> round(low, 2), round(high, 2)
    (0.57, 0.94)
    """
    if not np.size(right):
        return 0.0, 1.0
    raw, size = _share_and_size(right, confidence, reference, fold)
    return beta_mixture(clipped(raw, np.size(right)), size)


def _share_and_size(
    right: ArrayLike, confidence: ArrayLike, reference: ArrayLike, fold: ArrayLike
) -> tuple[float, float]:
    """The corrected share, which may overshoot, and the number of independent observations it is worth."""
    hits, elsewhere = np.asarray(right, float), np.asarray(reference, float)
    if not len(elsewhere):
        return float(hits.mean()), float(len(hits))
    model = control_variate(hits, np.asarray(confidence, float), elsewhere, np.asarray(fold))
    raw = model.mean + float((hits - model.fitted).mean())
    value = clipped(raw, len(hits))
    # The reference is a sample as well: its own chance error takes some of the gain back.
    borrowed = len(hits) * model.variance / (len(elsewhere) * max(value * (1 - value), 0.01))
    return raw, len(hits) / (1 - explained(hits, model)) / (1 + borrowed)


def explained(right: NDArray[np.float64], model: ControlVariate) -> float:
    """Share of the variance of ``right`` that the confidence explains: the lesser of promised and seen."""
    rough = min(max((right.sum() + 1) / (len(right) + 2), 0.02), 0.98)
    promised = min(model.variance / (rough * (1 - rough)), MOST_EXPLAINED)
    total = ((right - right.mean()) ** 2).sum()
    residual = right - model.fitted
    seen = 1 - ((residual - residual.mean()) ** 2).sum() / total if total > 0 else 0.0
    return max(0.0, min(float(promised), float(seen)))
