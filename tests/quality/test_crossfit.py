"""No audit item is judged by a model that has seen it; nothing else is held back."""

from __future__ import annotations

import numpy as np
import pytest

from quandary.quality.crossfit import LARGEST_REFERENCE, cross_fit, folds
from quandary.quality.labels import Labels
from tests.quality.worlds import Spy, World


@pytest.mark.parametrize("checks", [10, 23, 50, 51, 80])
def test_models_never_see_what_they_are_asked_and_see_all_else(checks: int) -> None:
    world = World.clouds(0)
    labels, reserve = world.labels(30, checks)
    spy = Spy.of(world)
    cross_fit(labels, reserve, spy)
    assert len(spy.learned) == (10 if checks <= 50 else 5)
    left_out = spy.asked[::2]
    for learned, asked in zip(spy.learned, left_out, strict=True):
        assert sorted([*learned, *asked]) == sorted(labels.positions)
    assert sorted(np.concatenate(left_out)) == list(labels.positions[labels.audit])
    for reference in spy.asked[1::2]:
        assert np.array_equal(reference, reserve[checks:])


def test_each_answer_meets_its_own_prediction() -> None:
    world = World.clouds(1)
    labels, reserve = world.labels(30, 40)
    done = cross_fit(labels, reserve, world.fit)
    checks = labels.audited(reserve)
    for place in (0, 17, 39):
        kept = np.delete(np.arange(len(labels)), checks[done.fold == done.fold[place]])
        proba = world.fit(labels.positions[kept], labels.y[kept])(labels.positions[checks[[place]]])[0]
        assert done.predicted[place] == proba.argmax()
        assert done.confidence[place] == pytest.approx(proba.max())
        assert done.truth[place] == labels.y[checks[place]]
        assert done.right[place] == (done.truth[place] == done.predicted[place])


def test_order_of_the_pool_does_not_matter() -> None:
    world = World.clouds(2)
    labels, reserve = world.labels(30, 40)
    mixed = np.random.default_rng(0).permutation(len(labels))
    one, other = cross_fit(labels, reserve, world.fit), cross_fit(labels.where(mixed), reserve, world.fit)
    assert np.array_equal(one.truth, other.truth)
    assert np.allclose(one.confidence, other.confidence)
    assert np.allclose(one.reference, other.reference)


def test_too_few_checks_cost_no_fit() -> None:
    world = World.clouds(3)
    labels, reserve = world.labels(30, 9)
    spy = Spy.of(world)
    assert len(cross_fit(labels, reserve, spy)) == 0
    assert not spy.learned


def test_reference_is_bounded_and_drawn_from_the_front_of_the_shuffle() -> None:
    world = World.clouds(4, size=6_000)
    labels, reserve = world.labels(30, 10)
    assert len(reserve) > LARGEST_REFERENCE
    spy = Spy.of(world)
    cross_fit(labels, reserve, spy)
    assert np.array_equal(spy.asked[1], reserve[10 : 10 + LARGEST_REFERENCE])


def test_items_keep_their_fold_while_others_join() -> None:
    for count in (11, 30, 49):
        assert np.array_equal(folds(count), folds(count + 1)[:count])
    for count in (10, 37, 52, 99):
        sizes = np.bincount(folds(count))
        assert sizes.max() - sizes.min() <= 1


def test_checks_follow_the_order_they_are_asked_in() -> None:
    labels = Labels(np.array([2, 5, 7, 9]), np.zeros(4, int), np.array([1, 1, 0, 1], bool), np.arange(4), 2)
    assert labels.positions[labels.audited(np.array([9, 4, 2]))].tolist() == [9, 2, 5]
    assert labels.unasked(np.array([9, 4, 2, 1])).tolist() == [4, 1]
