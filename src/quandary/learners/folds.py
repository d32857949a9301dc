"""What learners that hold other learners share: fits by name, and probabilities of labels held out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import ConfigError
from quandary.core.features import Features, Positions
from quandary.core.query import predict_proba
from quandary.core.registry import learners

Codes = NDArray[np.intp]
Array = NDArray[np.float64]
TRUST = 0.99  # a held-out guess counts this much; what is left is shared, so that no label is impossible


def row_weights(codes: Codes, class_weight: str | None) -> Array:
    """The weight of each label, (n,), mean 1: equal, or for ``"balanced"`` such that all classes weigh the same.

    >>> row_weights(np.array([0, 0, 0, 1]), "balanced").round(2).tolist()
    [0.67, 0.67, 0.67, 2.0]
    """
    if class_weight is None:
        return np.ones(len(codes))
    if class_weight != "balanced":
        raise ConfigError(f"class_weight must be None or 'balanced', got {class_weight!r}")
    counts = np.bincount(codes)
    weights: Array = len(codes) / (np.count_nonzero(counts) * counts[codes])
    return weights


def fit_named(name: str, features: Features, labeled: Positions, codes: Codes) -> Any:
    """The learner called ``name``, fitted on the labels."""
    model = learners.make(name)
    if hasattr(model, "fit_pool"):
        return model.fit_pool(features, labeled, codes)
    return model.fit(features[labeled], codes)


def deal(codes: Codes, folds: int) -> Codes:
    """The fold of each label, (n,): drawn at random, every class spread over all of them."""
    order = np.random.default_rng(len(codes)).permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    fold = np.empty(len(codes), np.intp)
    fold[order] = np.arange(len(codes)) % folds
    return fold


def held_out(name: str, features: Features, labeled: Positions, codes: Codes, folds: int = 5) -> Array:
    """Probabilities of the labels by models that have not seen them, (l, c), rows sum to 1."""
    classes = int(codes.max()) + 1
    shares = (np.bincount(codes, minlength=classes) + 0.5) / (len(codes) + 0.5 * classes)
    found, fold = np.tile(shares, (len(codes), 1)), deal(codes, folds)
    for j in range(folds):
        out = fold == j
        if out.any() and len(np.unique(codes[~out])) > 1:
            model = fit_named(name, features, labeled[~out], codes[~out])
            proba = predict_proba(model, features, labeled[out], classes)
            found[out] = TRUST * proba + (1 - TRUST) * shares
    return found


def class_weights(codes: NDArray[np.intp], class_weight: str | None) -> list[float]:
    """The weight of a label of each class, in the order of the codes 0 to c - 1, all of which are there.

    >>> class_weights(np.array([0, 0, 0, 1]), None)
    [1.0, 1.0]
    """
    counted = row_weights(codes, class_weight)
    return [float(counted[codes == code][0]) for code in range(int(codes.max()) + 1)]
