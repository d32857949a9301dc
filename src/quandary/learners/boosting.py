"""Boosted trees for few labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from quandary.core.errors import ConfigError, missing_extra
from quandary.core.registry import learners
from quandary.learners.folds import row_weights

Array = NDArray[np.float64]
MOST_TREES = 2_000  # of all classes together
SHARE = 0.6  # of the columns that a tree may use


@learners("boosting")
class Boosting(ClassifierMixin, BaseEstimator):
    """Gradient-boosted trees (LightGBM), small ones since labels are few: for tables whose columns act together.

    Ke et al. 2017 (NeurIPS 30). One thread and a fixed seed: the same labels always give the same model. Needs the
    extra ``boosting``.

    n_estimators   rounds, each one tree a class; fewer where classes are many
    learning_rate  what each tree counts
    num_leaves     most leaves of a tree
    min_in_leaf    fewest labels in a leaf; None: 1 at few labels, rising to 5 at a hundred
    class_weight   None: every label counts the same; "balanced": every class does
    random_state   seed
    """

    needs = ("lightgbm", "boosting")

    def __init__(
        self,
        n_estimators: int = 100,
        learning_rate: float = 0.1,
        num_leaves: int = 4,
        min_in_leaf: int | None = None,
        class_weight: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_in_leaf = min_in_leaf
        self.class_weight = class_weight
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Boosting:
        """Fit to rows ``X`` (n, d), dense or sparse, and class codes ``y`` (n,)."""
        rows = _rows(X)
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self.n_features_in_ = rows.shape[1]
        self.trees_ = ""
        self._booster: Any = None
        if len(self.classes_) > 1:
            lightgbm = _lightgbm()
            weights = row_weights(codes, self.class_weight)
            data = lightgbm.Dataset(rows, codes, weight=weights, params=self._settings(len(codes)))
            rounds = max(10, min(self.n_estimators, MOST_TREES // len(self.classes_)))
            # As text, which can be saved without running anything when it is opened.
            self.trees_ = lightgbm.train(self._settings(len(codes)), data, rounds).model_to_string()
        return self

    def predict_proba(self, X: Any) -> Array:
        """Class probabilities of rows ``X``, (n, c), rows sum to 1."""
        check_is_fitted(self)
        rows = _rows(X)
        if not self.trees_:
            return np.ones((rows.shape[0], 1))
        if getattr(self, "_booster", None) is None:
            self._booster = _lightgbm().Booster(model_str=self.trees_)
        return np.asarray(self._booster.predict(rows, num_threads=1), np.float64)

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each row, (n,)."""
        best: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return best

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_booster"}

    def _settings(self, count: int) -> dict[str, Any]:
        leaf = self.min_in_leaf or max(1, min(5, count // 20))
        return {
            "objective": "multiclass",
            "num_class": len(self.classes_),
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": leaf,
            "min_data_in_bin": 1,  # with few labels the default would merge what differs
            "feature_pre_filter": False,
            "feature_fraction": SHARE,
            "lambda_l2": 1.0,
            "seed": self.random_state,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }


def _lightgbm() -> Any:
    try:
        import lightgbm
    except ImportError as error:
        raise missing_extra("lightgbm", "boosting", "the learner 'boosting'") from error
    except OSError as error:
        raise ConfigError(
            f"LightGBM lacks a library of the system ({error}); on Debian: apt install libgomp1"
        ) from error
    return lightgbm


def _rows(X: Any) -> Any:
    return X.tocsr() if hasattr(X, "tocsr") else np.asarray(X)
