"""Intervals for a share that stay honest near 0 and 1 and with few observations."""

from __future__ import annotations

import math
from collections.abc import Callable

Z95 = 1.959964  # two-sided 95 %, at one look
Z_LOOKS = 2.5  # one-sided, for bounds that are looked at after every answer

Interval = tuple[float, float]


def wilson(share: float, n: float, z: float = Z95) -> Interval:
    """Score interval of a share seen in ``n`` observations; ``n`` may be an effective, broken number.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 1927.

    >>> low, high = wilson(0.9, 50)
    >>> round(low, 3), round(high, 3)
    (0.786, 0.957)
    """
    shrink = 1 + z * z / n
    center = (share + z * z / (2 * n)) / shrink
    half = z / shrink * math.sqrt(max(share * (1 - share), 0.0) / n + z * z / (4 * n * n))
    # The ends touch 0 and 1 exactly there, whatever rounding says.
    return 0.0 if share <= 0 else max(0.0, center - half), 1.0 if share >= 1 else min(1.0, center + half)


def beta_mixture(share: float, n: float, alpha: float = 0.05) -> Interval:
    """Interval that holds at all times at once with probability ``1 - alpha``, however often it is looked at.

    Exact for independent observations. H. Robbins, Statistical methods related to the law of the iterated
    logarithm, Ann. Math. Stat. 1970, with the uniform mixture: keeps each q whose likelihood is above
    ``alpha`` times the mean likelihood over all q.

    >>> low, high = beta_mixture(0.9, 50)
    >>> round(low, 3), round(high, 3)
    (0.712, 0.984)
    """
    hits, misses = share * n, (1 - share) * n
    level = _log_beta(1 + hits, 1 + misses) + math.log(alpha)

    def kept(q: float) -> bool:
        return _times_log(hits, q) + _times_log(misses, 1 - q) > level

    return _edge(kept, share, 0.0), _edge(kept, share, 1.0)


def clipped(share: float, n: int) -> float:
    """``share`` kept half an observation away from 0 and 1, where a corrected share may overshoot."""
    edge = 0.5 / (n + 1)
    return min(max(share, edge), 1 - edge)


def corrected(share: float, count: int, size: float, z: float = Z95) -> tuple[float, float, float]:
    """Value and ends of a share that a correction moved; ``size`` is what its ``count`` items are worth.

    Where nothing is off yet the far end stays possible, though the value keeps off it.

    >>> corrected(1.0, 20, 20.0)[2]
    1.0
    """
    value = clipped(share, count)
    near, far = wilson(value, size, z), wilson(min(max(share, 0.0), 1.0), size, z)
    return value, min(near[0], far[0]), max(near[1], far[1])


def _edge(kept: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where ``kept`` turns false between a point where it holds and an end of the range."""
    if kept(outside):
        return outside
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if kept(middle) else (inside, middle)
    return outside


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _times_log(count: float, q: float) -> float:
    if count <= 0:
        return 0.0
    return count * math.log(q) if q > 0 else -math.inf
