"""The model is sure of nearly everything."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.quality.evidence import Evidence
from quandary.quality.stopping.criterion import Verdict


@dataclass(frozen=True)
class OverallUncertainty:
    """Mean of one minus the top probability over the unlabeled items is at most ``bound``.

    J. Zhu, H. Wang, E. Hovy, Multi-criteria-based strategy to stop active learning for data annotation,
    COLING 2008. Only as good as the model's probabilities.
    """

    bound: float = 0.05

    def moments(self, labels: int) -> tuple[int, ...]:
        """None."""
        return ()

    def judge(self, evidence: Evidence) -> Verdict:
        """Mean uncertainty now."""
        if not len(evidence.proba):
            return Verdict(False, "There are no unlabeled items to judge by.")
        mean = float((1 - evidence.proba.max(1)).mean())
        return Verdict(mean <= self.bound, f"The model doubts its predictions by {100 * mean:.1f} % on average.")
