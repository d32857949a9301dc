"""The scale that a linear model sees the pool in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Features
from quandary.geometry.kinds import kind_of, sample

ROWS = 20_000  # enough for means and spreads; a pool of millions is not read for them


@dataclass(frozen=True)
class Scale:
    """``(x - shift) * factor`` has mean 0 (dense pools) and mean squared length 1; both (d,)."""

    shift: NDArray[np.float64]
    factor: NDArray[np.float64]

    def apply(self, rows: Any) -> Any:
        """The scaled rows: float64 array, or a sparse matrix where ``rows`` is sparse (never shifted)."""
        if hasattr(rows, "multiply"):
            return rows.multiply(self.factor).tocsr()
        return (np.asarray(rows, dtype=np.float64) - self.shift) * self.factor


def pool_scale(features: Features) -> Scale:
    """The scale of a pool: each column its own for tables, one for all columns otherwise."""
    return features.derived("scale", lambda: _measure(features))


def _measure(features: Features) -> Scale:
    rows = features[sample(len(features), ROWS)]
    mean, variance = _moments(rows)
    kept = variance > 1e-20 * mean**2  # else rounding of a constant
    spread = np.sqrt(np.where(kept, variance, 1.0)) if kind_of(features) == "table" else np.ones_like(mean)
    if features.sparse:  # shifting would fill the zeros
        squares, mean = variance + mean**2, np.zeros_like(mean)
    else:
        squares = variance
    length = np.sqrt((squares / spread**2)[kept].sum()) if kept.any() else 1.0
    return Scale(mean, np.where(kept, 1.0 / (spread * length), 0.0))


def _moments(rows: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if hasattr(rows, "multiply"):
        mean = np.asarray(rows.mean(axis=0), dtype=np.float64).ravel()
        square = np.asarray(rows.multiply(rows).mean(axis=0), dtype=np.float64).ravel()
        return mean, np.maximum(square - mean**2, 0.0)
    dense = np.asarray(rows)
    return dense.mean(axis=0, dtype=np.float64), dense.var(axis=0, dtype=np.float64)
