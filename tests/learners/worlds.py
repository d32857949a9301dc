"""Pools with classes that the tests of the learners share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def overlapping(
    count: int = 120, classes: int = 3, dims: int = 5, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Classes that overlap somewhat: X (count, dims) and y (count,), each class at least once."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(count) % classes)
    centers = rng.standard_normal((classes, dims)) * 1.5
    return centers[y] + rng.standard_normal((count, dims)), y
