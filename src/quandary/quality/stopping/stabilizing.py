"""Successive models agree."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from quandary.quality.evidence import Evidence
from quandary.quality.labels import Codes
from quandary.quality.stopping.criterion import Verdict


@dataclass(frozen=True)
class StabilizingPredictions:
    """Mean Cohen's kappa between the last ``window`` pairs of models, ``step`` labels apart, is high enough.

    M. Bloodgood, K. Vijay-Shanker, A method for stopping active learning based on stabilizing predictions,
    CoNLL 2009. On its own it stops too early where learning is slow and steady.
    """

    agreement: float = 0.99
    step: int = 10
    window: int = 3

    def moments(self, labels: int) -> tuple[int, ...]:
        """The last ``window`` steps back."""
        return tuple(labels - self.step * back for back in range(1, self.window + 1))

    def judge(self, evidence: Evidence) -> Verdict:
        """Mean agreement of neighbors."""
        models = [evidence.earlier.get(moment) for moment in reversed(self.moments(evidence.labels))]
        known = [model for model in models if model is not None]
        if len(known) < self.window or not len(evidence.proba):
            return Verdict(False, "There are too few models to compare yet.")
        known.append(np.asarray(evidence.proba.argmax(1), np.intp))
        mean = float(np.mean([kappa(a, b) for a, b in pairwise(known)]))
        return Verdict(mean >= self.agreement, f"Successive models agree with kappa {mean:.3f}.")


def kappa(a: Codes, b: Codes) -> float:
    """Cohen's kappa of two lists of class codes: agreement beyond chance, 1 for equal lists.

    >>> kappa(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
    0.5
    """
    count = int(max(a.max(), b.max())) + 1
    observed = float((a == b).mean())
    chance = float(np.bincount(a, minlength=count) @ np.bincount(b, minlength=count)) / len(a) ** 2
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)
