"""The forecast follows the written rule, and is silent where the rule was not measured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.quality.evidence import Evidence
from quandary.quality.forecast import forecast, gain


@pytest.mark.parametrize(("more", "rate"), [(60, 0.27), (100, 0.25), (200, 0.21)])
def test_gain_by_hand(more: int, rate: float) -> None:
    """From 100 to 200 labels the logarithm grows as much as from 200 to 400."""
    value, low, high = gain(200, 0.1, more)
    assert value == pytest.approx(rate * 0.1 * np.log2((200 + more) / 200))
    assert (value - low, high - value) == pytest.approx((0.0035 + 0.45 * value,) * 2)


@given(st.integers(60, 5_000), st.floats(0, 1), st.integers(60, 200))
def test_more_disagreement_and_more_labels_promise_more(labels: int, disagreement: float, more: int) -> None:
    value, low, high = gain(labels, disagreement, more)
    assert -0.01 <= low <= value <= high
    assert gain(labels, disagreement / 2, more)[0] <= value
    assert gain(labels * 2, disagreement, more)[0] <= value


def evidence(labels: int = 200, items: int = 400, classes: int = 4, differ: int = 40) -> Evidence:
    """Models of now and of half the labels that differ on ``differ`` items."""
    now = np.zeros((items, classes))
    now[:, 0] = 1
    before = (np.arange(items) < differ).astype(np.intp)
    counts = np.bincount(np.arange(labels) % classes, minlength=classes)
    return Evidence(counts, now, {labels // 2: before})


def test_forecast_counts_the_changed_predictions() -> None:
    said = forecast(evidence(), 100)
    assert said is not None
    assert (said.value, said.low, said.high) == pytest.approx(gain(200, 0.1, 100))
    assert said.n == 0


def test_smallest_supported_case_is_said() -> None:
    assert forecast(evidence(labels=60, items=100, classes=20, differ=3), 60) is not None


@pytest.mark.parametrize(
    "silent",
    [evidence(labels=59), evidence(items=99), evidence(classes=21), Evidence(np.array([99, 99]), np.eye(2)[[0] * 200])],
)
def test_no_number_where_the_rule_was_not_measured(silent: Evidence) -> None:
    assert forecast(silent, 100) is None


@pytest.mark.parametrize("more", [59, 201])
def test_no_number_for_other_horizons(more: int) -> None:
    assert forecast(evidence(), more) is None
