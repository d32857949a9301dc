"""The labels so far, as the arrays that quality is computed from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import Floats
from quandary.core.state import State

Codes = NDArray[np.intp]
Predictor = Callable[[Positions], Floats]  # positions -> probabilities of all classes, (k, classes)
Fit = Callable[[Positions, Codes], Predictor]  # positions and their class codes -> what predicts after learning them


@dataclass(frozen=True)
class Labels:
    """Labels by item.

    positions  (l,) rows of the pool that have a label
    y          (l,) their class codes 0..classes-1
    audit      (l,) whether a random check asked for it
    turn       (l,) when it was answered; only the order counts
    classes    number of classes
    """

    positions: Positions
    y: Codes
    audit: NDArray[np.bool_]
    turn: NDArray[np.integer[Any]]
    classes: int

    @classmethod
    def of(cls, state: State) -> Labels:
        """The labels that stand in ``state``."""
        positions, y = state.labeled()
        return cls(positions, y, state.audit[positions], state.turn[positions], len(state.class_names()))

    def __len__(self) -> int:
        return len(self.positions)

    def counts(self) -> Codes:
        """Labels of each class, (classes,)."""
        return np.bincount(self.y, minlength=self.classes).astype(np.intp)

    def where(self, kept: Any) -> Labels:
        """The labels at the indices or mask ``kept``."""
        return Labels(self.positions[kept], self.y[kept], self.audit[kept], self.turn[kept], self.classes)

    def first(self, count: int) -> Labels:
        """The ``count`` labels answered first."""
        return self.where(np.sort(np.argsort(self.turn, kind="stable")[:count]))

    def audited(self, reserve: Positions) -> Codes:
        """Indices of the random checks, in the order of ``reserve``; those not in it come last."""
        checks = np.flatnonzero(self.audit)
        rank = {int(position): place for place, position in enumerate(reserve)}
        places = [rank.get(int(position), len(rank)) for position in self.positions[checks]]
        return checks[np.argsort(places, kind="stable")]

    def unasked(self, reserve: Positions) -> Positions:
        """Items of ``reserve`` without a label, in its order."""
        return reserve[~np.isin(reserve, self.positions)]
