"""A transformer that read many tables before yours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from quandary.core.errors import ConfigError, missing_extra
from quandary.core.registry import learners
from quandary.learners.weights import find_weights

VARIABLE, PURPOSE = "QUANDARY_TABPFN_MODEL", "the learner 'tabpfn'"


@learners("tabpfn")
class TabPFN(ClassifierMixin, BaseEstimator):
    """A transformer that was trained on made-up tables and reads the labels instead of being fitted: small tables.

    Hollmann et al. 2025 (TabPFN, Nature 637). Its weights are a file on this machine, which is never downloaded here;
    a fitted one keeps the rows with labels and the path, and needs both to predict. The weights say how many classes
    they can tell apart, mostly 10. Needs the extra ``tabpfn``.

    model_path    file with the weights (.ckpt); without it the environment variable QUANDARY_TABPFN_MODEL says it
    members       how often it reads the labels, each time with the columns in another order; the mean counts
    random_state  seed
    """

    needs = ("tabpfn", "tabpfn")
    demands = "weights in a file"

    def __init__(self, model_path: str = "", members: int = 4, random_state: int = 0) -> None:
        self.model_path = model_path
        self.members = members
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> TabPFN:
        """Take in rows ``X`` (n, d), dense or sparse, and class codes ``y`` (n,)."""
        self.path_ = find_weights(self.model_path, VARIABLE, PURPOSE, "a file with weights")
        self.rows_, self.codes_ = dense(X), np.asarray(y)
        self.classes_ = np.unique(self.codes_)
        self.n_features_in_ = self.rows_.shape[1]
        self._ready: Any = None
        if len(self.classes_) > 1:
            self._reader()
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Class probabilities of rows ``X``, (n, c), rows sum to 1."""
        check_is_fitted(self)
        if len(self.classes_) < 2 or X.shape[0] == 0:
            return np.ones((X.shape[0], len(self.classes_)))
        import torch

        reader = self._reader()
        with torch.random.fork_rng(devices=[]):
            said = np.asarray(reader.predict_proba(dense(X)), np.float64)
        return np.asarray(said / said.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each row, (n,)."""
        best: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return best

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_ready"}

    def _reader(self) -> Any:
        """The network with the labels before it."""
        if getattr(self, "_ready", None) is None:
            self._ready = self._read()
        return self._ready

    def _read(self) -> Any:
        try:
            import torch
            from tabpfn import TabPFNClassifier
        except ImportError as error:
            raise missing_extra("tabpfn", "tabpfn", PURPOSE) from error
        find_weights(self.path_, VARIABLE, PURPOSE, "a file with weights")  # else the package would fetch them
        network = TabPFNClassifier(
            model_path=self.path_,
            n_estimators=self.members,
            random_state=self.random_state,
            device="cpu",
            ignore_pretraining_limits=True,
        )
        try:
            with torch.random.fork_rng(devices=[]):
                return network.fit(self.rows_, self.codes_)
        except Exception as error:  # a file that holds no weights fails in many ways
            said = " ".join(str(error).split())[:200]
            raise ConfigError(
                f"{PURPOSE} cannot learn with {self.path_!r}: {said}; give other weights, or choose another learner"
            ) from error


def dense(X: Any) -> NDArray[np.float32]:
    """Rows as an array."""
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X, np.float32)
