"""How a model is scored on a test set, by the name of the metric."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, balanced_accuracy_score, f1_score, log_loss

from quandary.core.errors import ConfigError

Codes = NDArray[np.intp]
Proba = NDArray[np.floating[Any]]


def accuracy(y: Codes, proba: Proba) -> float:
    """Share of items whose likeliest class is right."""
    return float((proba.argmax(axis=1) == y).mean())


def balanced_accuracy(y: Codes, proba: Proba) -> float:
    """Mean over the classes of the share found."""
    return float(balanced_accuracy_score(y, proba.argmax(axis=1)))


def f1_macro(y: Codes, proba: Proba) -> float:
    """Mean over the classes of F1; a class never predicted counts zero."""
    return float(f1_score(y, proba.argmax(axis=1), average="macro", zero_division=0))


def average_precision(y: Codes, proba: Proba) -> float:
    """Area under precision and recall of the rarest class of the test set."""
    counts = np.bincount(y, minlength=proba.shape[1])
    rarest = int(np.where(counts > 0, counts, len(y) + 1).argmin())
    return float(average_precision_score(y == rarest, proba[:, rarest]))


def negative_log_loss(y: Codes, proba: Proba) -> float:
    """Mean log probability of the true class (higher is better), probabilities kept above 1e-6."""
    clipped = np.clip(proba, 1e-6, 1.0)
    clipped = clipped / clipped.sum(axis=1, keepdims=True)
    return -float(log_loss(y, clipped, labels=np.arange(proba.shape[1])))


METRICS: dict[str, Callable[[Codes, Proba], float]] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "f1_macro": f1_macro,
    "average_precision": average_precision,
    "neg_log_loss": negative_log_loss,
}


def metric_called(name: str) -> Callable[[Codes, Proba], float]:
    """The metric of that name; ``ConfigError`` lists the names there are.

    >>> metric_called("accuracy")(np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]]))
    0.5
    """
    if name not in METRICS:
        raise ConfigError(f"no metric called {name!r}. There are: {', '.join(METRICS)}")
    return METRICS[name]
