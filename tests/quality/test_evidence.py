"""Earlier models are learned anew from the first labels, so the log alone decides."""

from __future__ import annotations

import numpy as np

from quandary.core.events import AnswerGiven, AnswerRetracted, ClassChanged, Event, ItemsAdded
from quandary.core.ids import ItemIds
from quandary.core.state import State, fold
from quandary.quality.evidence import Evidence, look_back
from quandary.quality.labels import Labels
from tests.quality.worlds import Spy, World


def test_models_are_those_of_the_first_answers() -> None:
    world = World.clouds(0)
    turn = np.random.default_rng(0).permutation(40)
    labels = Labels(np.arange(40), world.y[:40], np.zeros(40, bool), turn, 3)
    spy, items = Spy.of(world), np.arange(100, 200)
    past = look_back(labels, items, {20, 30}, spy)
    first = np.flatnonzero(turn < 20)
    assert np.array_equal(spy.learned[0], first)
    assert np.array_equal(past[20], world.fit(first, world.y[first])(items).argmax(1))
    assert sorted(past) == [20, 30]


def test_moments_that_were_not_or_are_now_are_left_out() -> None:
    world = World.clouds(0)
    labels, _ = world.labels(30, 0)
    assert look_back(labels, np.arange(100), {-10, 0, 30, 31}, world.fit) == {}


def test_changed_compares_any_two_moments() -> None:
    now = np.eye(2)[[0, 0, 1, 1]]
    evidence = Evidence(np.array([5, 5]), now, {4: np.array([1, 1, 1, 1]), 8: np.array([0, 1, 1, 1])})
    assert (evidence.changed(4), evidence.changed(8), evidence.changed(4, 8)) == (0.5, 0.25, 0.25)
    assert evidence.changed(5) is None
    assert evidence.changed(4, 5) is None
    assert Evidence(np.array([5, 5]), now[:0], {4: np.zeros(0, int)}).changed(4) is None


def test_labels_are_those_that_stand_in_the_state() -> None:
    state = State(ItemIds(6))
    opening: list[Event] = [ItemsAdded(0, 6, "", ""), ClassChanged("add", "cat"), ClassChanged("add", "dog")]
    answers: list[Event] = [
        AnswerGiven("4", "dog", "ana", audit=True),
        AnswerGiven("1", "cat", "ana"),
        AnswerGiven("2", "cat", "ana"),
        AnswerGiven("5", None, "ana", kind="skip"),
        AnswerGiven("0", "cat", "ana", audit=True),
        AnswerRetracted("2", "ana"),
        AnswerGiven("1", "dog", "ana"),
    ]
    labels = Labels.of(fold([*opening, *answers], state))
    assert labels.positions.tolist() == [0, 1, 4]
    assert labels.y.tolist() == [0, 1, 1]
    assert labels.audit.tolist() == [True, False, True]
    assert (labels.classes, labels.counts().tolist()) == (2, [1, 2])
    assert labels.first(2).positions.tolist() == [0, 4], "the corrected answer came last"
