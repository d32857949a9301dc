"""UHerding: items that cover what the model is unsure of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quandary.core.features import Positions
from quandary.core.query import QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.strategies.herding import fall, herd, look, rest
from quandary.strategies.margin import uncertainty
from quandary.strategies.reasons import torn, typical


@strategies("u_herding")
@dataclass(frozen=True)
class UHerding:
    """Items that represent most of what the model is unsure of.

    Bae, Sutherland et al. 2025 (ICLR): ``max_herding`` with each item counted as much as it is uncertain
    (1 - (p1 - p2)), and a kernel that narrows as labels come in. The paper sets its width by the smallest
    distance between labeled items and calibrates the model; here it is ``radius`` times the pool's median
    squared distance, times 20 / (20 + labels), at least a tenth of it. Without a model it is ``max_herding``.
    A choice for ``k`` begins with the choice for every smaller ``k``.

    radius  width of the kernel at no labels, in units of the pool's median squared distance
    """

    radius: float = 0.25

    def select(self, context: QueryContext, k: int) -> Selection:
        scene = look(context)
        width = self.radius * scene.width * max(0.1, 20.0 / (20.0 + len(context.labeled)))
        covered = fall(scene.known, width)
        weights = np.ones_like(covered)
        if context.trained:
            weights = uncertainty(context.predict(scene.aimed)).astype(np.float32)
        chosen, added = herd(fall(scene.apart, width), covered, weights, k)
        more = rest(context, scene.asked, k - len(chosen))
        positions = np.concatenate([scene.asked[chosen], more])
        return Selection(positions, None, _reasons(context, positions, added, len(scene.aimed)))


def _reasons(context: QueryContext, positions: Positions, added: list[float], aimed: int) -> tuple[Reason, ...]:
    reasons = [typical(gain / aimed) for gain in added]
    reasons += [Reason("random", {}, "Drawn at random.")] * (len(positions) - len(added))
    if not context.trained:
        return tuple(reasons)
    proba = context.predict(positions)
    doubt = uncertainty(proba)
    return tuple(torn(proba[i], context.classes) if doubt[i] > 0.5 else why for i, why in enumerate(reasons))
