"""Small worlds with a known truth, shared by the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from quandary.core.features import Positions
from quandary.core.query import Floats
from quandary.quality.labels import Codes, Labels, Predictor


@dataclass(frozen=True)
class World:
    """Clouds of points, one a class."""

    X: NDArray[np.float64]
    y: Codes

    @classmethod
    def clouds(cls, seed: int, size: int = 2_000, classes: int = 3, apart: float = 0.8) -> World:
        """``size`` points of equally common classes in 8 dimensions."""
        rng = np.random.default_rng(seed)
        y = rng.integers(0, classes, size)
        centers = rng.normal(size=(classes, 8)) * apart
        return cls(centers[y] + rng.normal(size=(size, 8)), y)

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.y.max()) + 1

    def fit(self, positions: Positions, y: Codes) -> Predictor:
        """Ridge regression on the class indicators, as probabilities."""
        A = self._with_one(positions)
        targets = 2 * np.eye(self.classes)[y] - 1
        weights = np.linalg.solve(A.T @ A + 3 * np.eye(A.shape[1]), A.T @ targets)

        def predict(items: Positions) -> Floats:
            return np.asarray(softmax(2.5 * (self._with_one(items) @ weights), axis=1))

        return predict

    def labels(self, active: int, checks: int) -> tuple[Labels, Positions]:
        """The first items labeled, then random checks among the next half of the world, and that half."""
        reserve = np.arange(active, active + (len(self.y) - active) // 2)
        positions = np.arange(active + checks)
        labels = Labels(positions, self.y[positions], positions >= active, positions, self.classes)
        return labels, reserve

    def _with_one(self, positions: Positions) -> NDArray[np.float64]:
        return np.column_stack([self.X[positions], np.ones(len(positions))])


@dataclass
class Spy:
    """Remembers what was learned and asked."""

    inner: Callable[[Positions, Codes], Predictor]
    learned: list[Positions]
    asked: list[Positions]

    @classmethod
    def of(cls, world: World) -> Spy:
        return cls(world.fit, [], [])

    def __call__(self, positions: Positions, y: Codes) -> Predictor:
        self.learned.append(positions)
        predict = self.inner(positions, y)

        def asking(items: Positions) -> Floats:
            self.asked.append(items)
            return predict(items)

        return asking
