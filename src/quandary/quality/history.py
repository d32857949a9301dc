"""The learning curve as it was honestly known at the time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quandary.core.verdicts import Estimate


@dataclass(frozen=True, slots=True)
class Point:
    """The estimate at one moment: labels there were, value with its 95 % interval, audit items it rests on."""

    labels: int
    value: float
    low: float
    high: float
    n: int


def extended(history: Sequence[Point], labels: int, estimate: Estimate | None) -> tuple[Point, ...]:
    """``history`` with the estimate at ``labels``; a later look at the same number of labels replaces the earlier.

    Points of more labels than there are now (answers were taken back) are dropped.
    """
    before = tuple(point for point in history if point.labels < labels)
    if estimate is None:
        return before
    return (*before, Point(labels, estimate.value, estimate.low, estimate.high, estimate.n))


def rise(history: Sequence[Point], more: int) -> float | None:
    """What ``more`` labels would add if the curve went on as in its second half; None with too few points.

    A straight line over the logarithm of the labels, weighted by audit items, through the points from half
    of the labels on; at least four of them, over at least a third of a doubling.

    >>> curve = [Point(n, 0.1 * math.log2(n), 0, 1, n) for n in (100, 120, 150, 200)]
    >>> round(rise(curve, 200), 3)
    0.1
    """
    late = [point for point in history if point.labels and 2 * point.labels >= history[-1].labels]
    if len(late) < 4 or late[0].labels * 2 ** (1 / 3) > late[-1].labels:
        return None
    x = np.log2([point.labels for point in late])
    slope = np.polyfit(x, [point.value for point in late], 1, w=np.sqrt([point.n for point in late]))[0]
    return float(slope) * math.log2((late[-1].labels + more) / late[-1].labels)
