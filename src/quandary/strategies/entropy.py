"""Entropy sampling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quandary.core.query import Floats, QueryContext, Selection
from quandary.core.registry import strategies
from quandary.strategies.reasons import by_uncertainty


def entropy(proba: Floats) -> Floats:
    """Entropy of each row in nats, (n,), 0 to log c.

    >>> entropy(np.array([[0.5, 0.5], [1.0, 0.0]])).round(4).tolist()
    [0.6931, 0.0]
    """
    logs = np.log(np.where(proba > 0, proba, 1.0))
    total: Floats = -np.einsum("ij,ij->i", proba, logs) + 0.0  # no negative zero
    return total


@strategies("entropy")
@dataclass(frozen=True)
class Entropy:
    """Items whose prediction is spread most evenly over the classes.

    Dagan and Engelson 1995 (ICML); Shannon 1948. With many classes the tail of unlikely ones
    counts as much as the real doubt: prefer ``margin`` there.
    """

    def select(self, context: QueryContext, k: int) -> Selection:
        return by_uncertainty(context, k, entropy(context.proba))
