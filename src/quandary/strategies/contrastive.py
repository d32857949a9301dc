"""Contrastive active learning (CAL)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.query import Floats, QueryContext, Reason, Selection, top_k
from quandary.core.registry import strategies
from quandary.geometry.kinds import sample
from quandary.geometry.lens import squared_distances
from quandary.strategies.reasons import START, at_random, short, torn
from quandary.strategies.space import Rows, blocks, rows_at

MOST_LABELS = 2_000
BLOCK = 1_024  # a block's distances stay in the cache
FLOOR = 1e-7  # of a probability, before its logarithm


@strategies("contrastive")
@dataclass(frozen=True)
class Contrastive:
    """Items that the model sees unlike their nearest labeled neighbors.

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
        facts = np.column_stack([proba, order]).astype(np.float32)
        near = min(self.neighbors, len(told))
        around = np.empty((len(context), facts.shape[1]), np.float32)
        for where, rows in blocks(context, context.candidates, BLOCK):
            around[where] = _mean_of_nearest(rows, known, facts, near)
        scores = around[:, -1] - np.einsum("ij,ij->i", around[:, :-1], _logs(context.proba))
        return around[:, :-1], np.maximum(scores, 0.0)


def _mean_of_nearest(rows: Rows, known: Rows, facts: NDArray[np.float32], near: int) -> NDArray[np.float32]:
    """The mean of ``facts`` (l, f) over the ``near`` of ``known`` (l, e) nearest to each row, (n, f)."""
    apart: Rows = squared_distances(rows, known)
    reach = np.partition(apart, near - 1, axis=1)[:, near - 1 : near]
    inside = (apart <= reach).astype(np.float32)
    mean: NDArray[np.float32] = inside @ facts / inside.sum(axis=1, keepdims=True)
    return mean


def _logs(proba: Floats) -> NDArray[np.float32]:
    logs: NDArray[np.float32] = np.maximum(proba, FLOOR).astype(np.float32)
    return np.log(logs, out=logs)


def _reason(own: Floats, theirs: Floats, classes: tuple[str, ...]) -> Reason:
    here, there = int(own.argmax()), int(theirs.argmax())
    if here == there:
        return torn(own, classes)
    numbers = {"p": float(own[here]), "neighbors": float(theirs[there])}
    return Reason("uncertain", numbers, f"Predicted {short(classes[here])}, its neighbors {short(classes[there])}.")
