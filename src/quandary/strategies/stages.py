"""Choices that cluster for a batch, made stage by stage, so that a long one begins with the short one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import QueryContext
from quandary.geometry.kinds import sample
from quandary.strategies.clusters import Rows, representatives
from quandary.strategies.space import rows_at

MOST, MOST_LABELS = 2_000, 2_000


def doubling(first: int) -> Iterator[tuple[int, int]]:
    """How many are chosen before and after each stage, without end.

    >>> stages = doubling(10)
    >>> [next(stages) for _ in range(4)]
    [(0, 10), (10, 20), (20, 40), (40, 80)]
    """
    before, after = 0, max(1, first)
    while True:
        yield before, after
        before, after = after, 2 * after


def by_clusters(
    context: QueryContext,
    order: NDArray[np.intp],
    looked_at: Callable[[int], int],
    weights: Rows,
    first: int,
    k: int,
) -> NDArray[np.intp]:
    """``k`` indices into the candidates: representatives of weighted k-means clusters, then ``order`` itself.

    order      (n,) all candidates, best first; a stage that ends with ``e`` chosen clusters ``looked_at(e)`` of them
    weights    (n,) what each candidate counts
    first      how many the first stage chooses; later ones double what there is, and keep off it
    """
    known = _known(context)
    chosen = np.empty(0, np.intp)
    for before, after in doubling(first):
        seen = np.setdiff1d(order[: looked_at(after)], chosen, assume_unique=True)
        if len(chosen) >= min(k, MOST) or not len(seen):
            break
        rows, fixed = rows_at(context, context.candidates[seen]), rows_at(context, context.candidates[chosen])
        fixed = np.concatenate([known, fixed]) if len(known) else fixed
        stage = representatives(rows, weights[seen], min(after - before, len(seen)), fixed, context.rng)
        chosen = np.concatenate([chosen, seen[stage]])
    left = order[~np.isin(order, chosen)]
    return np.concatenate([chosen, left])[:k]


def _known(context: QueryContext) -> Rows:
    """What is labeled, while there is no model to know where that leaves doubt."""
    told: Positions = context.labeled[sample(len(context.labeled), MOST_LABELS)]
    return rows_at(context, told[:0] if context.trained else told)
