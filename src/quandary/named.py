"""A fitted learner that speaks class names instead of codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from quandary.core.features import Features
from quandary.core.query import predict_proba


class NamedClassifier(ClassifierMixin, BaseEstimator):
    """What a project learned, as a scikit-learn classifier over class names.

    learner    fitted on class codes
    names      (c,) name of each code; also the columns of ``predict_proba``
    extractor  fitted transformer from raw rows to numbers; None where rows are numbers
    """

    def __init__(self, learner: Any, names: Sequence[Any], extractor: Any = None) -> None:
        self.learner = learner
        self.names = names
        self.extractor = extractor

    @property
    def classes_(self) -> NDArray[Any]:
        return np.array(list(self.names))

    def fit(self, X: Any, y: Any) -> NamedClassifier:
        """Fit the learner again, on other rows and class names."""
        code = {name: i for i, name in enumerate(self.names)}
        self.learner.fit(self._encode(X), np.array([code[name] for name in y]))
        return self

    def predict_proba(self, X: Any) -> NDArray[np.floating[Any]]:
        """Probability of each class, (n, c), rows sum to 1."""
        rows = Features(self._encode(X))
        return predict_proba(_Plain(self.learner), rows, np.arange(len(rows)), len(self.names))

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each row, by name, (n,)."""
        picked: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return picked

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _encode(self, X: Any) -> Any:
        rows = X if self.extractor is None else self.extractor.transform(X)
        return rows if hasattr(rows, "tocsr") else np.asarray(rows)


class _Plain:
    """A learner seen without its shortcut for rows of its own pool: these rows are new."""

    def __init__(self, learner: Any) -> None:
        self.classes_ = learner.classes_
        self.predict_proba = learner.predict_proba
