"""For strategies that look closely: which candidates to look at, and what follows when all are chosen."""

from __future__ import annotations

import numpy as np

from quandary.core.features import Positions
from quandary.core.query import Floats, QueryContext, top_k
from quandary.strategies.margin import uncertainty


def shortlist(context: QueryContext, most: int) -> Positions:
    """Indices of up to ``most`` candidates, ascending: half the most uncertain, half any of the others."""
    everything = np.arange(len(context))
    if len(everything) <= most:
        return everything
    torn = top_k(uncertainty(context.proba), most // 2, context.rng)
    others = np.setdiff1d(everything, torn, assume_unique=True)
    return np.union1d(torn, context.rng.choice(others, most - len(torn), replace=False))


def best_of(context: QueryContext, looked_at: Positions, scores: Floats, k: int) -> Positions:
    """Indices of the ``k`` best of those looked at, (l,) ``scores``, then of any others, in random order."""
    first = looked_at[top_k(scores, min(k, len(scores)), context.rng)]
    if k <= len(first):
        return first
    left = np.setdiff1d(np.arange(len(context)), looked_at, assume_unique=True)
    return np.concatenate([first, context.rng.permutation(left)[: k - len(first)]])
