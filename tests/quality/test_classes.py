"""Shares, recall and precision against scikit-learn and against the truth."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from quandary.quality.classes import class_qualities, class_share
from quandary.quality.crossfit import cross_fit
from quandary.quality.intervals import wilson
from tests.quality.worlds import World


def test_recall_and_precision_are_scikit_learns_with_wilson_ends() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 90)
    predicted = np.where(rng.random(90) < 0.7, truth, rng.integers(0, 3, 90))
    recall, precision = (score(truth, predicted, average=None) for score in (recall_score, precision_score))
    for code, quality in enumerate(class_qualities(truth, predicted, predicted, 3)):
        assert quality.recall is not None
        assert quality.precision is not None
        assert quality.recall.value == pytest.approx(recall[code])
        assert quality.precision.value == pytest.approx(precision[code])
        assert quality.recall.n == (truth == code).sum()
        assert (quality.recall.low, quality.recall.high) == pytest.approx(wilson(recall[code], quality.recall.n))
        assert quality.precision.n == (predicted == code).sum()


def test_what_few_checks_speak_of_is_not_known() -> None:
    truth = np.array([0] * 16 + [1] * 4)
    never, rare = class_qualities(truth, np.zeros(20, int), np.zeros(50, int), 3)[2:0:-1]
    assert (never.recall, never.precision, rare.recall, rare.precision) == (None,) * 4
    assert rare.share is not None
    assert class_share(truth[:9] == 0, truth[:9] == 0, truth == 0) is None


def test_share_without_unlabeled_items_is_that_of_the_checks() -> None:
    mine = np.arange(40) < 10
    share = class_share(mine, np.zeros(40, bool), np.zeros(0, bool))
    assert share is not None
    assert (share.value, share.low, share.high) == pytest.approx((0.25, *wilson(0.25, 40)))


def test_share_mends_what_the_model_gets_wrong() -> None:
    """A model that calls half of class 1 class 0, everywhere."""
    rng = np.random.default_rng(1)
    truth = rng.random(2_200) < 0.4
    said = truth & (rng.random(2_200) < 0.5)
    share = class_share(truth[:200], said[:200], said[200:])
    assert share is not None
    assert abs(share.value - 0.4) < 0.06 < abs(said.mean() - 0.4)


def test_share_holds_the_truth_and_is_narrower_than_counting() -> None:
    held, width = [], []
    for seed in range(150):
        world = World.clouds(seed, size=3_000)
        labels, reserve = world.labels(60, 50)
        done = cross_fit(labels, reserve, world.fit)
        said = world.fit(labels.positions, labels.y)(labels.unasked(reserve)).argmax(1)
        share = class_qualities(done.truth, done.predicted, said, 3)[0].share
        assert share is not None
        held.append(share.low <= (world.y == 0).mean() <= share.high)
        width.append((share.high - share.low) / np.diff(wilson(1 / 3, 50))[0])
    assert np.mean(held) >= 0.92
    assert np.mean(width) < 0.95
