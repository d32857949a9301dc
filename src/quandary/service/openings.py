"""Which items may be asked now, found without a walk over the pool."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from quandary.core.classes import GONE
from quandary.core.features import Positions
from quandary.core.state import LABELED, OPEN, SKIP_RETURNS_AFTER, SKIPPED, State

BLOCK = 4096
STREAM = 0xFA11  # keeps this draw apart from the strategies' own


def open_mask(state: State, positions: Positions) -> NDArray[np.bool_]:
    """Which of ``positions`` are among ``state.candidates()``; costs as much as they are many."""
    kind, value = state.kind[positions], state.value[positions]
    back = (kind == SKIPPED) & (state.rounds - state.turn[positions] >= SKIP_RETURNS_AFTER)
    lookup = np.append(state.classes.lookup(), GONE)  # the last entry answers for value -1
    mask: NDArray[np.bool_] = (kind == OPEN) | back | ((kind == LABELED) & (lookup[value] == GONE))
    return mask


def is_open(state: State, position: int) -> bool:
    """Whether one item may be asked now."""
    return bool(open_mask(state, np.array([position]))[0])


def by_lot(state: State, order: Positions) -> Iterator[int]:
    """Items that may be asked now, in the given order of the pool."""
    for start in range(0, len(order), BLOCK):
        block = order[start : start + BLOCK]
        yield from (int(p) for p in block[open_mask(state, block)])


def shuffled(size: int, seed: int) -> Positions:
    """The whole pool in an order drawn once, for when there is no ranking."""
    return np.random.default_rng([seed, STREAM]).permutation(size).astype(np.intp)
