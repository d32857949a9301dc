"""The curve keeps what was said at the time, and its slope is that of a weighted line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.verdicts import Estimate
from quandary.quality.history import Point, extended, rise


def point(labels: int, value: float, n: int = 30) -> Point:
    return Point(labels, value, value - 0.1, value + 0.1, n)


def estimate(value: float) -> Estimate:
    return Estimate(value, value - 0.1, value + 0.1, 30, "")


def test_points_are_added_in_order() -> None:
    one = extended((), 40, estimate(0.7))
    assert extended(one, 60, estimate(0.8)) == (point(40, 0.7), point(60, 0.8))


def test_same_number_of_labels_replaces() -> None:
    assert extended((point(40, 0.7),), 40, estimate(0.8)) == (point(40, 0.8),)


def test_answers_taken_back_take_points_back() -> None:
    curve = (point(40, 0.7), point(60, 0.8))
    assert extended(curve, 50, estimate(0.75)) == (point(40, 0.7), point(50, 0.75))
    assert extended(curve, 50, None) == (point(40, 0.7),)


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 1)), max_size=30))
def test_labels_of_a_curve_always_ascend(looks: list[tuple[int, float]]) -> None:
    curve: tuple[Point, ...] = ()
    for labels, value in looks:
        curve = extended(curve, labels, estimate(value))
    assert [p.labels for p in curve] == sorted({p.labels for p in curve})


def test_rise_is_that_of_the_weighted_line() -> None:
    labels, values, n = [100, 130, 160, 200], [0.7, 0.76, 0.75, 0.8], [30, 40, 48, 60]
    X = np.column_stack([np.ones(4), np.log2(labels)])
    slope = np.linalg.solve(X.T @ np.diag(n) @ X, X.T @ np.diag(n) @ values)[1]
    curve = [point(50, 0.1), *map(point, labels, values, n)]
    assert rise(curve, 100) == pytest.approx(slope * math.log2(300 / 200))


def test_flat_curve_does_not_rise() -> None:
    assert rise([point(n, 0.8) for n in range(100, 201, 20)], 200) == pytest.approx(0)


@pytest.mark.parametrize("labels", [[], [200], [100, 150, 200], [190, 193, 196, 200]])
def test_rise_is_not_known_from_too_little(labels: list[int]) -> None:
    assert rise([point(n, n / 300) for n in labels], 200) is None
