"""What kind of numbers an unknown matrix holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import FeatureKind, Features, Positions

SAMPLE = 3_000
STREAM = 0x6E0  # one fixed draw a pool size, so that a pool always has the same geometry


def sample(size: int, count: int = SAMPLE) -> Positions:
    """Up to ``count`` positions of a pool of ``size``, ascending; the same at every call."""
    if size <= count:
        return np.arange(size)
    return np.sort(np.random.default_rng([STREAM, size]).permutation(size)[:count]).astype(np.intp)


def kind_of(features: Features) -> FeatureKind:
    """The kind of the features, guessed from a sample where it is not known."""
    if features.kind != "vectors":
        return features.kind
    return features.derived("kind", lambda: guess_kind(features))


def guess_kind(features: Features) -> FeatureKind:
    """What unknown vectors most likely are.

    Sparse rows and rows of length 1 are directions; columns that fill one common range are pixels, and very
    many of like spread what a network made of pictures: both share one scale. All else is a table.
    """
    if features.sparse:
        return "text"
    rows = features.dense(sample(len(features)))
    if _unit_length(rows):
        return "text"
    return "image" if _one_range(rows) or _like_spreads(rows) else "table"


def _unit_length(rows: NDArray[np.floating[Any]]) -> bool:
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    return bool(rows.shape[1] > 2 and (abs(lengths - 1.0) < 0.01).all())


def _one_range(rows: NDArray[np.floating[Any]]) -> bool:
    if rows.shape[1] < 32:
        return False
    low, high = rows.min(axis=0), rows.max(axis=0)
    wide = high - low > 0.6 * (high.max() - low.min())
    return bool(wide[high > low].mean() > 0.6) if (high > low).any() else False


def _like_spreads(rows: NDArray[np.floating[Any]]) -> bool:
    """Nobody keeps a table of a hundred columns of one unit."""
    spreads = rows.std(axis=0, dtype=np.float64)
    spreads = spreads[spreads > 0]
    if len(spreads) < 100:
        return False
    low, high = np.quantile(spreads, [0.1, 0.9])
    return bool(high <= 12 * low)
