"""BADGE: diverse items with large gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.query import Floats, QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.strategies.reasons import at_random, torn
from quandary.strategies.space import rows_at

MOST = 100_000  # candidates looked at; more are sampled
PROPOSALS, ACCEPT = 64, 0.15
Array = NDArray[np.float32]


@strategies("badge")
@dataclass(frozen=True)
class Badge:
    """Items that would each pull the model another way: uncertain and far apart.

    Ash et al. 2020 (ICLR): k-means++ on the gradients of the last layer, had each item its predicted label.
    They are products (p - onehot) x row and never built; draws are by rejection from stale distances, which
    keeps the law (Cohen-Addad et al. 2020, NeurIPS). Above 100,000 candidates a random part is looked at.
    A choice for ``k`` begins with the choice for every smaller ``k``.
    """

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k, Reason("start", {}, "No model yet, so drawn at random."))
        seen = np.arange(len(context))
        if len(seen) > MOST:
            seen = np.sort(context.rng.choice(seen, MOST, replace=False))
        rows = rows_at(context, context.candidates[seen])
        taken = draw(Gradients.of(rows, context.proba[seen]), min(k, len(seen)), context.rng)
        chosen = seen[taken]
        left = np.setdiff1d(np.arange(len(context)), chosen, assume_unique=True)
        chosen = np.concatenate([chosen, context.rng.permutation(left)[: k - len(chosen)]])
        reasons = tuple(torn(row, context.classes) for row in context.proba[chosen])
        return Selection(context.candidates[chosen], None, reasons)


@dataclass(frozen=True)
class Gradients:
    """Outer products residual x row, kept as their factors.

    rows (n, e), the last number 1 for the intercept; residual (n, c); size (n,) squared lengths of the products
    """

    rows: Array
    residual: Array
    size: Array

    @staticmethod
    def of(rows: Array, proba: Floats) -> Gradients:
        rows = np.hstack([rows, np.ones((len(rows), 1), np.float32)])
        residual = proba.astype(np.float32)
        residual[np.arange(len(rows)), proba.argmax(axis=1)] -= 1.0
        size = np.einsum("ij,ij->i", residual, residual) * np.einsum("ij,ij->i", rows, rows)
        return Gradients(rows, residual, size)

    def distances(self, a: NDArray[np.intp] | slice, b: list[int]) -> Array:
        """Squared distances between the products at ``a`` and ``b``."""
        apart: Array = self.rows[a] @ self.rows[b].T
        apart *= self.residual[a] @ self.residual[b].T
        apart *= -2
        apart += self.size[a][:, None]
        apart += self.size[b]
        np.maximum(apart, 0, out=apart)
        return apart


def draw(gradients: Gradients, k: int, rng: np.random.Generator) -> list[int]:
    """Up to ``k`` indices by k-means++ from the longest gradient; fewer where fewer differ."""
    taken = [int(gradients.size.argmax())]
    reach = np.full(len(gradients.size), np.inf, np.float32)
    fresh = list(taken)
    while len(taken) < k:
        _refresh(gradients, reach, fresh)
        reach[taken] = 0.0
        total = np.cumsum(reach, dtype=np.float64)
        if not total[-1] > 0:
            break
        fresh = _draw_some(gradients, reach, total, k - len(taken), rng)
        taken += fresh
    return taken


def _refresh(gradients: Gradients, reach: Array, fresh: list[int], block: int = 16_384) -> None:
    for start in range(0, len(reach), block):
        where = slice(start, start + block)
        np.minimum(reach[where], gradients.distances(where, fresh).min(axis=1), out=reach[where])


def _draw_some(
    gradients: Gradients, reach: Array, total: NDArray[np.float64], wanted: int, rng: np.random.Generator
) -> list[int]:
    """Draws until enough are accepted, or too few are and the distances need a refresh."""
    fresh: list[int] = []
    tried = 0
    while len(fresh) < wanted:
        drawn = np.minimum(np.searchsorted(total, rng.random(PROPOSALS) * total[-1], side="right"), len(reach) - 1)
        chance = rng.random(PROPOSALS) * reach[drawn]
        true = reach[drawn].copy()
        if fresh:
            np.minimum(true, gradients.distances(drawn, fresh).min(axis=1), out=true)
            true[np.isin(drawn, fresh)] = 0.0
        for i in range(PROPOSALS):
            if chance[i] < true[i]:
                fresh.append(int(drawn[i]))
                if len(fresh) == wanted:
                    break
                np.minimum(true, gradients.distances(drawn, fresh[-1:])[:, 0], out=true)
                true[drawn == fresh[-1]] = 0.0
        tried += PROPOSALS
        if tried >= 4 * PROPOSALS and len(fresh) < ACCEPT * tried:
            break
    return fresh
