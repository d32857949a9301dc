"""The learning curve has stopped rising."""

from __future__ import annotations

from dataclasses import dataclass

from quandary.quality.evidence import Evidence
from quandary.quality.history import rise
from quandary.quality.stopping.criterion import Verdict


@dataclass(frozen=True)
class FlatCurve:
    """The estimates of the second half, carried on for ``more`` labels, rise by at most ``bound``.

    A guard beside others: with too few points to tell, it does not object.
    """

    more: int = 200
    bound: float = 0.03

    def moments(self, labels: int) -> tuple[int, ...]:
        """None."""
        return ()

    def judge(self, evidence: Evidence) -> Verdict:
        """Carries the curve on."""
        rising = rise(evidence.history, self.more)
        if rising is not None and rising > self.bound:
            return Verdict(False, "The measured accuracy is still rising.")
        return Verdict(True, "The measured accuracy is not rising any more." if rising is not None else "")
