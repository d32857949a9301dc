"""Kernel regression that looks harder at the columns which tell the classes apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from quandary.geometry.kinds import sample
from quandary.geometry.lens import Floats32, squared_distances
from quandary.learners.members import Array, Fitted, KernelRidge, fit_ridge, log_loss, prior

MOST = 600  # labels that it is fitted on; with more, a fixed random part of them


@dataclass(frozen=True)
class Shape:
    """How distances become similarity.

    metric  of ``scipy.spatial.distance.cdist``
    least   share of the spread that a column counts for even if it tells nothing
    power   how strongly what a column tells makes it count
    width   of the kernel, in units of the median distance between labeled items
    """

    metric: Literal["sqeuclidean", "cityblock"]
    least: float
    power: float
    width: float


VALUES = Shape("sqeuclidean", 0.05, 0.5, 1.0)
RANKS = Shape("cityblock", 0.02, 1.0, 2.0)


@dataclass(frozen=True)
class Relevant:
    """A kernel regression over weighted columns.

    rows (l, d) that it was fitted on, already weighted; ``scale`` (d,) weighs others; ``width`` of the kernel
    """

    ridge: KernelRidge
    shape: Shape
    rows: Floats32
    scale: Floats32
    width: float

    def proba(self, rows: NDArray[Any]) -> Array:
        """Class probabilities of ``rows`` (n, d), (n, c)."""
        kernel = np.exp(_apart(rows * self.scale, self.rows, self.shape) / np.float32(-self.width))
        return self.ridge.proba(kernel @ self.ridge.coef.astype(np.float32))


def explained(rows: NDArray[Any], targets: Array) -> Array:
    """The share of each column's spread that the classes explain, less what chance would explain, (d,), 0 to 1.

    ``rows`` (n, d), ``targets`` (n, c) one-hot. The adjusted squared correlation ratio (Fisher 1925).

    >>> explained(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.eye(2)[[0, 0, 1, 1]]).tolist()
    [1.0, 0.0]
    """
    count, classes = len(targets), int(targets.any(axis=0).sum())
    centered = rows - rows.mean(axis=0)
    whole = (centered**2).sum(axis=0)
    sums = targets.T @ centered
    between = (sums**2 / np.maximum(targets.sum(axis=0), 1.0)[:, None]).sum(axis=0)
    share = np.divide(between, whole, out=np.zeros_like(whole), where=whole > 1e-12)
    chance = min(0.99, (classes - 1) / max(count - 1, 1))
    return np.asarray(np.clip((share - chance) / (1.0 - chance), 0.0, 1.0))


def fit_relevant(rows: NDArray[Any], targets: Array, codes: NDArray[np.intp], shape: Shape) -> Fitted:
    """Fit with out-of-fold probabilities (4 folds, 2 from 30 classes on): the weights have seen the labels too.

    ``rows`` (l, d), ``targets`` (l, c) one-hot, ``codes`` (l,).
    """
    used = sample(len(codes), MOST)
    full = _fit(rows[used], targets[used], codes[used], shape)
    held_out = full.proba(rows)
    folds = 4 if targets.shape[1] < 30 else 2
    fold = np.random.default_rng(len(used)).permutation(len(used)) % folds
    for j in range(folds):
        out, kept = used[fold == j], used[fold != j]
        if len(out) and len(np.unique(codes[kept])) > 1:
            held_out[out] = _fit(rows[kept], targets[kept], codes[kept], shape).proba(rows[out])
        else:
            held_out[out] = prior(targets)
    held_out = 0.97 * held_out + 0.03 * prior(targets)
    return Fitted(full, held_out, log_loss(held_out, codes))


def _fit(rows: NDArray[Any], targets: Array, codes: NDArray[np.intp], shape: Shape) -> Relevant:
    weights = (explained(rows, targets) + shape.least) ** shape.power
    weights /= weights.mean()
    scale = (np.sqrt(weights) if shape.metric == "sqeuclidean" else weights).astype(np.float32)
    seen = (rows * scale).astype(np.float32)
    apart = _apart(seen, seen, shape).astype(np.float64)
    np.fill_diagonal(apart, 0.0)
    positive = apart[apart > 1e-6]
    width = shape.width * (float(np.median(positive)) if len(positive) else 1.0)
    ridge = fit_ridge(np.exp(apart / -width), targets, codes).model
    return Relevant(ridge, shape, seen, scale, width)


def _apart(a: NDArray[Any], b: Floats32, shape: Shape) -> Floats32:
    if shape.metric == "sqeuclidean":
        apart: Floats32 = squared_distances(a.astype(np.float32, copy=False), b)
        return apart
    return np.asarray(cdist(a, b, shape.metric), np.float32)
