"""Contrastive active learning (CAL)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.query import Floats, QueryContext, Reason, Selection, top_k
from quandary.core.registry import strategies
from quandary.geometry.kinds import sample
from quandary.strategies.reasons import START, at_random, short, torn
from quandary.strategies.space import Rows, blocks, rows_at

MOST_LABELS = 2_000
BLOCK = 512  # a block's distances stay in the cache
GROUP = 4  # the best of so few are rarely near together
FLOOR = 1e-7  # of a probability, before its logarithm


@strategies("contrastive")
@dataclass(frozen=True)
class Contrastive:
    """Items predicted otherwise than the labeled items most like them.

    CAL (Margatina et al. 2021, EMNLP). Score: mean over the nearest labeled items of KL(p of the neighbor
    || p of the item), nats. Neighbors at equal distance all count. Of more than 2,000 labels, a random part.

    neighbors  labeled items compared with
    """

    neighbors: int = 10

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k, START)
        around, scores = self._compare(context)
        chosen = top_k(scores, k, context.rng)
        pairs = zip(context.proba[chosen], around[chosen], strict=True)
        reasons = tuple(_reason(own, theirs, context.classes) for own, theirs in pairs)
        return Selection(context.candidates[chosen], scores, reasons)

    def _compare(self, context: QueryContext) -> tuple[Floats, Floats]:
        """The mean probabilities of each candidate's neighbors, (n, c), and its score, (n,)."""
        told = context.labeled[sample(len(context.labeled), MOST_LABELS)]
        known, proba = rows_at(context, told), context.predict(told)
        order = np.einsum("ij,ij->i", proba, np.log(np.maximum(proba, FLOOR)))
        facts = np.column_stack([proba, order, np.ones(len(told))]).astype(np.float32)
        near = Nearest.of(known, facts, min(self.neighbors, len(told)))
        around = np.empty((len(context), facts.shape[1] - 1), np.float32)
        for where, rows in blocks(context, context.candidates, BLOCK):
            around[where] = near.mean(rows)
        scores = around[:, -1] - np.einsum("ij,ij->i", around[:, :-1], _logs(context.proba))
        return around[:, :-1], np.maximum(scores, 0.0)


@dataclass(frozen=True)
class Nearest:
    """The mean of facts over the nearest of some rows, in memory that is used again for every block.

    known  (l, e) rows       half  (l,) half of their squared lengths
    facts  (l, f), the last a 1
    count  how many are near
    """

    known: Rows
    half: Rows
    facts: Rows
    count: int
    closeness: Rows
    inside: Rows
    best: Rows

    @staticmethod
    def of(known: Rows, facts: Rows, count: int) -> Nearest:
        half = np.einsum("ij,ij->i", known, known) / 2
        groups = max(count, -(-len(known) // GROUP))
        shapes = len(known), len(known), groups
        return Nearest(known, half, facts, count, *(np.empty((BLOCK, width), np.float32) for width in shapes))

    def mean(self, rows: Rows) -> Rows:
        """From at most ``BLOCK`` rows (n, e) to (n, f - 1)."""
        closeness, inside = self.closeness[: len(rows)], self.inside[: len(rows)]
        np.matmul(rows, self.known.T, out=closeness)
        closeness -= self.half  # what is left out is the same for a whole row
        np.copyto(inside, closeness >= self._reach(closeness))
        sums: Rows = inside @ self.facts
        again = np.flatnonzero(sums[:, -1] > self.count)
        if len(again):
            some = closeness[again]
            sums[again] = (some >= _kth_largest(some.copy(), self.count)).astype(np.float32) @ self.facts
        means: Rows = sums[:, :-1] / sums[:, -1:]
        return means

    def _reach(self, closeness: Rows) -> Rows:
        """A bound (n, 1) that at least ``count`` of each row reach: as many groups have a member that does."""
        best = self.best[: len(closeness)]
        width = best.shape[1]
        np.copyto(best, closeness[:, :width])
        for start in range(width, closeness.shape[1], width):
            part = closeness[:, start : start + width]
            np.maximum(best[:, : part.shape[1]], part, out=best[:, : part.shape[1]])
        return _kth_largest(best, self.count)


def _kth_largest(values: Rows, count: int) -> Rows:
    """(n, 1) of (n, l), which are reordered."""
    at = values.shape[1] - count
    values.partition(at, axis=1)
    return values[:, at : at + 1]


def _logs(proba: Floats) -> NDArray[np.float32]:
    logs: NDArray[np.float32] = np.maximum(proba, FLOOR).astype(np.float32)
    return np.log(logs, out=logs)


def _reason(own: Floats, theirs: Floats, classes: tuple[str, ...]) -> Reason:
    here, there = int(own.argmax()), int(theirs.argmax())
    if here == there:
        return torn(own, classes)
    numbers = {"p": float(own[here]), "neighbors": float(theirs[there])}
    return Reason("uncertain", numbers, f"Predicted {short(classes[here])}, its neighbors {short(classes[there])}.")
