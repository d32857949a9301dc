"""The choices that make a run reproducible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quandary.core.errors import ConfigError
from quandary.core.query import Strategy
from quandary.core.registry import learners, strategies

AUTO = "auto"  # as a representation: what the labels so far speak for


@dataclass(frozen=True)
class Plan:
    """How to choose and how to learn.

    strategy  chooses what to ask
    learner   an unfitted scikit-learn style classifier, copied for every fit
    seed      with the log, decides every question
    audit     share of the questions drawn uniformly at random to measure quality, 0 to 0.9
    name      what the strategy is called in the log
    """

    strategy: Strategy
    learner: Any
    seed: int = 0
    audit: float = 0.0
    name: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.audit <= 0.9:
            raise ConfigError(f"audit is a share of the questions between 0 and 0.9, got {self.audit!r}")
        if not (isinstance(self.seed, int) and self.seed >= 0):
            raise ConfigError(f"seed must be a whole number from 0 on, got {self.seed!r}")


def make_plan(strategy: str | Strategy, learner: Any, seed: int = 0, audit: float = 0.0) -> Plan:
    """Build a plan from names or instances; unknown names list the valid ones."""
    chooser = strategies.make(strategy) if isinstance(strategy, str) else strategy
    if not callable(getattr(chooser, "select", None)):
        raise ConfigError(f"strategy must be a name or have a select method, got {strategy!r}")
    model = learners.make(learner) if isinstance(learner, str) else learner
    if not callable(getattr(model, "fit", None)):
        raise ConfigError(f"learner must be a name or a scikit-learn style classifier, got {learner!r}")
    name = strategy if isinstance(strategy, str) else type(strategy).__name__
    return Plan(chooser, model, seed, audit, name)


def plan_from_names(names: Mapping[str, Any]) -> Plan:
    """Build a plan from what a ``PlanChanged`` event holds; missing entries take the defaults."""
    return make_plan(
        names.get("strategy", "auto"),
        names.get("learner", "auto"),
        int(names.get("seed", 0)),
        float(names.get("audit", 0.3)),
    )


def seen_by(names: Mapping[str, Any], kind: str) -> str:
    """The representation that items of ``kind`` are seen by; with ``auto`` what was found best last.

    >>> seen_by({}, "table"), seen_by({"representation": "fourier"}, "table")
    ('table', 'fourier')
    >>> seen_by({"representation": "auto", "seen_by": "fourier"}, "table")
    'fourier'
    """
    named = names.get("representation")
    if named == AUTO:
        named = names.get("seen_by")
    return str(named or kind)
