"""The default advice: with evidence, and never against it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.verdicts import Estimate
from quandary.quality.advice import advise, default_criterion, moments
from quandary.quality.evidence import Evidence
from quandary.quality.history import Point
from quandary.quality.stopping.change import ClassificationChange

DEFAULT = default_criterion()
GOOD = Estimate(0.95, 0.9, 0.98, 100, "", floor=0.88)


def settled(counts: tuple[int, ...] = (100, 100), differ: int = 2) -> Evidence:
    """A model that differs from its former self on ``differ`` of 500 items, and a flat curve."""
    labels, classes = sum(counts), len(counts)
    now = np.eye(classes)[np.zeros(500, int)]
    before = (np.arange(500) < differ).astype(np.intp)
    flat = tuple(Point(labels * k // 10, 0.95, 0.9, 0.98, 50) for k in range(5, 11))
    return Evidence(np.array(counts), now, {labels // 2: before}, GOOD, flat)


def test_settled_model_is_advised_to_stop_with_the_reasons() -> None:
    advice = advise(settled(), DEFAULT)
    assert advice.stop
    assert advice.gain is not None
    assert 0 <= advice.gain.value < 0.01
    assert advice.reason == (
        "Every class has at least 5 labels. 200 more labels would likely bring 0.5 points of accuracy at most. "
        "The measured accuracy is not rising any more."
    )


@given(st.integers(0, 4), st.integers(60, 400), st.booleans())
def test_never_before_every_class_has_five_labels(rare: int, common: int, target: bool) -> None:
    criterion = default_criterion(0.5 if target else None)
    advice = advise(settled((rare, common)), criterion)
    assert not advice.stop
    assert advice.reason == "1 class has fewer than 5 labels."


@given(st.floats(0.02, 0.4), st.integers(60, 2_000), st.integers(0, 500))
def test_never_on_a_rising_curve(rise: float, labels: int, differ: int) -> None:
    """Accuracy that gained ``rise`` over the last doubling, whatever the predictions say."""
    steady = settled((labels // 2, labels - labels // 2), differ)
    climbing = tuple(
        Point(p.labels, 0.9 - rise + rise * np.log2(2 * p.labels / labels), 0, 1, 50) for p in steady.history
    )
    carried_on = rise * np.log2((labels + 200) / labels)
    if carried_on > 0.031:
        assert not advise(replace(steady, history=climbing), DEFAULT).stop


@pytest.mark.parametrize(
    "attack",
    [
        settled((200,)),  # one class
        settled((0, 0)),  # nothing but skips
        settled((20, 20), differ=0),  # too early
        settled((10,) * 30, differ=0),  # more classes than the forecast holds for
        settled(differ=40),  # predictions still change
        replace(settled(), proba=settled().proba[:50], earlier={100: np.zeros(50, int)}),  # next to nothing to judge by
        replace(settled(), earlier={}),  # no earlier model
        replace(settled(), proba=settled().proba[:0], earlier={}),  # no random checks at all
    ],
)
def test_no_stop_without_evidence(attack: Evidence) -> None:
    advice = advise(attack, DEFAULT)
    assert not advice.stop
    assert advice.reason


def test_target_or_budget_stop_as_well_and_are_named() -> None:
    moving = settled(differ=40)
    assert not advise(moving, default_criterion(0.89, 201)).stop
    reached = advise(moving, default_criterion(0.88))
    assert reached.stop
    assert "at least 88.0 %; the target is 88.0 %" in reached.reason
    spent = advise(moving, default_criterion(budget=200))
    assert spent.stop
    assert spent.reason == "200 of 200 labels are given."


def test_moments_hold_what_forecast_and_criterion_need() -> None:
    assert moments(ClassificationChange(), 200) == {100, 180, 160, 140}
    assert moments(DEFAULT, 200) == {100}
