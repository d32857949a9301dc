"""Each criterion at its edge."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from quandary.core.verdicts import Estimate
from quandary.quality.evidence import Evidence
from quandary.quality.forecast import gain
from quandary.quality.history import Point
from quandary.quality.labels import Codes
from quandary.quality.stopping.budget import Budget
from quandary.quality.stopping.change import ClassificationChange
from quandary.quality.stopping.criterion import AllOf, AnyOf, Criterion
from quandary.quality.stopping.every_class import EveryClass
from quandary.quality.stopping.flat_curve import FlatCurve
from quandary.quality.stopping.little_left import LittleLeft
from quandary.quality.stopping.stabilizing import StabilizingPredictions, kappa
from quandary.quality.stopping.target import PerformanceTarget
from quandary.quality.stopping.uncertainty import OverallUncertainty

ITEMS = 200


def said(flipped: int = 0) -> Codes:
    """Predictions of two classes in turn, the first ``flipped`` of them the other way."""
    codes = np.arange(ITEMS) % 2
    return np.asarray(np.where(np.arange(ITEMS) < flipped, 1 - codes, codes), np.intp)


def evidence(labels: int = 200, flips: dict[int, int] | None = None, **more: object) -> Evidence:
    counts = np.array([labels // 2, labels - labels // 2])
    earlier = {moment: said(flipped) for moment, flipped in (flips or {}).items()}
    return Evidence(counts, np.eye(2)[said()], earlier, **more)  # type: ignore[arg-type]


def met(criterion: Criterion, at: Evidence) -> bool:
    verdict = criterion.judge(at)
    assert verdict.reason or verdict.met
    return verdict.met


def test_every_class_counts_each() -> None:
    counts = np.array([5, 40, 5])
    assert met(EveryClass(5), Evidence(counts, np.zeros((0, 3))))
    assert not met(EveryClass(6), Evidence(counts, np.zeros((0, 3))))
    assert not met(EveryClass(1), Evidence(np.array([9]), np.zeros((0, 1))))
    assert "2 classes have fewer than 6" in EveryClass(6).judge(Evidence(counts, np.zeros((0, 3)))).reason
    assert "1 class has fewer than 5" in EveryClass().judge(Evidence(counts - [0, 0, 1], np.zeros((0, 3)))).reason


def test_little_left_goes_by_the_upper_end() -> None:
    assert gain(200, 6 / ITEMS, 200)[2] < 0.015 < gain(200, 8 / ITEMS, 200)[2]
    assert met(LittleLeft(), evidence(flips={100: 6}))
    assert not met(LittleLeft(), evidence(flips={100: 8}))
    assert not met(LittleLeft(), evidence(flips={}))
    assert not met(LittleLeft(), evidence(labels=40, flips={20: 0}))
    assert LittleLeft().moments(201) == (100,)


def curve(values: list[float]) -> tuple[Point, ...]:
    return tuple(Point(100 + 20 * i, value, 0, 1, 50) for i, value in enumerate(values))


def test_flat_curve_objects_to_a_rise_only() -> None:
    rising = curve([0.70, 0.72, 0.74, 0.76, 0.78, 0.80])
    assert not met(FlatCurve(), evidence(history=rising))
    assert met(FlatCurve(), evidence(history=curve([0.8, 0.79, 0.81, 0.8, 0.79, 0.8])))
    assert met(FlatCurve(), evidence(history=rising[:3]))
    assert met(FlatCurve(), evidence(history=()))


def test_stabilizing_predictions_average_the_last_models() -> None:
    flips = {190: 1, 180: 4, 170: 9}
    mean = np.mean([cohen_kappa_score(said(a), said(b)) for a, b in [(9, 4), (4, 1), (1, 0)]])
    assert met(StabilizingPredictions(mean - 1e-9), evidence(flips=flips))
    assert not met(StabilizingPredictions(mean + 1e-9), evidence(flips=flips))
    assert not met(StabilizingPredictions(0.0), evidence(flips={190: 0, 180: 0}))
    assert StabilizingPredictions().moments(200) == (190, 180, 170)


def test_kappa_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    for classes in (2, 3, 7):
        a, b = rng.integers(0, classes, (2, 60))
        assert kappa(a, b) == pytest.approx(cohen_kappa_score(a, b))
    assert kappa(np.zeros(5, int), np.zeros(5, int)) == 1


def test_classification_change_averages_the_last_steps() -> None:
    flips = {180: 1, 160: 4, 140: 2}  # steps of 1, 3 and 2 of 200
    assert met(ClassificationChange(0.01), evidence(flips=flips))
    assert not met(ClassificationChange(0.0099), evidence(flips=flips))
    assert not met(ClassificationChange(1.0), evidence(flips={180: 0}))
    assert ClassificationChange().moments(200) == (180, 160, 140)


def test_overall_uncertainty_is_the_mean_doubt() -> None:
    proba = np.array([[0.9, 0.1], [0.2, 0.8]])
    at = Evidence(np.array([9, 9]), proba)
    assert met(OverallUncertainty(0.1501), at)
    assert not met(OverallUncertainty(0.1499), at)
    assert not met(OverallUncertainty(1.0), Evidence(np.array([9, 9]), proba[:0]))


def test_target_goes_by_the_floor() -> None:
    at = evidence(estimate=Estimate(0.9, 0.85, 0.95, 100, "", floor=0.82))
    assert met(PerformanceTarget(0.82), at)
    assert not met(PerformanceTarget(0.83), at)
    assert not met(PerformanceTarget(0.1), evidence())
    assert not met(PerformanceTarget(0.1), evidence(estimate=Estimate(0.9, 0.85, 0.95, 100, "")))


def test_budget_counts_labels() -> None:
    assert met(Budget(200), evidence())
    assert not met(Budget(201), evidence())


def test_all_say_what_is_missing_and_any_say_what_is_met() -> None:
    yes, no = Budget(1), Budget(999)
    at = evidence()
    assert met(AllOf((yes, yes)), at)
    assert AllOf((yes, no)).judge(at).reason == no.judge(at).reason
    assert AnyOf((no, yes)).judge(at) == yes.judge(at)
    assert not met(AnyOf((no, no)), at)
    parts = (ClassificationChange(), LittleLeft())
    assert AllOf(parts).moments(200) == AnyOf(parts).moments(200) == (180, 160, 140, 100)
