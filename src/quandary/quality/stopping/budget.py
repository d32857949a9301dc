"""As many labels as were meant to be given."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.quality.evidence import Evidence
from quandary.quality.stopping.criterion import Verdict


@dataclass(frozen=True)
class Budget:
    """There are at least ``most`` labels."""

    most: int

    def moments(self, labels: int) -> tuple[int, ...]:
        """None."""
        return ()

    def judge(self, evidence: Evidence) -> Verdict:
        """Counts the labels."""
        return Verdict(evidence.labels >= self.most, f"{evidence.labels} of {self.most} labels are given.")
