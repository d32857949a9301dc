"""The space that distances are measured in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import QueryContext
from quandary.geometry.pool import pool_view

BLOCK = 8_192
Rows = NDArray[np.float32]


def rows_at(context: QueryContext, positions: Positions) -> Rows:
    """Items at ``positions`` as rows (k, e) whose Euclidean distance means something.

    What the learner makes of them where it has an ``embed``; else the features as the pool's own scale shows them.
    """
    if hasattr(context.learner, "embed"):
        return np.asarray(context.embed(positions), dtype=np.float32)
    return pool_view(context.features).values(context.features[positions])


def blocks(context: QueryContext, positions: Positions, size: int = BLOCK) -> Iterator[tuple[slice, Rows]]:
    """Yield ``(where, rows)`` over ``positions``, so that a large pool is never copied whole."""
    for start in range(0, len(positions), size):
        where = slice(start, min(start + size, len(positions)))
        yield where, rows_at(context, positions[where])
