"""k-means that gives the same clusters on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from quandary.geometry.lens import squared_distances

Rows = NDArray[np.float32]
BLOCK = 2_048
TRIALS = 4  # of each new center: the best is kept, so that far groups are never missed


def k_means(rows: Rows, count: int, rng: np.random.Generator, steps: int = 15) -> Rows:
    """Centers (count, e) of clusters of ``rows`` (n, e), n >= count.

    Greedy k-means++ start (Arthur and Vassilvitskii 2007), then at most ``steps`` of Lloyd's. One thread, so
    that rounding does not depend on how many there are.
    """
    centers = _start(rows, count, rng)
    before = None
    for _ in range(steps):
        where = nearest_center(rows, centers)
        if before is not None and np.array_equal(where, before):
            break
        before = where
        members = csr_array((np.ones(len(rows), np.float32), (where, np.arange(len(rows)))), shape=(count, len(rows)))
        sizes = np.bincount(where, minlength=count)
        means = (members @ rows) / np.maximum(sizes, 1)[:, None]
        centers = np.where(sizes[:, None] > 0, means, centers).astype(np.float32)
    return centers


def nearest_center(rows: Rows, centers: Rows) -> NDArray[np.intp]:
    """The index of the nearest center of each row, (n,)."""
    where = np.empty(len(rows), dtype=np.intp)
    turned, size = -2 * centers.T, np.einsum("ij,ij->i", centers, centers)
    for start in range(0, len(rows), BLOCK):  # a block's distances stay in the cache
        apart = rows[start : start + BLOCK] @ turned
        apart += size
        where[start : start + BLOCK] = apart.argmin(axis=1)
    return where


def _start(rows: Rows, count: int, rng: np.random.Generator) -> Rows:
    size = np.einsum("ij,ij->i", rows, rows)
    taken = [int(rng.integers(len(rows)))]
    reach = squared_distances(rows, rows[taken])[:, 0]
    while len(taken) < count:
        draws = rng.random(TRIALS)
        total = np.cumsum(reach, dtype=np.float64)
        tried = np.minimum(np.searchsorted(total, draws * total[-1], side="right"), len(rows) - 1)
        after = rows @ (-2 * rows[tried].T)
        after += size[:, None]
        after += size[tried]
        np.clip(after, 0, reach[:, None], out=after)
        best = int(after.sum(axis=0, dtype=np.float64).argmin())
        taken.append(int(tried[best]))
        reach = after[:, best].copy()
    return rows[taken].copy()
