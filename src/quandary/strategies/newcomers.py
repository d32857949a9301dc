"""A look beyond the anchors: which other items of a large pool are worth a closer one."""

from __future__ import annotations

import numpy as np

from quandary.core.features import Positions
from quandary.core.query import Floats, QueryContext
from quandary.strategies.margin import uncertainty

GLANCES = 20_000  # items that a round takes a glance at
NEW = 2_000  # of them it looks at so many


def among(candidates: Positions, positions: Positions) -> Positions:
    """Those of ``positions`` that are ``candidates``; both ascending, without looking at each candidate.

    >>> among(np.array([1, 4, 7]), np.array([0, 4, 7, 9])).tolist()
    [4, 7]
    """
    if not len(candidates):
        return positions[:0]
    where = np.minimum(np.searchsorted(candidates, positions), len(candidates) - 1)
    kept: Positions = positions[candidates[where] == positions]
    return kept


def newcomers(context: QueryContext, anchors: Positions, most: int = NEW) -> Positions:
    """Up to ``most`` candidates that are no ``anchors``, ascending; other ones each round.

    Half of them are drawn at random. The other half looks likely, at a glance, to be uncertain or of the class
    with the fewest labels: in a pool of millions hardly any of those is an anchor. Without a learner that can
    ``glance`` all are random.
    """
    if len(anchors) == len(context.features):
        return anchors[:0]
    count = len(context.candidates)
    drawn = context.candidates[context.rng.choice(count, min(count, GLANCES), replace=False)]
    others = drawn[~np.isin(drawn, anchors)]
    glance = getattr(context.learner, "glance", None)
    if glance is None or not context.trained or len(others) <= most:
        return np.sort(others[:most])
    return np.sort(_promising(glance(context.features, others), context, others, most))


def _promising(proba: Floats, context: QueryContext, others: Positions, most: int) -> Positions:
    fewest = np.unique(context.y_labeled, return_counts=True)[1].argmin()
    doubt, rare = uncertainty(proba), proba[:, fewest]
    best = [np.argsort(-score, kind="stable")[: most // 4] for score in (doubt, rare)]
    some = np.arange(most // 2)  # they come in random order
    chosen: Positions = others[np.unique(np.concatenate([*best, some]))]
    return chosen
