"""DropQuery: items whose predicted class changes when features are dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.query import QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.geometry.scale import pool_scale
from quandary.strategies.stages import by_clusters

TRIES = 3
SEEN, PER_ITEM = 4_096, 32  # k-means sees a sample of many changed ones
TYPICAL = Reason("typical", {}, "A typical one of its group.")


@strategies("drop_query")
@dataclass(frozen=True)
class DropQuery:
    """Items whose predicted class changes as features are dropped, one a cluster.

    Gupte et al. 2024 (arXiv:2401.14555). Three times each feature is dropped with chance ``dropped``; items whose
    class then changes twice or more are clustered, and of each cluster the item nearest to its center is asked.
    A dropped feature takes its mean in the pool (zero where the pool is sparse), the paper's zero being the mean
    of its features. Stages of ``batch``, 2 ``batch``, 4 ``batch`` ... in all let a choice for ``k`` begin with
    the choice for every smaller ``k``; the items that changed least come last. Without a model: k-means of the
    pool.

    batch    items of the first stage; the paper's is ``k``
    dropped  chance of each feature to be dropped, 0 to 1
    """

    batch: int = 10
    dropped: float = 0.75

    def select(self, context: QueryContext, k: int) -> Selection:
        trained = context.trained
        changes = _changes(context, self.dropped) if trained else np.full(len(context), TRIES)
        clear = np.minimum(changes, (TRIES + 1) // 2)
        kept = int((clear == clear.max()).sum())
        order = np.lexsort((context.rng.random(len(clear)), -clear))

        def looked_at(count: int) -> int:
            return min(kept, max(SEEN, PER_ITEM * count))

        equal = np.ones(len(clear), np.float32)
        chosen = by_clusters(context, order, looked_at, equal, self.batch, k)
        reasons = tuple(_reason(int(changes[i])) if trained else TYPICAL for i in chosen)
        return Selection(context.candidates[chosen], None, reasons)


def _changes(context: QueryContext, dropped: float) -> NDArray[np.intp]:
    """How often the predicted class of each candidate changed, (n,), 0 to 3."""
    out = np.zeros(len(context), np.intp)
    mean = pool_scale(context.features).shift
    for where, rows in context.features.blocks(context.candidates):
        before = context.proba[where].argmax(axis=1)
        for _ in range(TRIES):
            after = context.learner.predict_proba(drop(rows, mean, dropped, context.rng))  # type: ignore[union-attr]
            out[where] += np.asarray(context.learner.classes_)[after.argmax(axis=1)] != before  # type: ignore[union-attr]
    return out


def drop(rows: Any, mean: NDArray[np.float64], chance: float, rng: np.random.Generator) -> Any:
    """A copy of ``rows`` (n, d), dense or sparse, with each number dropped with ``chance``."""
    if hasattr(rows, "tocsr"):
        thinned = rows.tocsr().copy()
        thinned.data = thinned.data * (rng.random(len(thinned.data), np.float32) >= chance)
        return thinned
    return np.where(rng.random(rows.shape, np.float32) < chance, mean.astype(rows.dtype), rows)


def _reason(changes: int) -> Reason:
    text = f"Its class hung on a few features in {changes} of {TRIES} tries."
    return Reason("uncertain", {"changes": float(changes)}, text)
