"""What several logistic regressions vote for, in one matrix product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Features, Positions
from quandary.core.query import Floats

Scores = Callable[[Positions], Floats]


def linear_scores(models: Sequence[Any], features: Features, classes: int) -> Scores | None:
    """What gives scores (m, n, c), each model's highest where its likeliest class is; None for other models.

    Only which is highest means something: a class that a model has not seen has -inf.
    """
    from sklearn.linear_model import LogisticRegression

    if not all(isinstance(model, LogisticRegression) for model in models):
        return None
    parts = [_weights(model, classes) for model in models]
    coef = np.concatenate([coef for coef, _ in parts], axis=1)
    intercept = np.concatenate([intercept for _, intercept in parts])

    def scores(positions: Positions) -> Floats:
        out = np.empty((len(positions), len(intercept)), coef.dtype)
        for where, rows, kept in features.runs(positions):
            out[where] = np.asarray(rows @ coef)[kept]
        out += intercept
        return out.reshape(len(positions), len(models), classes).swapaxes(0, 1)

    return scores


def _weights(model: Any, classes: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Coefficients (d, c) and intercepts (c,) of all classes."""
    seen = np.asarray(model.classes_, np.intp)
    coef, intercept = model.coef_, np.broadcast_to(model.intercept_, len(model.coef_))
    if len(coef) < len(seen):  # of two classes only the second has weights
        coef, intercept = np.vstack([np.zeros_like(coef), coef]), np.append(0.0, intercept)
    whole = np.zeros((coef.shape[1], classes), coef.dtype)
    whole[:, seen] = coef.T
    start = np.full(classes, -np.inf, coef.dtype)
    start[seen] = intercept
    return whole, start
