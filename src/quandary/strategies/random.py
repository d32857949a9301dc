"""Random sampling: the baseline every other strategy must beat."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.core.query import QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.strategies.reasons import at_random


@strategies("random")
@dataclass(frozen=True)
class Random:
    """Every candidate equally likely: needs no model and flatters none.

    Simple random sampling (Cochran 1977, Sampling Techniques, chapter 2).
    """

    def select(self, context: QueryContext, k: int) -> Selection:
        return at_random(context, k, Reason("random", {}, "Drawn at random."))
