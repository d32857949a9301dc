"""Density-weighted uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.query import QueryContext, Selection
from quandary.core.registry import strategies
from quandary.geometry.kinds import sample
from quandary.geometry.lens import squared_distances
from quandary.strategies.margin import uncertainty
from quandary.strategies.reasons import by_uncertainty
from quandary.strategies.space import blocks, rows_at


@strategies("density_weighted")
@dataclass(frozen=True)
class DensityWeighted:
    """Items that are uncertain and like many others, never an outlier.

    Information density (Settles and Craven 2008, EMNLP). Score: margin uncertainty times a power of the
    mean similarity to a fixed random part of the pool, exp(-d^2 / median d^2). Never a matrix over the pool;
    where the learner does not embed the items itself, the density is computed once for all rounds.

    beta        power of the density; 0 is margin sampling
    references  items that similarity is measured to
    """

    beta: float = 1.0
    references: int = 500

    def select(self, context: QueryContext, k: int) -> Selection:
        doubt = uncertainty(context.proba)
        return by_uncertainty(context, k, doubt * self._density(context) ** self.beta if context.trained else doubt)

    def _density(self, context: QueryContext) -> NDArray[np.float32]:
        if hasattr(context.learner, "embed"):
            return _mean_similarity(context, context.candidates, self.references)
        everything = np.arange(len(context.features))
        key = ("density", self.references)
        whole = context.features.derived(key, lambda: _mean_similarity(context, everything, self.references))
        return whole[context.candidates]


def _mean_similarity(context: QueryContext, positions: NDArray[np.intp], references: int) -> NDArray[np.float32]:
    """Mean similarity of each of ``positions`` to the reference items, (n,), in (0, 1]."""
    centers = rows_at(context, sample(len(context.features), references))
    own = squared_distances(centers, centers)
    # Half of the distances may be zero in a pool of repeats.
    scale = -1.0 / max(float(np.median(own)), 1e-3 * float(own.mean()), 1e-12)
    out = np.empty(len(positions), np.float32)
    for where, rows in blocks(context, positions):
        apart = squared_distances(rows, centers)
        apart *= np.float32(scale)
        out[where] = np.exp(apart, out=apart).mean(axis=1)
    return np.maximum(out, 1e-30)
