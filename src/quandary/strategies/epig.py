"""EPIG: expected predictive information gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import QueryContext, Selection
from quandary.core.registry import strategies
from quandary.strategies.posterior import Sampler, Samples, entropies, sampler
from quandary.strategies.reasons import START, at_random, telling
from quandary.strategies.shortlist import best_of, shortlist

CANDIDATES, BLOCK = 5_000, 256
KEPT = 10  # classes an item keeps apart; the rest count as one


@strategies("epig")
@dataclass(frozen=True)
class Epig:
    """Items whose labels tell most about what other items are.

    Bickford Smith et al. 2023 (AISTATS). Score: mean mutual information, nats, of an item's label and that of a
    target item, under the models of ``bald``. With more than 11 classes every item keeps its 10 likeliest and
    one for the rest, which can only hide information. Looks at 5,000 candidates, uncertain and random ones.

    targets  how many random items of the pool it is about, or their positions
    samples  models
    prior    variance of the head's weights before any label, for rows of mean squared length 1;
             20 is what the learner ``logistic`` assumes
    """

    targets: int | tuple[int, ...] = 100
    samples: int = 20
    prior: float = 20.0

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k, START)
        seen = shortlist(context, CANDIDATES)
        scores = self._gains(context, context.candidates[seen])
        chosen = best_of(context, seen, scores, k)
        gains = np.zeros(len(context), np.float32)
        gains[seen] = scores
        reasons = tuple(telling(float(gain)) for gain in gains[chosen])
        return Selection(context.candidates[chosen], gains if len(seen) == len(context) else None, reasons)

    def _gains(self, context: QueryContext, asked: Positions) -> NDArray[np.float32]:
        say = sampler(context, self.samples, self.prior)
        aimed = self._aim(context)
        there = _say(context, say, aimed)
        blocks = (asked[start : start + BLOCK] for start in range(0, len(asked), BLOCK))
        return np.concatenate([mutual_information(_say(context, say, block), there) for block in blocks])

    def _aim(self, context: QueryContext) -> Positions:
        if not isinstance(self.targets, int):
            return np.asarray(self.targets, dtype=np.intp)
        pool = len(context.features)
        return context.rng.choice(pool, min(self.targets, pool), replace=False).astype(np.intp)


def _say(context: QueryContext, say: Sampler, positions: Positions) -> Samples:
    return coarse(say(positions, context.predict(positions)), KEPT)


def coarse(said: Samples, kept: int) -> Samples:
    """The same with at most ``kept`` classes an item, the likeliest, and one for all others: (k, kept + 1, n)."""
    if said.shape[1] <= kept + 1:
        return said
    best = np.argpartition(-said.mean(axis=0), kept, axis=0)[:kept]
    few = np.take_along_axis(said, best[None], axis=1)
    return np.concatenate([few, np.maximum(1 - few.sum(axis=1, keepdims=True), 0)], axis=1)


def mutual_information(here: Samples, there: Samples) -> NDArray[np.float32]:
    """Mean over ``there`` (k, b, m) of the mutual information with the labels of ``here`` (k, a, n), (n,), nats."""
    count, classes, items = here.shape
    joint = here.reshape(count, -1).T @ there.reshape(count, -1)
    joint /= count
    logs = np.log(joint + np.float32(1e-30))
    logs *= joint
    together = logs.sum(axis=1).reshape(classes, items).sum(axis=0) / there.shape[2]
    apart = entropies(here.mean(axis=0)) + entropies(there.mean(axis=0)).mean()
    return np.asarray(np.maximum(apart + together, 0), np.float32)
