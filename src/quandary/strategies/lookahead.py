"""One-step lookahead of a Gaussian process: what would a label here settle elsewhere?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from quandary.core.query import Floats
from quandary.geometry.lens import Items, mixed
from quandary.geometry.pool import Geometry

Array = NDArray[np.float64]
BASE = ("rbf0.3", "rbf1", "graph", "lap0.5")  # the kernels while nothing is known


@dataclass
class Lookahead:
    """Covariances after the labels given so far; ``run`` uses them up.

    cov    (c, t) between candidates and targets      between  (c, c) among candidates
    noise  (c,) variance of a label there             pull     (t,) how much a target counts
    """

    cov: Array
    between: Array
    noise: Array
    pull: Array

    def __post_init__(self) -> None:
        self.start: Array = np.maximum(np.diag(self.between), 1e-9).copy()
        self.hoped: set[int] = set()  # candidates that were taken for their hope
        # The share of targets that a label would move by more than half of its own uncertainty.
        self.stands_for: Array = (self.cov > 0.5 * self.start[:, None]).mean(axis=1)

    def run(self, count: int, squared: bool, hopes: Floats | None = None, turn: int = 0) -> list[int]:
        """The ``count`` best candidates, each chosen as if those before it had their label.

        Turns alternate, beginning with ``turn``: absolute shift on even ones and squared on odd ones; with
        ``squared`` always that; with ``hopes`` (c,) the most hopeful candidate on odd ones.
        """
        taken: list[int] = []
        for now in range(turn, turn + count):
            hoping = hopes is not None and now % 2 == 1
            gain = np.array(hopes) if hoping else self._gain(squared or now % 2 == 1)
            gain[taken] = -1.0
            best = int(significant(gain).argmax())
            taken.append(best)
            if hoping:
                self.hoped.add(best)
            self._assume(best)
        return taken

    def _gain(self, squared: bool) -> Array:
        """The expected shift of the targets, absolute or squared, weighted by their pull; (c,)."""
        variance = np.maximum(np.diag(self.between), 1e-9) + self.noise
        moved = np.maximum(self.cov, 0.0)
        if squared:
            moved *= moved
            return np.asarray(moved @ self.pull / variance)
        return np.asarray(moved @ self.pull / np.sqrt(variance))

    def _assume(self, best: int) -> None:
        row = self.between[best] / (self.between[best, best] + self.noise[best])
        self.cov -= row[:, None] * self.cov[best]
        self.between -= row[:, None] * self.between[best]


def condition(
    geometry: Geometry,
    weights: Mapping[str, float],
    asked: Items,
    aimed: Items,
    known: Items | None,
    ridge: float,
    noise: Array,
    pull: Array,
) -> Lookahead:
    """The lookahead from ``asked`` candidates to ``aimed`` targets, given labels at ``known`` items."""

    def kernel(a: Items, b: Items) -> Array:
        return mixed(geometry.kernels(weights, a, b), weights)

    cov, between = kernel(asked, aimed), kernel(asked, asked)
    if known is not None:
        system = kernel(known, known)
        system[np.diag_indices_from(system)] += ridge
        lower = cholesky(system, lower=True)
        to_asked = solve_triangular(lower, kernel(known, asked), lower=True)
        cov -= to_asked.T @ solve_triangular(lower, kernel(known, aimed), lower=True)
        between -= to_asked.T @ to_asked
    return Lookahead(cov, between, noise, pull)


def mixture(learner: Any, geometry: Geometry, labels: int) -> dict[str, float]:
    """Weights of the kernels, sum 1: the learner's own as labels come in, at first (or without any) equal ones."""
    names = geometry.lens.names()
    base = [name for name in BASE if name in names]
    mix = dict.fromkeys(base, 1.0 / len(base))
    told = {name: w for name, w in getattr(learner, "kernel_weights_", {}).items() if name in names}
    total = sum(told.values())
    if total > 0.05:
        trust = labels / (labels + 20.0)
        mix = {n: (1 - trust) * mix.get(n, 0.0) + trust * told.get(n, 0.0) / total for n in names}
    mix = {name: weight for name, weight in mix.items() if weight > 0.02}
    return {name: weight / sum(mix.values()) for name, weight in mix.items()}


def significant(values: Array, digits: int = 7) -> Array:
    """Values rounded to ``digits`` significant ones, so that rounding errors never break a tie.

    >>> significant(np.array([0.123456789, 1234.56789])).tolist()
    [0.1234568, 1234.568]
    """
    size = 10.0 ** (digits - 1 - np.floor(np.log10(np.maximum(np.abs(values), 1e-300))))
    return np.asarray(np.round(values * size) / size)
