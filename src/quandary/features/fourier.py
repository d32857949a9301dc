"""Tables: waves over the columns, so that a straight line can say what is curved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from quandary.core.content import Content
from quandary.core.features import FeatureKind
from quandary.core.registry import extractors
from quandary.features.table import TableFeatures

Array = NDArray[np.float32]
PAIRS = 500  # rows whose distances say how wide the waves are


@extractors("fourier")
class FourierFeatures(TableFeatures):
    """The columns of a table and random waves over all of them: columns that act together show in a linear model

    Rahimi and Recht 2007 (random features for large-scale kernel machines): inner products of the waves are a
    Gaussian kernel, as wide as the median distance of rows.
    """

    kind: FeatureKind = "image"  # of one common scale: no column counts more than it should
    reads = "table"
    version = 1

    def __init__(
        self, columns: tuple[str, ...] = (), root: str = "", waves: int = 256, width: float = 1.0, seed: int = 0
    ) -> None:
        super().__init__(columns, root)
        self.waves = waves
        self.width = width
        self.seed = seed

    def fit(self, contents: Sequence[Content], y: Any = None) -> Self:
        """Understand each column, and draw the waves."""
        super().fit(contents)
        rows = super().transform(contents).astype(np.float64)
        rng = np.random.default_rng(self.seed)
        some = rows[rng.permutation(len(rows))[:PAIRS]]
        self.shift_, self.spread_ = some.mean(axis=0), np.where(some.std(axis=0) > 1e-9, some.std(axis=0), 1.0)
        scaled = self._scale(some)
        apart = np.linalg.norm(scaled - scaled[::-1], axis=1)
        reach = self.width * (float(np.median(apart)) or 1.0)
        self.turns_ = rng.standard_normal((rows.shape[1], self.waves)) / reach
        self.starts_ = rng.uniform(0, 2 * np.pi, self.waves)
        return self

    def transform(self, contents: Sequence[Content]) -> Array:
        """The columns, at mean squared length 1, and the waves, at length 1; shape (n, d + waves)."""
        scaled = self._scale(super().transform(contents).astype(np.float64))
        waves = np.sqrt(2.0 / self.waves) * np.cos(scaled @ self.turns_ + self.starts_)
        return np.concatenate([scaled / np.sqrt(scaled.shape[1]), waves], axis=1).astype(np.float32)

    def _scale(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.clip((rows - self.shift_) / self.spread_, -3, 3))
