"""What a stopping criterion is, and how several make one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from quandary.quality.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a criterion is met, and why in one sentence for people."""

    met: bool
    reason: str


class Criterion(Protocol):
    """Judges evidence. A frozen dataclass whose fields are its parameters; no state, no chance."""

    def moments(self, labels: int) -> tuple[int, ...]:
        """How many labels the earlier models had that it wants to compare with the one of ``labels`` labels."""
        ...

    def judge(self, evidence: Evidence) -> Verdict:
        """The verdict now."""
        ...


@dataclass(frozen=True)
class AllOf:
    """Met when every part is; says what is missing first."""

    parts: tuple[Criterion, ...]

    def moments(self, labels: int) -> tuple[int, ...]:
        """What any part wants."""
        return tuple(m for part in self.parts for m in part.moments(labels))

    def judge(self, evidence: Evidence) -> Verdict:
        """The first part not met, or all reasons."""
        verdicts = [part.judge(evidence) for part in self.parts]
        missing = next((verdict for verdict in verdicts if not verdict.met), None)
        return missing or Verdict(True, " ".join(verdict.reason for verdict in verdicts))


@dataclass(frozen=True)
class AnyOf:
    """Met when one part is; says which."""

    parts: tuple[Criterion, ...]

    def moments(self, labels: int) -> tuple[int, ...]:
        """What any part wants."""
        return tuple(m for part in self.parts for m in part.moments(labels))

    def judge(self, evidence: Evidence) -> Verdict:
        """The reasons of the parts that are met, or of all."""
        verdicts = [part.judge(evidence) for part in self.parts]
        met = [verdict for verdict in verdicts if verdict.met]
        return Verdict(bool(met), " ".join(verdict.reason for verdict in met or verdicts))
