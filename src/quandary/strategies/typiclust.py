"""TypiClust: typical items of clusters without a label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.geometry.lens import squared_distances
from quandary.strategies.clusters import k_means, nearest_center
from quandary.strategies.space import blocks, rows_at

ROWS_PER_CLUSTER, FEWEST_ROWS = 16, 4_096  # k-means sees a sample of large pools
NEIGHBORS, SMALL, LARGEST = 20, 5, 2_000


@strategies("typiclust")
@dataclass(frozen=True)
class Typiclust:
    """The most typical items of the largest clusters that have no label yet.

    Hacohen, Dekel, Weinshall 2022 (ICML). k-means into as many clusters as there are labels plus ``ahead``;
    from each in turn, fewest labels first, larger first, the item with the smallest mean distance to its
    nearest neighbors in the cluster. The paper's ``ahead`` is the batch; a fixed one lets a choice for ``k``
    begin with the choice for every smaller ``k``.

    ahead         clusters beyond the number of labels
    max_clusters  at most this many
    """

    ahead: int = 10
    max_clusters: int = 500

    def select(self, context: QueryContext, k: int) -> Selection:
        pool = np.sort(np.concatenate([context.candidates, context.labeled]))
        count = max(1, min(len(context.labeled) + self.ahead, self.max_clusters, len(pool)))
        cluster = _assign(context, pool, count)
        free = np.isin(pool, context.candidates, assume_unique=True)
        order = _turns(cluster, free, count, k)
        queue = {c: _by_typicality(context, pool[free & (cluster == c)], order.count(c)) for c in dict.fromkeys(order)}
        sizes = np.bincount(cluster, minlength=count)
        chosen = [queue[c].pop(0) for c in order]
        labeled = np.bincount(cluster[~free], minlength=count)
        reasons = tuple(_reason(int(sizes[c]), bool(labeled[c])) for c in order)
        return Selection(np.array(chosen, dtype=np.intp), None, reasons)


def _assign(context: QueryContext, pool: Positions, count: int) -> NDArray[np.intp]:
    """The cluster of each item of ``pool``."""
    few = max(FEWEST_ROWS, ROWS_PER_CLUSTER * count)
    seen = pool if len(pool) <= few else np.sort(context.rng.choice(pool, few, replace=False))
    centers = k_means(rows_at(context, seen), count, context.rng, steps=10)
    return np.concatenate([nearest_center(rows, centers) for _, rows in blocks(context, pool)])


def _turns(cluster: NDArray[np.intp], free: NDArray[np.bool_], count: int, k: int) -> list[int]:
    """Which cluster each of the ``k`` items comes from."""
    sizes = np.bincount(cluster, minlength=count)
    left = np.bincount(cluster[free], minlength=count)
    held = sizes - left
    turns: list[int] = []
    for _ in range(k):
        rank = np.lexsort((-sizes, held, sizes < SMALL, left == 0))
        turns.append(int(rank[0]))
        held[rank[0]] += 1
        left[rank[0]] -= 1
    return turns


def _by_typicality(context: QueryContext, members: Positions, wanted: int) -> list[int]:
    """The ``wanted`` most typical of the free members of a cluster, best first."""
    if len(members) > max(LARGEST, wanted):
        # Seeded by the cluster itself: how many others were looked at before must not matter.
        chance = np.random.default_rng([len(members), int(members[0])])
        members = np.sort(chance.choice(members, max(LARGEST, wanted), replace=False))
    apart = np.sqrt(squared_distances(*[rows_at(context, members)] * 2))
    near = max(1, min(NEIGHBORS, len(members) // 2))
    closest = np.partition(apart, min(near, len(members) - 1), axis=1)[:, : near + 1]
    spread = np.round(closest.mean(axis=1), 6)
    return [int(p) for p in members[np.argsort(spread, kind="stable")[:wanted]]]


def _reason(size: int, labeled: bool) -> Reason:
    text = "A typical one of its group." if labeled else "A typical one of a group with no label yet."
    return Reason("typical", {"group": float(size)}, text)
