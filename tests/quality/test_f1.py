"""Macro F1 against scikit-learn where there is much evidence, and honest where there is little."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from quandary.core.verdicts import Estimate
from quandary.quality.f1 import MOST_CLASSES, macro_f1
from quandary.quality.labels import Codes


def confused(seed: int, m: int, classes: int = 3) -> tuple[Codes, Codes]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, m)
    return truth, np.where(rng.random(m) < 0.8, truth, rng.integers(0, classes, m))


def about(truth: Codes, predicted: Codes, classes: int) -> Estimate:
    said = macro_f1(truth, predicted, classes, np.random.default_rng(0))
    assert said is not None
    return said


def test_much_evidence_gives_the_plain_value() -> None:
    truth, predicted = confused(0, 5_000)
    said = about(truth, predicted, 3)
    assert said.value == pytest.approx(f1_score(truth, predicted, average="macro"), abs=0.005)
    assert said.low < said.value < said.high


def test_false_alarms_and_misses_count_alike_but_apart() -> None:
    """One class swallows much of another: the two have different precision and recall."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 5_000)
    predicted = np.where((truth == 1) & (rng.random(5_000) < 0.7), 0, truth)
    said = about(truth, predicted, 3)
    assert said.value == pytest.approx(f1_score(truth, predicted, average="macro"), abs=0.005)


def test_range_holds_the_truth() -> None:
    whole = confused(1, 200_000)
    truth = f1_score(*whole, average="macro")
    held = []
    for start in range(0, 100 * 60, 60):
        said = about(whole[0][start : start + 60], whole[1][start : start + 60], 3)
        held.append(said.low <= truth <= said.high)
    assert np.mean(held) >= 0.92


def test_a_class_that_was_never_drawn_widens_the_range() -> None:
    truth, predicted = confused(2, 80)
    three, four = about(truth, predicted, 3), about(truth, predicted, 4)
    assert four.high - four.low > three.high - three.low


def test_same_draws_same_number() -> None:
    assert about(*confused(3, 40), 3) == about(*confused(3, 40), 3)


def test_not_said_where_it_would_mean_nothing() -> None:
    rng = np.random.default_rng(0)
    assert macro_f1(*confused(4, 9), 3, rng) is None
    assert macro_f1(np.zeros(20, int), np.zeros(20, int), 1, rng) is None
    assert macro_f1(*confused(4, 40), MOST_CLASSES + 1, rng) is None
