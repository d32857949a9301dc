"""Ask models that have not seen an audit item about it, so that audit labels can train as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.quality.labels import Codes, Fit, Labels

FEWEST = 10  # audit items below which no number is given
MANY_FOLDS, FEW_FOLDS = 10, 5
MANY_FOLDS_UP_TO = 50  # audit items; with more of them, five folds lose little
LARGEST_REFERENCE = 2_000  # unlabeled items to compare with; more would only cost time


@dataclass(frozen=True)
class CrossFit:
    """Audit items, each seen by the model of the fold it was left out of.

    truth       (m,) class codes that were answered
    predicted   (m,) class codes that the model said
    confidence  (m,) top probability of the model
    fold        (m,) fold of each item
    reference   (r,) top probability on unlabeled items drawn like them, mean over the models
    """

    truth: Codes
    predicted: Codes
    confidence: NDArray[np.float64]
    fold: Codes
    reference: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def right(self) -> NDArray[np.float64]:
        """1.0 where the model said what was answered, (m,)."""
        return np.asarray(self.truth == self.predicted, float)


def folds(count: int) -> Codes:
    """Fold of each of ``count`` items in random order: an item keeps its fold while others join.

    >>> folds(12).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    """
    return np.arange(count) % (MANY_FOLDS if count <= MANY_FOLDS_UP_TO else FEW_FOLDS)


def cross_fit(labels: Labels, reserve: Positions, fit: Fit) -> CrossFit:
    """Fit once for each fold of the audit items, on all other labels.

    ``reserve`` holds the positions set aside for random checks, in the order they are asked; what of it has
    no label yet serves as reference. Costs five to ten fits; none below 10 audit items, where all is empty.
    """
    checks, rest = labels.audited(reserve), labels.unasked(reserve)[:LARGEST_REFERENCE]
    if len(checks) < FEWEST:
        checks, rest = checks[:0], rest[:0]
    fold = folds(len(checks))
    predicted, confidence = np.zeros(len(checks), np.intp), np.zeros(len(checks))
    reference = np.zeros(len(rest))
    for k in np.unique(fold):
        left_out = checks[fold == k]
        seen = labels.where(np.delete(np.arange(len(labels)), left_out))
        predict = fit(seen.positions, seen.y)
        proba = predict(labels.positions[left_out])
        predicted[fold == k], confidence[fold == k] = proba.argmax(1), proba.max(1)
        reference += predict(rest).max(1) / len(np.unique(fold))
    return CrossFit(labels.y[checks], predicted, confidence, fold, reference)
