"""Why an item is asked, in one line for people."""

from __future__ import annotations

import numpy as np

from quandary.core.features import Positions
from quandary.core.query import Floats, QueryContext, Reason, Selection, top_k

LONGEST_NAME = 13  # two names and the words between them stay below 60 characters
START = Reason("start", {}, "No model yet, so drawn at random.")


def short(name: str) -> str:
    """A class name that leaves room for the rest of the line.

    >>> short("a class with a long name")
    'a class with…'
    """
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


def torn(proba: Floats, classes: tuple[str, ...]) -> Reason:
    """The reason of an item that lies between classes; ``proba`` (c,) sums to 1.

    >>> torn(np.array([0.02, 0.47, 0.51]), ("dog", "cat", "fox")).text
    'Torn between fox and cat, 51 to 47.'
    """
    second, first = np.argsort(proba, kind="stable")[-2:]
    p1, p2 = float(proba[first]), float(proba[second])
    text = f"Torn between {short(classes[first])} and {short(classes[second])}, {100 * p1:.0f} to {100 * p2:.0f}."
    return Reason("uncertain", {"p1": p1, "p2": p2}, text)


def unlike(distance: float) -> Reason:
    """The reason of an item far from every labeled one; ``distance`` in feature units."""
    return Reason("unlike", {"distance": distance}, "Unlike anything labeled.")


def typical(share: float) -> Reason:
    """The reason of an item that is like many; ``share`` of the pool that its label would tell about."""
    return Reason("typical", {"share": share}, "Typical of many with no label yet.")


def perhaps(name: str, p: float) -> Reason:
    """The reason of an item that may be of a class that is searched for; ``p`` its probability.

    >>> perhaps("fraud", 0.31).text
    'Perhaps one more fraud, 31 %.'
    """
    return Reason("rare", {"p": p}, f"Perhaps one more {short(name)}, {100 * p:.0f} %.")


def disagree(shares: Floats, classes: tuple[str, ...]) -> Reason:
    """The reason of an item that models differ about; ``shares`` (c,) of the votes, sum 1.

    >>> disagree(np.array([0.0, 0.4, 0.6]), ("dog", "cat", "fox")).text
    'Models disagree: fox 60 %, cat 40 %.'
    """
    second, first = np.argsort(shares, kind="stable")[-2:]
    p1, p2 = float(shares[first]), float(shares[second])
    if p2 < 0.005:
        return Reason("uncertain", {"p1": p1, "p2": p2}, f"All models say {short(classes[first])}.")
    text = f"Models disagree: {short(classes[first])} {100 * p1:.0f} %, {short(classes[second])} {100 * p2:.0f} %."
    return Reason("uncertain", {"p1": p1, "p2": p2}, text)


def telling(gain: float) -> Reason:
    """The reason of an item whose label helps with others; ``gain`` in the strategy's unit."""
    return Reason("typical", {"gain": gain}, "Its label should tell about many others.")


def by_uncertainty(context: QueryContext, k: int, scores: Floats) -> Selection:
    """The ``k`` candidates with the highest ``scores``; at random while the model knows no two classes.

    A choice for ``k`` begins with the choice for every smaller ``k``.
    """
    if not context.trained:
        return at_random(context, k, START)
    chosen = top_k(scores, k, context.rng)
    reasons = tuple(torn(row, context.classes) for row in context.proba[chosen])
    return Selection(context.candidates[chosen], scores, reasons)


def at_random(context: QueryContext, k: int, reason: Reason) -> Selection:
    """``k`` candidates, all equally likely."""
    flat = np.zeros(len(context))
    chosen: Positions = top_k(flat, k, context.rng)
    return Selection(context.candidates[chosen], flat, (reason,) * k)
