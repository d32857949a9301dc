"""Margin sampling, also called breaking ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quandary.core.query import Floats, QueryContext, Selection
from quandary.core.registry import strategies
from quandary.strategies.reasons import by_uncertainty

FEW = 32  # columns that are faster one by one


def uncertainty(proba: Floats) -> Floats:
    """One minus the difference of the two largest probabilities of each row, (n,), 0 to 1.

    >>> uncertainty(np.array([[0.5, 0.5, 0.0], [0.8, 0.1, 0.1]])).round(3).tolist()
    [1.0, 0.3]
    """
    if proba.shape[1] < 2:
        return np.zeros(len(proba))
    first, second = top_two(proba)
    return 1.0 - (first - second)


def top_two(proba: Floats) -> tuple[Floats, Floats]:
    """The largest and the second largest number of each row, both (n,); -inf for the second of one column.

    >>> [top.tolist() for top in top_two(np.array([[0.5, 0.25, 0.125], [0.0, 0.25, 0.75]]))]
    [[0.5, 0.75], [0.25, 0.25]]
    """
    if proba.shape[1] > FEW:
        top = np.partition(proba, -2, axis=1)[:, -2:]
        return top[:, 1], top[:, 0]
    first, second = proba[:, 0].copy(), np.full(len(proba), -np.inf, proba.dtype)
    for column in proba.T[1:]:
        np.maximum(second, np.minimum(first, column), out=second)
        np.maximum(first, column, out=first)
    return first, second


@strategies("margin")
@dataclass(frozen=True)
class Margin:
    """Items whose two likeliest classes are closest.

    Scheffer, Decomain, Wrobel 2001 (IDA); Luo et al. 2005 (JMLR). Score: 1 - (p1 - p2).
    """

    def select(self, context: QueryContext, k: int) -> Selection:
        return by_uncertainty(context, k, uncertainty(context.proba))
