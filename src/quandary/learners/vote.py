"""A vote of learners that are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from quandary.core.errors import ConfigError
from quandary.core.features import Features, Positions
from quandary.core.query import predict_proba
from quandary.core.registry import learners
from quandary.learners.folds import fit_named, held_out
from quandary.learners.members import log_loss, stack

Array = NDArray[np.float64]


@learners("vote")
class Vote(ClassifierMixin, BaseEstimator):
    """A vote of any learners, each weighted by how well it predicts labels that it has not seen.

    Wolpert 1992 (stacked generalization) with weights that sum to 1: half by expectation maximization of the
    mixture, half by the exponential of the mean losses. A learner of weight below 1 % is left out.

    members  names of learners
    folds    of the cross-validation that weighs them

    After fitting: ``weights_`` by name.
    """

    def __init__(self, members: Sequence[str] = ("logistic", "knn", "forest"), folds: int = 5) -> None:
        self.members = members
        self.folds = folds

    def fit(self, X: Any, y: Any) -> Vote:
        """Fit to rows ``X`` (n, d), dense or sparse, and class codes ``y`` (n,); they are the pool as well."""
        features = Features(X if hasattr(X, "tocsr") else np.asarray(X))
        return self.fit_pool(features, np.arange(len(features)), y)

    def fit_pool(self, features: Features, labeled: Positions, y: Any) -> Vote:
        """Fit to the rows at ``labeled`` (l,) and their class codes ``y`` (l,), within the whole pool."""
        self._check()
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self.n_features_in_ = features.shape[1]
        weights = self._weigh(features, labeled, codes) if len(self.classes_) > 1 else dict.fromkeys(self.members, 1.0)
        kept = {name: weight for name, weight in weights.items() if weight >= 0.01}
        total = sum(kept.values())
        self.weights_ = {name: weight / total for name, weight in kept.items()}
        self.models_ = {name: fit_named(name, features, labeled, codes) for name in kept}
        return self

    def predict_pool(self, features: Features, positions: Positions) -> Array:
        """Class probabilities of pool ``positions``, (k, c)."""
        return self._total(lambda model: predict_proba(model, features, positions, len(self.classes_)))

    def predict_proba(self, X: Any) -> Array:
        """Class probabilities of new rows ``X``, (n, c), rows sum to 1."""
        return self._total(lambda model: model.predict_proba(X))

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each row, (n,)."""
        best: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return best

    def _check(self) -> None:
        if isinstance(self.members, str) or not self.members or len(set(self.members)) < len(self.members):
            raise ConfigError(f"members must be different names of learners, at least one, got {self.members!r}")
        if self.folds < 2:
            raise ConfigError(f"folds must be at least 2, got {self.folds!r}")

    def _weigh(self, features: Features, labeled: Positions, codes: NDArray[np.intp]) -> dict[str, float]:
        proba = [held_out(name, features, labeled, codes, self.folds) for name in self.members]
        at_truth = np.array([each[np.arange(len(codes)), codes] for each in proba]).T
        weights = stack(at_truth, np.array([log_loss(each, codes) for each in proba]))
        return dict(zip(self.members, weights.tolist(), strict=True))

    def _total(self, says: Callable[[Any], Any]) -> Array:
        check_is_fitted(self)
        parts = [weight * np.asarray(says(self.models_[name])) for name, weight in self.weights_.items()]
        return np.asarray(np.sum(parts, axis=0))
