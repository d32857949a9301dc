"""Predictions hardly change any more."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.quality.evidence import Evidence
from quandary.quality.stopping.criterion import Verdict


@dataclass(frozen=True)
class ClassificationChange:
    """Of the unlabeled items at most ``bound`` change class in each ``step`` labels, mean of the last ``window``.

    J. Zhu, H. Wang, E. Hovy, COLING 2008, who ask for no change at all (bound 0).
    """

    bound: float = 0.01
    step: int = 20
    window: int = 3

    def moments(self, labels: int) -> tuple[int, ...]:
        """The last ``window`` steps back."""
        return tuple(labels - self.step * back for back in range(1, self.window + 1))

    def judge(self, evidence: Evidence) -> Verdict:
        """Mean share of changed predictions."""
        steps = self.moments(evidence.labels)
        pairs = zip(steps, (None, *steps[:-1]), strict=True)
        changes = [change for change in (evidence.changed(old, new) for old, new in pairs) if change is not None]
        if len(changes) < self.window:
            return Verdict(False, "There are too few models to compare yet.")
        mean = sum(changes) / self.window
        return Verdict(mean <= self.bound, f"Each {self.step} labels change {100 * mean:.1f} % of the predictions.")
