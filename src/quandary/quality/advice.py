"""Whether to stop: the default judgment, and what more labels would bring."""

from __future__ import annotations

from quandary.core.verdicts import Advice
from quandary.quality.evidence import Evidence
from quandary.quality.forecast import forecast, half
from quandary.quality.stopping.budget import Budget
from quandary.quality.stopping.criterion import AllOf, AnyOf, Criterion
from quandary.quality.stopping.every_class import EveryClass
from quandary.quality.stopping.flat_curve import FlatCurve
from quandary.quality.stopping.little_left import LittleLeft
from quandary.quality.stopping.target import PerformanceTarget


def default_criterion(target: float | None = None, budget: int | None = None) -> Criterion:
    """Stop when more labels would bring little, or the target is reached; never before each class has 5 labels.

    ``budget`` stops in any case.
    """
    reached: tuple[Criterion, ...] = () if target is None else (PerformanceTarget(target),)
    spent: tuple[Criterion, ...] = () if budget is None else (Budget(budget),)
    done = AnyOf((AllOf((LittleLeft(), FlatCurve())), *reached))
    return AnyOf((AllOf((EveryClass(), done)), *spent))


def advise(evidence: Evidence, criterion: Criterion) -> Advice:
    """Judge the evidence, and forecast the gain of the next 100 labels (None where that is not known)."""
    verdict = criterion.judge(evidence)
    return Advice(verdict.met, forecast(evidence, 100), verdict.reason.strip())


def moments(criterion: Criterion, labels: int) -> set[int]:
    """How many labels the earlier models had that ``advise`` compares with."""
    return {half(labels), *criterion.moments(labels)}
