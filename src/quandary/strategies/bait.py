"""BAIT: items that settle the model's head best for the whole pool."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.query import Floats, QueryContext, Selection
from quandary.core.registry import strategies
from quandary.geometry.kinds import sample
from quandary.geometry.views import principal
from quandary.strategies.fisher import Design, Items
from quandary.strategies.herding import rest
from quandary.strategies.lookahead import significant
from quandary.strategies.margin import uncertainty
from quandary.strategies.reasons import START, at_random, torn
from quandary.strategies.space import Rows, rows_at

CANDIDATES, AIMED, MOST_LABELS = 600, 2_000, 2_000
WIDEST, MOST_CLASSES = 1_500, 20  # numbers in a head, and classes, beyond which the information is simplified


@strategies("bait")
@dataclass(frozen=True)
class Bait:
    """Items that together lower most the error expected from the model's last layer.

    Ash et al. 2021 (NeurIPS): minimize tr(M^-1 F), where M is ``ridge`` times the identity plus the Fisher
    information of what is labeled or chosen and F that of the pool, each item's being row row' (x) (diag p - p p').
    Twice ``batch`` are added greedily, then those that are missed least are taken out again, and so on; the
    paper's ``batch`` is ``k``, a fixed one lets a choice for ``k`` begin with that for every smaller ``k``. Looks
    at 600 candidates, the most uncertain and random ones, and stands 2,000 items for the pool. Where there are
    more than 20 classes or 1,500 numbers in the last layer, diag p - p p' gives way to its trace, which treats
    all classes alike; rows of more numbers than that are seen in their principal directions.

    batch  items chosen together
    ridge  precision of the last layer before any label
    """

    batch: int = 10
    ridge: float = 1.0

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k, START)
        seen = _narrow(uncertainty(context.proba), context.rng)
        chosen = self._choose(_design(context, seen, self.ridge), len(seen), k)
        asked = context.candidates[seen]
        more = rest(context, asked, k - len(chosen))
        positions = np.concatenate([asked[chosen[:k]], more])
        proba = context.proba[np.searchsorted(context.candidates, positions)]
        return Selection(positions, None, tuple(torn(row, context.classes) for row in proba))

    def _choose(self, design: Design, count: int, k: int) -> list[int]:
        chosen: list[int] = []
        while len(chosen) < min(k, count):
            left = count - len(chosen)
            ahead: list[int] = []
            while len(ahead) < min(2 * self.batch, left):
                ahead.append(_best(design, count, chosen + ahead))
            while len(ahead) > self.batch:
                least = int(significant(design.change(ahead, -1.0)).argmin())
                design.move(ahead.pop(least), -1.0)
            chosen += ahead
        return chosen


def _best(design: Design, count: int, taken: list[int]) -> int:
    gain = significant(design.change(np.arange(count), 1.0))
    gain[taken] = -np.inf
    best = int(gain.argmax())
    design.move(best, 1.0)
    return best


def _narrow(doubt: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Half of the places for the most uncertain, half for anybody."""
    if len(doubt) <= CANDIDATES:
        return np.arange(len(doubt))
    order = np.lexsort((rng.random(len(doubt)), -doubt))
    anybody = rng.choice(order[CANDIDATES // 2 :], CANDIDATES // 2, replace=False)
    return np.sort(np.concatenate([order[: CANDIDATES // 2], anybody]))


def _design(context: QueryContext, seen: NDArray[np.intp], ridge: float) -> Design:
    told = context.labeled[sample(len(context.labeled), MOST_LABELS)]
    aimed = sample(len(context.features), AIMED)
    asked = context.candidates[seen]
    ends = np.cumsum([len(asked), len(told)])
    asked_rows, told_rows, aimed_rows = np.split(_seen(rows_at(context, np.concatenate([asked, told, aimed]))), ends)
    classes = len(context.classes)
    traced = classes > MOST_CLASSES or classes * (asked_rows.shape[1] + 1) > WIDEST
    known = Items.of(told_rows, context.predict(told), traced).information()
    known *= len(context.labeled) / len(told)
    pool = Items.of(aimed_rows, context.predict(aimed), traced).information() / len(aimed)
    return Design(Items.of(asked_rows, context.proba[seen], traced), known, pool, ridge)


def _seen(rows: Rows) -> Rows:
    if rows.shape[1] < WIDEST:
        return rows
    mean = rows.mean(axis=0)
    parts = principal(rows, mean, WIDEST // 3)
    return np.asarray((rows - mean) @ parts, dtype=np.float32)
