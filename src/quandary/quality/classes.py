"""How much of the pool is of each class, and how well each class is recognized."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.verdicts import Estimate
from quandary.quality.crossfit import FEWEST
from quandary.quality.intervals import clipped, corrected, wilson
from quandary.quality.labels import Codes

FEWEST_OF_A_CLASS = 5  # audit items of a class below which its recall or precision is not known yet
SHARE_METHOD = "predicted share, corrected by random checks; Wilson interval"
PLAIN_METHOD = "random checks; Wilson interval"


@dataclass(frozen=True, slots=True)
class ClassQuality:
    """One class: its share of the pool, and how much of it is found (recall) and rightly named (precision).

    Each is None while too few random checks speak of it.
    """

    share: Estimate | None
    recall: Estimate | None
    precision: Estimate | None


def class_qualities(truth: Codes, predicted: Codes, elsewhere: Codes, classes: int) -> tuple[ClassQuality, ...]:
    """The quality of each class, (classes,).

    truth, predicted  (m,) class codes of the audit items, as answered and as cross-fitted
    elsewhere         (r,) class codes that the model says of unlabeled items drawn like them
    """
    return tuple(
        ClassQuality(
            class_share(truth == code, predicted == code, elsewhere == code),
            _rate(predicted[truth == code] == code),
            _rate(truth[predicted == code] == code),
        )
        for code in range(classes)
    )


def class_share(is_class: NDArray[np.bool_], said: NDArray[np.bool_], elsewhere: NDArray[np.bool_]) -> Estimate | None:
    """Share of the pool that is of one class; None below 10 audit items.

    The share that the model says, plus what it says wrong on audit items. Without ``elsewhere`` the share
    of the audit items themselves.
    """
    m = len(is_class)
    if m < FEWEST:
        return None
    if not len(elsewhere):
        return _rate(is_class)
    off = is_class.astype(float) - said
    raw = float(elsewhere.mean() + off.mean())
    value = clipped(raw, m)
    variance = (float((off**2).sum()) + 1) / (m + 2) - float(off.mean()) ** 2
    # Few errors seen are no proof of few errors: the size is held between half and four times the count.
    size = min(m * max(value * (1 - value) / max(variance, 1e-3), 0.5), 4 * m)
    return Estimate(*corrected(raw, m, size), m, SHARE_METHOD)


def _rate(hits: NDArray[np.bool_]) -> Estimate | None:
    if len(hits) < FEWEST_OF_A_CLASS:
        return None
    value = float(hits.mean())
    return Estimate(value, *wilson(value, len(hits)), len(hits), PLAIN_METHOD)
