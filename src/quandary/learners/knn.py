"""Nearest neighbors that choose their own number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from quandary.core.features import FeatureKind, Features, Positions
from quandary.core.registry import learners
from quandary.geometry.lens import squared_distances
from quandary.geometry.pool import pool_view
from quandary.geometry.views import NO_RANKS, View
from quandary.learners.members import log_loss, prior

Array = NDArray[np.float64]
TRIED = (1, 2, 3, 5, 8, 13, 21, 34, 55)
BELIEF = 0.3  # labels that the class shares count as
BLOCK = 1_024


@learners("knn")
class NearestNeighbors(ClassifierMixin, BaseEstimator):
    """The labels of the nearest neighbors, nearer ones counting more, on the scale of the pool.

    Cover and Hart 1967 (IEEE Trans. Information Theory 13); weights fall with the distance relative to that of
    the farthest neighbor (Dudani 1976). Neighbors at equal distance count alike, however many.

    n_neighbors  how many; None: the number under which each label is likeliest given the others
    kind         what the features are, where ``fit`` gets them without a pool: see ``Features``

    After fitting: ``n_neighbors_`` the number used.
    """

    def __init__(self, n_neighbors: int | None = None, kind: FeatureKind = "vectors") -> None:
        self.n_neighbors = n_neighbors
        self.kind = kind

    def fit(self, X: Any, y: Any) -> NearestNeighbors:
        """Remember rows ``X`` (n, d), dense or sparse, and class codes ``y`` (n,); they are the pool as well."""
        features = Features(X if hasattr(X, "tocsr") else np.asarray(X), self.kind)
        return self.fit_pool(features, np.arange(len(features)), y)

    def fit_pool(self, features: Features, labeled: Positions, y: Any) -> NearestNeighbors:
        """Remember the rows at ``labeled`` (l,) and their class codes; the pool sets the scale."""
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self.n_features_in_ = features.shape[1]
        self.view_: View = replace(pool_view(features), ranked=NO_RANKS[0], kept=NO_RANKS[1])
        self.values_ = self.view_.values(features[labeled])
        self.targets_ = np.eye(len(self.classes_))[codes]
        self.n_neighbors_ = min(self.n_neighbors or self._likeliest(codes), len(codes))
        return self

    def predict_proba(self, X: Any) -> Array:
        """Class probabilities of rows ``X``, (n, c), rows sum to 1."""
        check_is_fitted(self)
        rows = X if hasattr(X, "tocsr") else np.asarray(X)
        out = np.empty((rows.shape[0], len(self.classes_)))
        for start in range(0, len(out), BLOCK):
            where = slice(start, start + BLOCK)
            apart = squared_distances(self.view_.values(rows[where]), self.values_)
            out[where] = self._shares(apart, [self.n_neighbors_])[0]
        return out

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each row, (n,)."""
        best: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return best

    def _likeliest(self, codes: NDArray[np.intp]) -> int:
        """The number of neighbors of the least leave-one-out loss."""
        tried = [k for k in TRIED if k < len(codes)] or [1]
        losses = np.zeros(len(tried))
        for start in range(0, len(codes), BLOCK):
            some = np.arange(start, min(start + BLOCK, len(codes)))
            apart = squared_distances(self.values_[some], self.values_)
            apart[some - start, some] = np.inf
            losses += [len(some) * log_loss(proba, codes[some]) for proba in self._shares(apart, tried)]
        return tried[int(losses.argmin())]

    def _shares(self, apart: NDArray[Any], counts: list[int]) -> list[Array]:
        """Class probabilities from squared distances (n, l), for each number of neighbors."""
        most = min(max(counts), apart.shape[1])
        nearest = np.sort(np.partition(apart, most - 1, axis=1)[:, :most], axis=1)
        return [self._weighted(apart, nearest[:, min(k, most) - 1, None]) for k in counts]

    def _weighted(self, apart: NDArray[Any], reach: NDArray[Any]) -> Array:
        near = apart <= reach * (1 + 1e-5) + 1e-9  # up to rounding: ties count alike
        with np.errstate(invalid="ignore"):  # the label that is left out is infinitely far
            weights = np.where(near & np.isfinite(apart), np.exp(-apart / (reach + 1e-9)), 0.0)
        mass = weights @ self.targets_ + BELIEF * np.exp(-1.0) * prior(self.targets_)
        proba: Array = mass / mass.sum(axis=1, keepdims=True)
        return proba
