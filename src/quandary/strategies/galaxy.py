"""GALAXY: bisecting the pool between classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.query import Floats, QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.strategies.reasons import START, at_random, short

Ints = NDArray[np.intp]


@strategies("galaxy")
@dataclass(frozen=True)
class Galaxy:
    """Items halfway between labeled ones of different classes, class by class.

    Zhang, Katz-Samuels, Nowak 2022 (ICML). For a class drawn at random all items are ordered by how likely
    they are of it; of the stretches between neighboring labels, one of the class and one not, the middle of
    the shortest is asked; where all are bisected, the item nearest to such a place. Every class gets its
    turns, so rare ones are found. Until its label is known, an item asked counts as what the model says.
    A choice for ``k`` begins with the choice for every smaller ``k``.
    """

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k, START)
        lines = _lines(context)
        chosen, reasons = [], []
        for _ in range(k):
            code = list(lines)[int(context.rng.integers(len(lines)))]
            item = lines[code].ask()
            provisional = int(context.proba[item].argmax())
            for name, line in lines.items():
                line.tell(item, provisional == name)
            chosen.append(item)
            reasons.append(_reason(context.proba[item], code, context.classes))
        return Selection(context.candidates[chosen], None, tuple(reasons))


class _Line:
    """All items in the order of one class, some labeled.

    items   (m,) candidates by index, -1 where labeled; at (n,) the place of each candidate
    places  (l,) of the labeled, ascending; inside (l,) whether each is of the class
    """

    def __init__(self, order: Ints, count: int, member: NDArray[np.bool_]) -> None:
        rank = np.empty(len(order), np.intp)
        rank[order] = np.arange(len(order))
        self.items = np.where(order < count, order, -1)
        self.at = rank[:count]
        turn = np.argsort(rank[count:])
        self.places, self.inside = rank[count:][turn], member[turn]

    def ask(self) -> int:
        """The middle of the shortest stretch between labels that disagree, else the item nearest to a cut."""
        cuts = np.flatnonzero(self.inside[1:] != self.inside[:-1])
        gaps = self.places[cuts + 1] - self.places[cuts]
        if (gaps > 1).any():
            shortest = cuts[np.where(gaps > 1, gaps, len(self.items)).argmin()]
            return int(self.items[(self.places[shortest] + self.places[shortest + 1]) // 2])
        free = np.flatnonzero(self.items >= 0)
        right = np.searchsorted(free, self.places[cuts])
        near = np.concatenate([free[np.maximum(right - 1, 0)], free[np.minimum(right, len(free) - 1)]])
        away = abs(near - np.tile(self.places[cuts] + 0.5, 2))
        return int(self.items[near[away.argmin()]])

    def tell(self, item: int, member: bool) -> None:
        place = self.at[item]
        self.items[place] = -1
        where = int(np.searchsorted(self.places, place))
        self.places = np.insert(self.places, where, place)
        self.inside = np.insert(self.inside, where, member)


def _lines(context: QueryContext) -> dict[int, _Line]:
    """The line of each class that has labels; one for two classes, as the other is its mirror."""
    proba = np.concatenate([context.proba, context.predict(context.labeled)])
    mix = context.rng.permutation(len(proba))  # equals stand in random order
    known = np.unique(context.y_labeled)
    top = proba.max(axis=1)
    lines = {}
    for code in known[:1] if len(known) == 2 else known:
        lead = proba[:, code] - (1 - 1e-8) * top
        order = mix[np.argsort(-(proba[:, code] if len(known) == 2 else lead)[mix], kind="stable")]
        lines[int(code)] = _Line(order, len(context), context.y_labeled == code)
    return lines


def _reason(proba: Floats, code: int, classes: tuple[str, ...]) -> Reason:
    p = float(proba[code])
    return Reason("uncertain", {"p": p}, f"Where {short(classes[code])} turns into something else, {100 * p:.0f} %.")
