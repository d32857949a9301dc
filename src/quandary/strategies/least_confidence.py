"""Least confidence."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.core.query import QueryContext, Selection
from quandary.core.registry import strategies
from quandary.strategies.margin import top_two
from quandary.strategies.reasons import by_uncertainty


@strategies("least_confidence")
@dataclass(frozen=True)
class LeastConfidence:
    """Items whose likeliest class is least likely.

    Lewis and Gale 1994 (SIGIR). Score: 1 - max p.
    """

    def select(self, context: QueryContext, k: int) -> Selection:
        return by_uncertainty(context, k, 1.0 - top_two(context.proba)[0])
