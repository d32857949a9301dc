"""A learner whose probabilities are set right by one number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from quandary.core.errors import ConfigError
from quandary.core.features import Features, Positions
from quandary.core.query import predict_proba
from quandary.core.registry import learners
from quandary.learners.folds import fit_named, held_out
from quandary.learners.members import FLOOR, log_loss
from quandary.learners.softmax import softmax

Array = NDArray[np.float64]
MOST = np.log(20.0)  # of the temperature, hotter or colder


@learners("calibrated")
class Calibrated(ClassifierMixin, BaseEstimator):
    """Another learner whose probabilities mean what they say: of those at 0.8, 80 % are right.

    One temperature divides all log-probabilities; it is the one under which held-out labels are likeliest (Guo et
    al. 2017, On Calibration of Modern Neural Networks). The likeliest class of an item stays the same.

    learner  name of the learner
    folds    of the cross-validation that holds labels out

    After fitting: ``temperature_``, above 1 where the learner was too sure.
    """

    def __init__(self, learner: str = "logistic", folds: int = 5) -> None:
        self.learner = learner
        self.folds = folds

    def fit(self, X: Any, y: Any) -> Calibrated:
        """Fit to rows ``X`` (n, d), dense or sparse, and class codes ``y`` (n,)."""
        features = Features(X if hasattr(X, "tocsr") else np.asarray(X))
        return self.fit_pool(features, np.arange(len(features)), y)

    def fit_pool(self, features: Features, labeled: Positions, y: Any) -> Calibrated:
        """Fit to the rows at ``labeled`` (l,) and their class codes ``y`` (l,), within the whole pool."""
        if self.folds < 2:
            raise ConfigError(f"folds must be at least 2, got {self.folds!r}")
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self.n_features_in_ = features.shape[1]
        self.model_ = fit_named(self.learner, features, labeled, codes)
        self.temperature_ = 1.0
        if len(self.classes_) > 1 and len(codes) > self.folds:
            self.temperature_ = best_temperature(held_out(self.learner, features, labeled, codes, self.folds), codes)
        return self

    def predict_pool(self, features: Features, positions: Positions) -> Array:
        """Class probabilities of pool ``positions``, (k, c)."""
        check_is_fitted(self)
        return warmed(predict_proba(self.model_, features, positions, len(self.classes_)), self.temperature_)

    def predict_proba(self, X: Any) -> Array:
        """Class probabilities of new rows ``X``, (n, c), rows sum to 1."""
        check_is_fitted(self)
        return warmed(self.model_.predict_proba(X), self.temperature_)

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each row, (n,)."""
        best: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return best


def warmed(proba: NDArray[Any], temperature: float) -> Array:
    """``proba`` (n, c) at a temperature: above 1 nearer to equal, below 1 farther from it.

    >>> warmed(np.array([[0.9, 0.1]]), 2.0).round(2).tolist()
    [[0.75, 0.25]]
    """
    return softmax(np.log(np.maximum(np.asarray(proba, np.float64), FLOOR)) / temperature)


def best_temperature(proba: Array, codes: NDArray[np.intp]) -> float:
    """The temperature, 1/20 to 20, under which ``codes`` (n,) are likeliest given ``proba`` (n, c)."""
    found = minimize_scalar(
        lambda heat: log_loss(warmed(proba, float(np.exp(heat))), codes), bounds=(-MOST, MOST), method="bounded"
    )
    return float(np.exp(found.x))
