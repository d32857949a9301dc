"""k-means that gives the same clusters on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from quandary.geometry.lens import squared_distances

Rows = NDArray[np.float32]
BLOCK = 512
STARTS, FEWEST_STARTS = 8, 4_096  # rows for each center, and in all, that the start is drawn from
MOVING = 0.002  # share of the rows that may still change their center when it is over
TRIALS = 4  # of each new center: the best is kept, so that far groups are never missed


def k_means(
    rows: Rows,
    count: int,
    rng: np.random.Generator,
    steps: int = 15,
    weights: Rows | None = None,
    fixed: Rows | None = None,
) -> Rows:
    """Centers (count, e) of clusters of ``rows`` (n, e), n >= count.

    Greedy k-means++ start (Arthur and Vassilvitskii 2007), then at most ``steps`` of Lloyd's. One thread, so
    that rounding does not depend on how many there are. Rows count as much as ``weights`` (n,) say; those
    nearest to one of ``fixed`` (f, e) centers, which stay where they are, belong to it.
    """
    mass = np.ones(len(rows), np.float32) if weights is None else weights
    held = rows[:0] if fixed is None else fixed
    few = max(FEWEST_STARTS, STARTS * count)
    some = slice(None) if len(rows) <= few else rng.choice(len(rows), few, replace=False)
    centers = _start(rows[some], count, rng, None if weights is None else weights[some], held)
    before = None
    for _ in range(steps):
        where = nearest_center(rows, np.concatenate([held, centers]))
        if before is not None and np.count_nonzero(where != before) <= len(rows) * MOVING:
            break
        before = where
        shape = len(held) + count, len(rows)
        members = csr_array((mass, (where, np.arange(len(rows)))), shape=shape)[len(held) :]
        sizes = np.bincount(where, mass, minlength=len(held) + count)[len(held) :]
        means = (members @ rows) / np.where(sizes > 0, sizes, 1.0)[:, None]
        centers = np.where(sizes[:, None] > 0, means, centers).astype(np.float32)
    return centers


def representatives(rows: Rows, weights: Rows, count: int, fixed: Rows, rng: np.random.Generator) -> list[int]:
    """The row nearest to each of ``count`` weighted k-means centers, all different, heaviest cluster first."""
    centers = k_means(rows, count, rng, weights=weights, fixed=fixed)
    where = nearest_center(rows, np.concatenate([fixed, centers])) - len(fixed)
    heavy = np.bincount(where[where >= 0], weights[where >= 0], minlength=count)
    apart = squared_distances(rows, centers)
    chosen: list[int] = []
    for center in np.argsort(-heavy, kind="stable"):
        chosen.append(int(apart[:, center].argmin()))
        apart[chosen[-1]] = np.inf
    return chosen


def nearest_center(rows: Rows, centers: Rows) -> NDArray[np.intp]:
    """The index of the nearest center of each row, (n,)."""
    where = np.empty(len(rows), dtype=np.intp)
    turned, size = -2 * centers.T, np.einsum("ij,ij->i", centers, centers)
    for start in range(0, len(rows), BLOCK):  # a block's distances stay in the cache
        apart = rows[start : start + BLOCK] @ turned
        apart += size
        where[start : start + BLOCK] = apart.argmin(axis=1)
    return where


def _start(rows: Rows, count: int, rng: np.random.Generator, weights: Rows | None, fixed: Rows) -> Rows:
    size, turned = np.einsum("ij,ij->i", rows, rows), np.ascontiguousarray(rows.T)
    mass = np.float32(1) if weights is None else weights
    taken: list[int] = []
    if len(fixed):
        reach = np.full(len(rows), np.inf, np.float32)
        for start in range(0, len(fixed), BLOCK):
            np.minimum(reach, squared_distances(rows, fixed[start : start + BLOCK]).min(axis=1), out=reach)
    else:
        taken = [int(rng.integers(len(rows)) if weights is None else _drawn(weights, rng.random(1))[0])]
        reach = squared_distances(rows, rows[taken])[:, 0]
    while len(taken) < count:
        tried = _drawn(reach * mass, rng.random(TRIALS))
        after = (-2 * rows[tried]) @ turned
        after += size
        after += size[tried, None]
        np.clip(after, 0, reach, out=after)
        potential = after.sum(axis=1, dtype=np.float64) if weights is None else after @ weights
        best = int(potential.argmin())
        taken.append(int(tried[best]))
        reach = after[best].copy()
    return rows[taken].copy()


def _drawn(chances: Rows, draws: NDArray[np.float64]) -> NDArray[np.intp]:
    total = np.cumsum(chances, dtype=np.float64)
    where: NDArray[np.intp] = np.minimum(np.searchsorted(total, draws * total[-1], side="right"), len(chances) - 1)
    return where
