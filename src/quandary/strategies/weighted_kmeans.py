"""Weighted k-means: uncertain items that differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quandary.core.query import QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.strategies.margin import uncertainty
from quandary.strategies.reasons import torn
from quandary.strategies.stages import by_clusters

FEWEST, COLD = 50, 4_096
TYPICAL = Reason("typical", {}, "A typical one of its group.")


@strategies("weighted_kmeans")
@dataclass(frozen=True)
class WeightedKmeans:
    """The middles of clusters of the most uncertain items.

    Zhdanov 2019 (arXiv:1901.05954): k-means into as many clusters as items are wanted, over the ``wider`` times
    as many most uncertain ones (at least 50), each weighted by its uncertainty 1 - (p1 - p2); of each cluster
    the item nearest to its center, heaviest cluster first. Chosen in stages of ``batch``, 2 ``batch``,
    4 ``batch`` ... in all, where later clusters keep off earlier choices, so that a choice for ``k`` begins with
    the choice for every smaller ``k``. Without a model: k-means of the pool. Beyond 2,000 items by uncertainty.

    batch  items of the first stage; the paper's is ``k``
    wider  uncertain items looked at for each one chosen
    """

    batch: int = 10
    wider: int = 10

    def select(self, context: QueryContext, k: int) -> Selection:
        doubt = uncertainty(context.proba) if context.trained else np.ones(len(context))
        order = np.lexsort((context.rng.random(len(doubt)), -doubt))
        weights = np.maximum(doubt, 1e-6).astype(np.float32)
        chosen = by_clusters(context, order, self._wide if context.trained else _cold, weights, self.batch, k)
        reasons = [TYPICAL] * k
        if context.trained:
            reasons = [torn(row, context.classes) for row in context.proba[chosen]]
        return Selection(context.candidates[chosen], None, tuple(reasons))

    def _wide(self, count: int) -> int:
        return max(FEWEST, self.wider * count)


def _cold(count: int) -> int:
    return max(COLD, 32 * count)
