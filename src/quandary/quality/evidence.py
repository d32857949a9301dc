"""What a stopping criterion may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from quandary.core.features import Positions
from quandary.core.query import Floats
from quandary.core.verdicts import Estimate
from quandary.quality.history import Point
from quandary.quality.labels import Codes, Fit, Labels


@dataclass(frozen=True)
class Evidence:
    """A project at one moment, as far as stopping is concerned.

    counts    (classes,) labels of each class
    proba     (r, classes) what the model says of unlabeled items drawn like the pool
    earlier   labels -> (r,) class codes that the model of that many labels said of the same items
    estimate  accuracy, or None while not known
    history   earlier estimates, oldest first, including this one
    """

    counts: Codes
    proba: Floats
    earlier: Mapping[int, Codes] = field(default_factory=dict)
    estimate: Estimate | None = None
    history: tuple[Point, ...] = ()

    @property
    def labels(self) -> int:
        """Labels so far."""
        return int(self.counts.sum())

    def changed(self, before: int, after: int | None = None) -> float | None:
        """Share of the items on which the models of ``before`` and ``after`` (None: now) differ."""
        old = self.earlier.get(before)
        new = self.proba.argmax(1) if after is None else self.earlier.get(after)
        return None if old is None or new is None or not len(old) else float((old != new).mean())


def look_back(labels: Labels, items: Positions, moments: set[int], fit: Fit) -> dict[int, Codes]:
    """What the models of the first ``moments`` labels say of ``items``, learned anew from the labels of today.

    So the advice is a function of the log alone, and a corrected answer corrects the past as well.
    """
    past: dict[int, Codes] = {}
    for moment in sorted(m for m in moments if 0 < m < len(labels)):
        first = labels.first(moment)
        past[moment] = np.asarray(fit(first.positions, first.y)(items).argmax(1), dtype=np.intp)
    return past
