"""MaxHerding: items that cover the pool softly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quandary.core.query import QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.strategies.herding import fall, herd, look, rest
from quandary.strategies.reasons import typical


@strategies("max_herding")
@dataclass(frozen=True)
class MaxHerding:
    """Items that let the labeled ones represent the whole pool best.

    Bae, Noh, Sutherland 2024 (ECCV). An item is represented by the nearest labeled one as well as the kernel
    exp(-squared distance / width) says; each choice raises the mean most. Needs no model. Looks at 4,096
    random candidates and how they represent 4,096 items of the pool. A choice for ``k`` begins with the
    choice for every smaller ``k``.

    radius  width of the kernel, in units of the pool's median squared distance
    """

    radius: float = 0.25

    def select(self, context: QueryContext, k: int) -> Selection:
        scene = look(context)
        width = self.radius * scene.width
        covered = fall(scene.known, width)
        chosen, added = herd(fall(scene.apart, width), covered, np.ones_like(covered), k)
        more = rest(context, scene.asked, k - len(chosen))
        reasons = [typical(gain / len(scene.aimed)) for gain in added]
        reasons += [Reason("random", {}, "Drawn at random.") for _ in more]
        return Selection(np.concatenate([scene.asked[chosen], more]), None, tuple(reasons))
