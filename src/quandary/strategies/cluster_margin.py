"""Cluster-margin: uncertain items from many groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import QueryContext, Selection
from quandary.core.registry import strategies
from quandary.geometry.kinds import sample
from quandary.strategies.clusters import Rows, nearest_center
from quandary.strategies.margin import uncertainty
from quandary.strategies.reasons import START, at_random, torn
from quandary.strategies.space import blocks, rows_at
from quandary.strategies.stages import doubling

TREE = 4_000  # items that the tree is built of; its memory is quadratic


@strategies("cluster_margin")
@dataclass(frozen=True)
class ClusterMargin:
    """Uncertain items, each from another cluster of alike ones, small clusters first.

    Citovsky et al. 2021 (NeurIPS). Average-linkage clusters of the pool, ``size`` items each in the mean, are
    found once (from 4,000 items of a large pool). Of the ``wider`` times as many most uncertain candidates (the
    smallest p1 - p2) as are wanted, one at random is taken from each cluster in turn, from those with fewest to
    those with most of them. Chosen in stages of ``batch``, 2 ``batch``, 4 ``batch`` ... in all, so that a choice
    for ``k`` begins with the choice for every smaller ``k``.

    batch  items of the first stage; the paper's is ``k``
    wider  uncertain items looked at for each one chosen
    size   mean size of the clusters
    """

    batch: int = 10
    wider: int = 10
    size: int = 12

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k, START)
        doubt = uncertainty(context.proba)
        order = np.lexsort((context.rng.random(len(doubt)), -doubt))
        tree = _tree(context, self.size)
        chosen: list[int] = []
        for before, after in doubling(self.batch):
            seen = order[: self.wider * after]
            seen = seen[~np.isin(seen, chosen)]
            chosen += _in_turn(seen, tree.of(context, context.candidates[seen]), after - before, context.rng)
            if len(chosen) >= k:
                break
        reasons = tuple(torn(row, context.classes) for row in context.proba[chosen[:k]])
        return Selection(context.candidates[chosen[:k]], None, reasons)


@dataclass(frozen=True)
class _Tree:
    """Clusters of some items at ``positions``: the ``cluster`` of each, and the (c, e) ``middle`` of each cluster."""

    positions: Positions
    cluster: NDArray[np.intp]
    middle: Rows

    def of(self, context: QueryContext, positions: Positions) -> NDArray[np.intp]:
        """The cluster of items anywhere in the pool: their own, or the one with the nearest middle."""
        where = np.minimum(np.searchsorted(self.positions, positions), len(self.positions) - 1)
        cluster = self.cluster[where]
        outside = np.flatnonzero(self.positions[where] != positions)
        if len(outside):
            near = [nearest_center(rows, self.middle) for _, rows in blocks(context, positions[outside])]
            cluster[outside] = np.concatenate(near)
        return cluster


def _tree(context: QueryContext, size: int) -> _Tree:
    """The pool's clusters, kept with it unless the learner sees it in another way each time."""
    if hasattr(context.learner, "embed"):
        return _build(context, size)
    return context.features.derived(("cluster_margin", size), lambda: _build(context, size))


def _build(context: QueryContext, size: int) -> _Tree:
    from scipy.cluster.hierarchy import fcluster, linkage

    positions = sample(len(context.features), TREE)
    rows = rows_at(context, positions)
    count = max(1, len(rows) // size)
    cluster = fcluster(linkage(rows, "average"), count, "maxclust").astype(np.intp) - 1 if len(rows) > 1 else [0]
    cluster = np.asarray(cluster, dtype=np.intp)
    middle = np.zeros((cluster.max() + 1, rows.shape[1]), np.float32)
    np.add.at(middle, cluster, rows)
    middle /= np.bincount(cluster)[:, None]
    return _Tree(positions, cluster, middle)


def _in_turn(seen: NDArray[np.intp], cluster: NDArray[np.intp], wanted: int, rng: np.random.Generator) -> list[int]:
    """Up to ``wanted`` of ``seen``, one at random of each cluster in turn, smallest first."""
    mixed = rng.permutation(len(seen))
    names, label, sizes = np.unique(cluster[mixed], return_inverse=True, return_counts=True)
    by_name = np.argsort(label, kind="stable")
    starts = np.cumsum(sizes) - sizes
    turn = np.empty(len(seen), np.intp)  # how many of its cluster come before it
    turn[by_name] = np.arange(len(seen)) - np.repeat(starts, sizes)
    chance = rng.random(len(names))  # clusters of one size come in any order
    order = np.lexsort((chance[label], sizes[label], turn))
    return [int(i) for i in seen[mixed[order[:wanted]]]]
