"""BALD: bayesian active learning by disagreement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quandary.core.query import Floats, QueryContext, Selection, top_k
from quandary.core.registry import strategies
from quandary.strategies.posterior import block_size, information, sampler
from quandary.strategies.reasons import START, at_random, disagree


@strategies("bald")
@dataclass(frozen=True)
class Bald:
    """Items on which models that fit the labels equally well disagree.

    Houlsby et al. 2011 (arXiv 1112.5745); Gal, Islam, Ghahramani 2017 (ICML). Score: entropy of the mean
    prediction less the mean entropy, nats. The models are the trees of a forest; of any other learner, draws of
    a linear head around it (Laplace approximation over its embedding). Likes outliers.

    samples  models
    prior    variance of the head's weights before any label, for rows of mean squared length 1;
             20 is what the learner ``logistic`` assumes
    """

    samples: int = 20
    prior: float = 20.0

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k, START)
        scores, mean = self._ask(context)
        chosen = top_k(scores, k, context.rng)
        reasons = tuple(disagree(row, context.classes) for row in mean[chosen])
        return Selection(context.candidates[chosen], scores, reasons)

    def _ask(self, context: QueryContext) -> tuple[Floats, Floats]:
        """The score of each candidate and the mean prediction, (n, c)."""
        say = sampler(context, self.samples, self.prior)
        scores = np.empty(len(context), np.float32)
        mean = np.empty((len(context), len(context.classes)), np.float32)
        size = block_size(self.samples, len(context.classes))
        for start in range(0, len(context), size):
            where = slice(start, start + size)
            said = say(context.candidates[where], context.proba[where])
            scores[where], mean[where] = information(said), said.mean(axis=0).T
        return scores, mean
