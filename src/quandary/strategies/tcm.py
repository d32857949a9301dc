"""TCM: typical items first, then margin."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.core.query import QueryContext, Selection
from quandary.core.registry import strategies
from quandary.strategies.margin import Margin
from quandary.strategies.typiclust import Typiclust


@strategies("tcm")
@dataclass(frozen=True)
class Tcm:
    """Typical items until every class had a chance to show, then margin.

    Doucet et al. 2024 (arXiv:2403.03728). The switch comes at ``first`` labels or two per class, whichever is
    later, and not before two classes are known.

    first  fewest labels before margin takes over
    """

    first: int = 20

    def select(self, context: QueryContext, k: int) -> Selection:
        early = len(context.labeled) < max(self.first, 2 * len(context.classes))
        chooser = Typiclust() if early or not context.trained else Margin()
        return chooser.select(context, k)
