"""Enough labels of every class."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.quality.evidence import Evidence
from quandary.quality.stopping.criterion import Verdict


@dataclass(frozen=True)
class EveryClass:
    """Every class has at least ``least`` labels, and there are at least two classes."""

    least: int = 5

    def moments(self, labels: int) -> tuple[int, ...]:
        """None."""
        return ()

    def judge(self, evidence: Evidence) -> Verdict:
        """Counts the labels."""
        lacking = int((evidence.counts < self.least).sum())
        if len(evidence.counts) < 2:
            return Verdict(False, "There is only one class.")
        if lacking:
            few = "1 class has" if lacking == 1 else f"{lacking} classes have"
            return Verdict(False, f"{few} fewer than {self.least} labels.")
        return Verdict(True, f"Every class has at least {self.least} labels.")
