"""Greedy coverage of a pool by a kernel, on samples of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import QueryContext
from quandary.geometry.kinds import sample
from quandary.geometry.lens import squared_distances
from quandary.strategies.space import Rows, rows_at

ASKED, AIMED = 4_096, 4_096  # candidates that are looked at, and items that are to be covered
BLOCK = 512
AGAIN = 16  # gains that are brought up to date at a time
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """The candidates that are looked at and the items that they are to cover.

    asked, aimed  positions, ascending: all, or a random part of many candidates and a fixed one of a large pool
    apart  (a, t) squared distances between them; width  median squared distance of the pool
    known  (t,) squared distance of each aimed item to the nearest labeled one, inf while there is none
    """

    asked: Positions
    aimed: Positions
    apart: Array
    width: float
    known: Array


def look(context: QueryContext) -> Scene:
    """What a coverage strategy sees of a pool."""
    asked = context.candidates
    if len(asked) > ASKED:
        asked = np.sort(context.rng.choice(asked, ASKED, replace=False))
    aimed = sample(len(context.features), AIMED)
    rows = rows_at(context, aimed)
    return Scene(asked, aimed, distances(context, asked, rows), median(rows), _nearest_label(context, rows))


def distances(context: QueryContext, positions: Positions, rows: Rows) -> Array:
    """Squared distances of the items at ``positions`` to ``rows``, (p, t), filled in blocks."""
    apart = np.empty((len(positions), len(rows)), np.float32)
    for start in range(0, len(positions), BLOCK):
        where = slice(start, start + BLOCK)
        apart[where] = squared_distances(rows_at(context, positions[where]), rows)
    return apart


def median(rows: Rows) -> float:
    """The median squared distance of different items among ``rows``; 1 where all are the same."""
    some = rows[sample(len(rows), 500)].astype(np.float64)
    apart = squared_distances(some, some)
    apart = apart[apart > 1e-9]
    return float(np.median(apart)) if len(apart) else 1.0


def _nearest_label(context: QueryContext, rows: Rows) -> Array:
    known = np.full(len(rows), np.inf, np.float32)
    for start in range(0, len(context.labeled), BLOCK):
        near = squared_distances(rows_at(context, context.labeled[start : start + BLOCK]), rows)
        np.minimum(known, near.min(axis=0), out=known)
    return known


def fall(apart: Array, width: float) -> Array:
    """The kernel exp(-apart / width), in the place of ``apart``."""
    apart *= np.float32(-1.0 / width)
    return np.exp(apart, out=apart)


def herd(kernel: Array, covered: Array, weights: Array, k: int) -> tuple[list[int], list[float]]:
    """Up to ``k`` rows of ``kernel`` (a, t) that add most to what is covered, one by one, and what each adds.

    The gain of a row is the weighted sum over columns of what it exceeds ``covered`` (t,) by, which its choice
    then raises. Gains only shrink, so old ones bound the new from above and few are looked at again
    (Minoux 1978).
    """
    bound = np.concatenate([gains(kernel[i : i + BLOCK], covered, weights) for i in range(0, len(kernel), BLOCK)])
    fresh = np.ones(len(bound), np.bool_)
    chosen: list[int] = []
    added: list[float] = []
    while len(chosen) < min(k, len(bound)):
        best = int(bound.argmax())
        if not fresh[best]:
            again = _highest(np.where(fresh, -np.inf, bound), AGAIN)
            again = again[~fresh[again]]
            bound[again] = gains(kernel[again], covered, weights)
            fresh[again] = True
            continue
        chosen.append(best)
        added.append(float(bound[best]))
        covered = np.maximum(covered, kernel[best])
        bound[best] = -1.0
        fresh[:] = bound < 0
    return chosen, added


def _highest(values: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    if len(values) <= count:
        return np.arange(len(values))
    return np.argpartition(values, len(values) - count)[-count:]


def gains(rows: Array, covered: Array, weights: Array) -> NDArray[np.float64]:
    """What each of ``rows`` (a, t) adds to ``covered``, summed in one order whatever their number."""
    more = rows - covered
    np.maximum(more, 0, out=more)
    more *= weights
    return np.asarray(more.sum(axis=1, dtype=np.float64))


def rest(context: QueryContext, looked_at: Positions, count: int) -> Positions:
    """Candidates beyond those looked at, in random order; only very large choices need them."""
    left = np.setdiff1d(context.candidates, looked_at, assume_unique=True)
    return context.rng.permutation(left)[: max(0, count)]
