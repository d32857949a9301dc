"""Which questions are random checks, and which items they may be about.

At the start the pool is shuffled with the run's seed and a third is set aside. Strategies never
choose from it, and a declared share of the questions walks through it in shuffled order; so the
items answered there are a uniform sample of the pool, whatever was asked before.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions

RESERVE_SHARE = 1 / 3
LARGEST_RESERVE = 5_000  # more random checks than anybody answers
STREAM = 0xA0D17  # keeps this draw apart from the strategies' own


def reserve(size: int, seed: int, share: float) -> Positions:
    """Positions set aside for random checks, in the order to ask them; empty without an audit share."""
    if share <= 0:
        return np.zeros(0, dtype=np.intp)
    kept = min(math.ceil(size * RESERVE_SHARE), LARGEST_RESERVE)
    return np.random.default_rng([seed, STREAM]).permutation(size)[:kept].astype(np.intp)


def is_audit(first: int, count: int, seed: int, share: float) -> NDArray[np.bool_]:
    """Which of the questions ``first``, ``first + 1``, ... are random checks; shape (count,).

    Spread evenly, so that any stretch of questions holds the declared share.

    >>> is_audit(0, 10, seed=0, share=0.3).sum()
    np.int64(3)
    """
    start = np.random.default_rng([seed, STREAM, 1]).random()
    steps = np.floor((first + np.arange(count + 1)) * share + start)
    drawn: NDArray[np.bool_] = np.diff(steps) > 0
    return drawn
