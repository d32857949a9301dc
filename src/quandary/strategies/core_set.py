"""Core-set selection: greedy k-center."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.geometry.lens import squared_distances
from quandary.strategies.reasons import unlike
from quandary.strategies.space import Rows, blocks, rows_at

CLOSE_LOOK = 4_096
CENTERS = 256  # folded in at a time, so that the distances of a block stay small
MIDDLE = Reason("start", {}, "The middle of the pool: a place to start.")


@strategies("core_set")
@dataclass(frozen=True)
class CoreSet:
    """The items farthest from everything labeled and chosen so far.

    Sener and Savarese 2018 (ICLR); greedy k-center of Gonzalez 1985, exact, in a few passes over the pool.
    The first item of all is the one nearest to the mean. Likes outliers. A choice for ``k`` begins with
    the choice for every smaller ``k``. Score: distance to the nearest labeled item.
    """

    def select(self, context: QueryContext, k: int) -> Selection:
        reach = np.full(len(context), np.inf, np.float32)
        _fold(context, reach, context.labeled)
        scores = np.sqrt(reach) if len(context.labeled) else None
        chosen, gaps = _farthest_first(context, reach, k)
        reasons = tuple(unlike(gap) if np.isfinite(gap) else MIDDLE for gap in gaps)
        return Selection(context.candidates[chosen], scores, reasons)


def _farthest_first(context: QueryContext, reach: NDArray[np.float32], k: int) -> tuple[list[int], list[float]]:
    """Indices into the candidates, farthest first, and the distance of each when it was chosen.

    ``reach`` holds squared distances to what is labeled. It may grow stale, and then bounds the true ones
    from above; so among those who look farthest, one that beats all others' bounds is the farthest.
    """
    chosen, gaps = ([], []) if len(context.labeled) else ([_middle(context)], [float("inf")])
    fresh = list(chosen)
    while len(chosen) < k:
        _fold(context, reach, context.candidates[fresh])
        reach[chosen] = -np.inf
        near = np.sort(np.argsort(-reach, kind="stable")[:CLOSE_LOOK])
        bound = float(reach[near].min()) if len(near) < len(reach) else -np.inf
        rows, true = rows_at(context, context.candidates[near]), reach[near]
        fresh = []
        while len(chosen) < k:
            best = int(true.argmax())
            if true[best] < bound or true[best] == -np.inf:
                break
            gaps.append(float(np.sqrt(true[best])))
            chosen.append(int(near[best]))
            fresh.append(int(near[best]))
            np.minimum(true, squared_distances(rows, rows[best : best + 1])[:, 0], out=true)
            true[best] = -np.inf
    return chosen, gaps


def _fold(context: QueryContext, reach: NDArray[np.float32], centers: Positions) -> None:
    """Lower ``reach`` to the squared distance of each candidate to the nearest of ``centers``."""
    for start in range(0, len(centers), CENTERS):
        rows = rows_at(context, centers[start : start + CENTERS])
        for where, block in blocks(context, context.candidates):
            np.minimum(reach[where], squared_distances(block, rows).min(axis=1), out=reach[where])


def _middle(context: QueryContext) -> int:
    count, total = 0, 0.0
    for _, block in blocks(context, context.candidates):
        count, total = count + len(block), total + block.sum(axis=0, dtype=np.float64)
    center: Rows = np.asarray(total / count, dtype=np.float32)[None]
    gaps = [squared_distances(block, center)[:, 0] for _, block in blocks(context, context.candidates)]
    return int(np.concatenate(gaps).argmin())
