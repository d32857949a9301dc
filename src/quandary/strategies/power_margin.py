"""Margin sampling with noise, for large batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quandary.core.query import QueryContext, Selection
from quandary.core.registry import strategies
from quandary.strategies.margin import uncertainty
from quandary.strategies.reasons import by_uncertainty


@strategies("power_margin")
@dataclass(frozen=True)
class PowerMargin:
    """Items drawn at random, more likely the closer their two likeliest classes are.

    Kirsch et al. 2023 (TMLR): ``k`` draws without replacement, each with probability proportional to
    (1 - (p1 - p2))^power, as the ``k`` highest of power * log uncertainty plus Gumbel noise, which is the score.
    Keeps a large batch from being many copies of one doubt; for small ones ``margin`` is better.

    power  0 draws at random; larger comes closer to ``margin``
    """

    power: float = 1.0

    def select(self, context: QueryContext, k: int) -> Selection:
        doubt = np.log(uncertainty(context.proba) + 1e-12)
        return by_uncertainty(context, k, self.power * doubt + context.rng.gumbel(size=len(context)))
