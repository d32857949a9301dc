"""The estimate holds the truth as often as it says, and no more is made of it than there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quandary.core.verdicts import Estimate
from quandary.quality.accuracy import estimate_accuracy, guaranteed_accuracy
from quandary.quality.crossfit import cross_fit, folds
from quandary.quality.intervals import Z_LOOKS, beta_mixture, wilson
from tests.quality.worlds import World


@pytest.mark.parametrize("hits", range(0, 41, 4))
@pytest.mark.parametrize("reference", [[], [0.7] * 300])
def test_confidence_that_says_nothing_leaves_the_plain_interval(hits: int, reference: list[float]) -> None:
    """So its exact cover is that of the Wilson interval, enumerated in test_intervals."""
    right = np.random.default_rng(hits).permutation(np.arange(40) < hits)
    said = estimated(right, np.full(40, 0.7), reference, folds(40))
    share = min(max(hits / 40, 0.5 / 41), 1 - 0.5 / 41)
    low, high = wilson(share, 40)
    low, high = 0.0 if hits == 0 else low, 1.0 if hits == 40 else high
    assert (said.value, said.low, said.high) == pytest.approx((share, low, high))
    assert said.floor == pytest.approx(0.0 if hits == 0 else wilson(share, 40, Z_LOOKS)[0])
    assert guaranteed_accuracy(right, np.full(40, 0.7), reference, folds(40)) == pytest.approx(beta_mixture(share, 40))


def estimated(right: object, confidence: object, reference: object, fold: object) -> Estimate:
    said = estimate_accuracy(right, confidence, reference, fold)  # type: ignore[arg-type]
    assert said is not None
    return said


def test_nothing_is_said_below_ten_checks() -> None:
    nine = np.ones(9)
    assert estimate_accuracy(nine, nine * 0.9, [0.9], folds(9)) is None
    assert estimated(np.ones(10), np.full(10, 0.9), [0.9] * 50, folds(10)).n == 10
    assert guaranteed_accuracy([], [], [], []) == (0.0, 1.0)


def test_confidence_that_tells_right_from_wrong_narrows_and_corrects() -> None:
    """The audit drew too many easy items by chance; the reference says so."""
    rng = np.random.default_rng(5)
    easy = rng.random(100) < 0.8
    confidence = np.where(easy, 0.97, 0.55)
    right = rng.random(100) < confidence
    reference = np.where(np.arange(1_000) < 500, 0.97, 0.55)
    said = estimated(right, confidence, reference, folds(100))
    plain = wilson(right.mean(), 100)
    assert abs(said.value - 0.76) < abs(right.mean() - 0.76)
    assert said.high - said.low < plain[1] - plain[0]


def test_few_reference_items_are_trusted_less() -> None:
    rng = np.random.default_rng(6)
    confidence = rng.uniform(0.5, 1, 100)
    right = rng.random(100) < confidence
    few, many = np.linspace(0.5, 1, 30), np.linspace(0.5, 1, 3_000)
    narrow, wide = estimated(right, confidence, many, folds(100)), estimated(right, confidence, few, folds(100))
    assert narrow.high - narrow.low < wide.high - wide.low


@settings(max_examples=60, deadline=None)
@given(st.integers(10, 120), st.integers(0, 300), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_any_input_gives_ordered_ends_within_0_and_1(m: int, r: int, seed: int, rate: float) -> None:
    rng = np.random.default_rng(seed)
    said = estimated(rng.random(m) < rate, rng.random(m), rng.random(r), folds(m))
    assert said.floor is not None
    assert 0 <= said.floor <= said.low <= said.value <= said.high <= 1


@pytest.mark.parametrize("checks", [20, 50, 100])
def test_interval_holds_the_accuracy_of_the_model_that_learned_everything(checks: int) -> None:
    held, floors, width, plain = [], [], [], []
    for seed in range(150):
        world = World.clouds(seed, size=4_000)
        labels, reserve = world.labels(60, checks)
        done = cross_fit(labels, reserve, world.fit)
        said = estimated(done.right, done.confidence, done.reference, done.fold)
        unseen = np.arange(len(labels), 4_000)
        truth = (world.fit(labels.positions, labels.y)(unseen).argmax(1) == world.y[unseen]).mean()
        held.append(said.low <= truth <= said.high)
        floors.append(said.floor is not None and said.floor <= truth)
        width.append(said.high - said.low)
        low, high = wilson(done.right.mean(), checks)
        plain.append(high - low)
    assert 0.91 <= np.mean(held) <= 0.99
    assert np.mean(floors) >= 0.98
    assert np.mean(width) < np.mean(plain)
