"""ProbCover: items whose balls cover the pool."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.query import QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.geometry.lens import squared_distances
from quandary.strategies.clusters import k_means, nearest_center
from quandary.strategies.herding import Scene, look, rest
from quandary.strategies.reasons import typical
from quandary.strategies.space import Rows, rows_at

BLOCK = 512
RANDOM = Reason("random", {}, "Drawn at random.")


@strategies("prob_cover")
@dataclass(frozen=True)
class ProbCover:
    """Items with the most others close by that no label covers yet.

    Yehuda et al. 2022 (NeurIPS). A label covers all items nearer than one radius; each choice covers most of
    what is left, and at random once all is covered. The radius is the largest for which ``purity`` of the
    items have none of another k-means cluster (as many as classes) that near. Looks at 4,096 random candidates
    and at how they cover 4,096 items of the pool. A choice for ``k`` begins with the choice for every smaller
    ``k``.

    purity  share of the items with a ball of one cluster, 0 to 1
    """

    purity: float = 0.95

    def select(self, context: QueryContext, k: int) -> Selection:
        scene = look(context)
        rows = rows_at(context, scene.aimed)
        radius = largest_pure_radius(rows, _cluster(context, rows), self.purity)
        chosen, added = _greedy(scene, radius, k, context.rng)
        more = rest(context, scene.asked, k - len(chosen))
        reasons = tuple(typical(share) if share else RANDOM for share in added)
        return Selection(np.concatenate([scene.asked[chosen], more]), None, reasons + (RANDOM,) * len(more))


def _cluster(context: QueryContext, rows: Rows) -> NDArray[np.intp]:
    # Two clusters say too little of what two classes look like.
    count = len(context.classes) if len(context.classes) > 2 else 10
    return nearest_center(rows, k_means(rows, min(count, len(rows)), context.rng))


def largest_pure_radius(rows: Rows, cluster: NDArray[np.intp], purity: float) -> float:
    """The largest squared radius of open balls around ``rows``, ``purity`` of which hold one cluster only."""
    gap = np.empty(len(rows), np.float32)  # to the nearest item of another cluster
    for start in range(0, len(rows), BLOCK):
        where = slice(start, start + BLOCK)
        apart = squared_distances(rows[where], rows)
        apart[cluster[where, None] == cluster] = np.inf
        gap[where] = apart.min(axis=1)
    impure = min(int((1 - purity) * len(rows) + 1e-9), len(rows) - 1)
    # A little less, so that rounding does not put the item at the very edge inside.
    return float(np.partition(gap, impure)[impure]) * (1 - 1e-4)


def _greedy(scene: Scene, radius: float, k: int, rng: np.random.Generator) -> tuple[list[int], list[float]]:
    """Indices into the candidates looked at, and the share of the items that each one newly covers."""
    covers = scene.apart < radius
    left = scene.known >= radius
    ties = rng.random(len(covers)) / 2  # there are many, which are drawn
    count: NDArray[np.float64] = covers[:, left].sum(axis=1) + ties
    chosen: list[int] = []
    added: list[float] = []
    for _ in range(min(k, len(count))):
        best = int(count.argmax())
        newly = np.flatnonzero(covers[best] & left)
        chosen.append(best)
        added.append(len(newly) / len(left))
        left[newly] = False
        count[best] = -np.inf
        count -= covers[:, newly].sum(axis=1)
    return chosen, added
