"""Maximum probability: a search for one class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quandary.core.errors import ConfigError
from quandary.core.names import unknown_name
from quandary.core.query import QueryContext, Selection, top_k
from quandary.core.registry import strategies
from quandary.strategies.reasons import START, at_random, perhaps


@strategies("max_probability")
@dataclass(frozen=True)
class MaxProbability:
    """Items that most likely belong to one class: a search for its members.

    Relevance feedback (Rocchio 1971), as in continuous active learning (Cormack and Grossman 2014, SIGIR).
    Finds what is like the members already known and nothing else, so begin with another strategy and
    return to it. Score: the probability of the class.

    target  name of the class; None: the one with the fewest labels so far, at least one
    """

    target: str | None = None

    def select(self, context: QueryContext, k: int) -> Selection:
        code = self._code(context)
        if not context.trained or code not in context.y_labeled:
            return at_random(context, k, START)
        scores = context.proba[:, code]
        chosen = top_k(scores, k, context.rng)
        reasons = tuple(perhaps(context.classes[code], float(p)) for p in scores[chosen])
        return Selection(context.candidates[chosen], scores, reasons)

    def _code(self, context: QueryContext) -> int:
        if self.target is None:
            codes, counts = np.unique(context.y_labeled, return_counts=True)
            return int(codes[counts.argmin()]) if len(codes) else -1
        if self.target not in context.classes:
            raise ConfigError(unknown_name("class", self.target, context.classes))
        return context.classes.index(self.target)
