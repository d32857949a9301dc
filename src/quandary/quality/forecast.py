"""What the next labels will bring, from how much the model has changed its mind."""

from __future__ import annotations

import math

import numpy as np

from quandary.core.verdicts import Estimate
from quandary.quality.evidence import Evidence

# Measured on 15 data sets, leave-one-set-out: the share of changed predictions that turns into accuracy.
HORIZONS = (60, 100, 200)
RATES = (0.27, 0.25, 0.21)
FEWEST_LABELS = 60  # not measured below
FEWEST_ITEMS = 100  # items to compare predictions on; with fewer one flip weighs too much
MOST_CLASSES = 20  # with more, models learn far faster than this rule says
METHOD = "disagreement between the model and that of half the labels; 80 % range"


def half(labels: int) -> int:
    """The earlier moment to compare with."""
    return labels // 2


def gain(labels: int, disagreement: float, more: int) -> tuple[float, float, float]:
    """Accuracy that the next ``more`` labels bring, with the ends of its 80 % range; fractions.

    disagreement  share of unlabeled items on which the models of ``labels`` and of half of them differ

    >>> value, low, high = gain(200, 0.08, 100)
    >>> round(value, 4), round(low, 4), round(high, 4)
    (0.0117, 0.0029, 0.0205)
    """
    rate = float(np.interp(math.log(more), np.log(HORIZONS), RATES))
    growth = math.log((labels + more) / labels) / math.log(labels / half(labels))
    value = rate * disagreement * growth
    spread = 0.0035 + 0.45 * value
    return value, max(value - spread, -0.01), value + spread


def forecast(evidence: Evidence, more: int = 100) -> Estimate | None:
    """Gain of the next ``more`` labels; None where the rule was not measured or does not hold."""
    supported = (
        evidence.labels >= FEWEST_LABELS
        and len(evidence.proba) >= FEWEST_ITEMS
        and len(evidence.counts) <= MOST_CLASSES
        and HORIZONS[0] <= more <= HORIZONS[-1]
    )
    changed = evidence.changed(half(evidence.labels)) if supported else None
    if changed is None:
        return None
    return Estimate(*gain(evidence.labels, changed, more), n=0, method=METHOD)
