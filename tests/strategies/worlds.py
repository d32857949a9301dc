"""Pools and contexts that the tests of the strategies share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import FeatureKind, Features, Positions
from quandary.core.query import QueryContext

Ints = NDArray[np.intp]
NAMES = ("cat", "dog", "fox", "hen", "a class with a very long name", "owl")


class Told:
    """A learner that was told the probabilities of every item of the pool, (n, c)."""

    def __init__(self, proba: NDArray[Any]) -> None:
        self.proba = proba
        self.classes_ = np.arange(proba.shape[1])

    def fit(self, X: Any, y: Any) -> Told:
        return self

    def predict_proba(self, X: Any) -> NDArray[Any]:
        raise AssertionError("the pool's probabilities are known")

    def predict_pool(self, features: Features, positions: Positions) -> NDArray[Any]:
        return self.proba[positions]


def context(
    X: Any,
    labeled: Sequence[int] | Ints = (),
    y: Sequence[int] | Ints = (),
    *,
    classes: int = 3,
    learner: Any = None,
    seed: int = 0,
    candidates: Sequence[int] | Ints | None = None,
    kind: FeatureKind = "vectors",
) -> QueryContext:
    """What a strategy sees; candidates are all that is not labeled, unless given."""
    features = X if isinstance(X, Features) else Features(X, kind)
    known = np.asarray(labeled, dtype=np.intp)
    order = np.argsort(known)
    rest = (
        np.setdiff1d(np.arange(len(features)), known) if candidates is None else np.asarray(candidates, dtype=np.intp)
    )
    rng = np.random.default_rng(seed)
    codes = np.asarray(y, dtype=np.intp)[order]
    return QueryContext(rest, features, known[order], codes, NAMES[:classes], learner, rng)


def blobs(
    groups: int = 5, size: int = 20, dims: int = 4, seed: int = 0, apart: float = 50.0
) -> tuple[NDArray[np.float64], Ints]:
    """Tight groups far from each other, rows shuffled: X (groups * size, dims) and the group of each row."""
    rng = np.random.default_rng(seed)
    centers = rng.permutation(np.eye(max(groups, dims))[:groups, :] * apart)
    group = rng.permutation(np.repeat(np.arange(groups), size))
    return centers[group] + rng.standard_normal((len(group), centers.shape[1])), group


def dirichlet(count: int, classes: int = 3, seed: int = 0) -> NDArray[np.float64]:
    """Random class probabilities, (count, classes)."""
    return np.random.default_rng(seed).dirichlet(np.ones(classes) * 0.7, count)
