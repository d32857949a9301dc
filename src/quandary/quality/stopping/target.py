"""The accuracy that was asked for is reached, with confidence."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.quality.evidence import Evidence
from quandary.quality.stopping.criterion import Verdict


@dataclass(frozen=True)
class PerformanceTarget:
    """Accuracy is at least ``target``, by the lower bound that may be looked at after every answer."""

    target: float

    def moments(self, labels: int) -> tuple[int, ...]:
        """None."""
        return ()

    def judge(self, evidence: Evidence) -> Verdict:
        """Compares the bound with the target."""
        floor = None if evidence.estimate is None else evidence.estimate.floor
        if floor is None:
            return Verdict(False, "The accuracy is not known yet.")
        sentence = f"The accuracy is at least {100 * floor:.1f} %; the target is {100 * self.target:.1f} %."
        return Verdict(floor >= self.target, sentence)
