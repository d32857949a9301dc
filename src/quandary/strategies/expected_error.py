"""Expected error reduction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from quandary.core.query import Floats, QueryContext, Selection
from quandary.core.registry import strategies
from quandary.strategies.posterior import FLOOR, Head, curvature
from quandary.strategies.reasons import START, at_random, telling
from quandary.strategies.shortlist import best_of, shortlist

CANDIDATES, TARGETS, GUESSES = 500, 500, 10
WORK = 200_000_000  # probabilities computed at most
Array = NDArray[np.float64]


@strategies("expected_error")
@dataclass(frozen=True)
class ExpectedError:
    """Items whose label is expected to leave the model least in doubt.

    Roy and McCallum 2001 (ICML). For each of 500 candidates, uncertain and random ones, and each of its 10
    likeliest labels, the model as it would be with that label: one Newton step of a linear head around it, in
    closed form. Score: mean loss on 500 random items now, less the expected one then. Made for one question at
    a time: the best of a batch resemble each other, which ``auto`` avoids.

    loss   "log": entropy of the prediction, nats; "zero_one": chance that it is wrong
    prior  variance of the head's weights before any label, for rows of mean squared length 1;
           20 is what the learner ``logistic`` assumes
    """

    loss: Literal["log", "zero_one"] = "log"
    prior: float = 20.0

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k, START)
        known = len(np.unique(context.y_labeled))
        most = int(np.clip(WORK // (min(known, GUESSES) * TARGETS * known), 20, CANDIDATES))
        seen = shortlist(context, most)
        gains = np.zeros(len(context))
        gains[seen] = self._gains(context, seen)
        chosen = best_of(context, seen, gains[seen], k)
        reasons = tuple(telling(float(gain)) for gain in gains[chosen])
        return Selection(context.candidates[chosen], gains if len(seen) == len(context) else None, reasons)

    def _gains(self, context: QueryContext, seen: NDArray[np.intp]) -> Array:
        head, known = Head.of(context, self.prior), np.unique(context.y_labeled)
        pool = len(context.features)
        aimed = context.rng.choice(pool, min(TARGETS, pool), replace=False)
        here, there = head.rows(context.candidates[seen]), head.rows(aimed)
        proba = context.proba[seen][:, known]
        scores = np.log(np.maximum(context.predict(aimed)[:, known].T, FLOOR))
        own = np.array([float(head.covariance(row[None], row[None])[0, 0]) for row in here])
        reach = head.covariance(here, there) / (1.0 + own * curvature(proba))[:, None]
        now = self._losses(scores).mean()
        return np.array([now - self._expected(p, r, scores) for p, r in zip(proba, reach, strict=True)])

    def _expected(self, proba: Array, reach: Floats, scores: Array) -> float:
        """The expected loss once the label of an item is known; ``proba`` (c,), ``reach`` (m,), ``scores`` (c, m)."""
        guesses = np.argsort(-proba, kind="stable")[:GUESSES]
        surprise = np.eye(len(proba))[guesses] - proba
        after = scores + surprise[:, :, None] * reach.astype(np.float64)
        return float(np.average(self._losses(after).mean(axis=-1), weights=proba[guesses]))

    def _losses(self, scores: Array) -> Array:
        """The expected loss of predicting softmax(scores), from (..., c, m) to (..., m)."""
        raised = np.exp(scores - scores.max(axis=-2, keepdims=True))
        total = raised.sum(axis=-2)
        if self.loss == "zero_one":
            return np.asarray(1.0 - raised.max(axis=-2) / total)
        lead = scores - scores.max(axis=-2, keepdims=True)
        return np.asarray(np.log(total) - (raised * lead).sum(axis=-2) / total)
