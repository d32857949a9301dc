"""The one entry, through real sessions of the loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from quandary.core.audit import reserve
from quandary.core.events import AnswerGiven
from quandary.core.features import Features
from quandary.core.ids import ItemIds
from quandary.core.plan import make_plan
from quandary.core.state import State, fold
from quandary.loop import begin, simulate
from quandary.quality.accuracy import estimate_accuracy
from quandary.quality.history import Point
from quandary.quality.labels import Labels
from quandary.quality.report import Assessment, assess
from quandary.quality.stopping.change import ClassificationChange
from tests.quality.worlds import Spy, World

NAMES = ["a", "b", "c"]


def played(world: World, budget: int, audit: float = 0.3) -> tuple[Labels, np.ndarray]:
    """A session of the loop over the whole world."""
    plan = make_plan("random", "logistic", seed=1, audit=audit)
    log = simulate(Features(world.X), lambda p: NAMES[world.y[p]], plan, NAMES, budget)
    state = fold(log, begin(ItemIds(len(world.y)), NAMES))
    return Labels.of(state), reserve(len(world.y), 1, audit)


def assessed(labels: Labels, kept: np.ndarray, world: World, history: tuple[Point, ...] = ()) -> Assessment:
    said = assess(labels, kept, world.fit, history)
    assert said is not None
    return said


def test_everything_is_said_of_a_session() -> None:
    world = World.clouds(0, size=1_500, apart=2.0)
    labels, kept = played(world, 200)
    said = assessed(labels, kept, world)
    unseen = np.setdiff1d(np.arange(1_500), labels.positions)
    truth = (world.fit(labels.positions, labels.y)(unseen).argmax(1) == world.y[unseen]).mean()
    assert said.estimate is not None
    assert said.estimate.n == 60 == len(said.checks)
    assert said.estimate.low <= truth <= said.estimate.high
    assert said.macro_f1 is not None
    assert said.history == (Point(200, said.estimate.value, said.estimate.low, said.estimate.high, 60),)
    assert said.advice.gain is not None
    for code, quality in enumerate(said.classes):
        assert quality.share is not None
        assert quality.share.low <= (world.y == code).mean() <= quality.share.high


def test_estimate_rests_on_random_checks_alone() -> None:
    world = World.clouds(1, size=1_500)
    labels, kept = played(world, 100)
    said = assessed(labels, kept, world).checks
    again = estimate_accuracy(said.right, said.confidence, said.reference, said.fold)
    assert assessed(labels, kept, world).estimate == again
    assert sorted(labels.positions[labels.audited(kept)]) == sorted(labels.positions[labels.audit])
    assert np.isin(labels.positions[labels.audit], kept).all()


def test_same_labels_say_the_same_in_any_order_of_the_arrays() -> None:
    world = World.clouds(2, size=1_500)
    labels, kept = played(world, 100)
    mixed = labels.where(np.random.default_rng(0).permutation(len(labels)))
    one, other = assessed(labels, kept, world), assessed(mixed, kept, world)
    assert one.estimate is not None
    assert other.estimate is not None
    assert other.estimate.value == pytest.approx(one.estimate.value)
    assert other.advice.stop == one.advice.stop
    assert assessed(labels, kept, world).estimate == one.estimate


def test_little_or_no_evidence_says_so() -> None:
    world = World.clouds(3, size=1_500)
    assert assess(Labels.of(State(ItemIds(5))), np.arange(3), world.fit) is None
    labels, kept = played(world, 20)
    early = assessed(labels, kept, world, (Point(10, 0.5, 0.1, 0.9, 10),))
    assert early.estimate is None
    assert early.macro_f1 is None
    assert early.history == (Point(10, 0.5, 0.1, 0.9, 10),)
    assert not early.advice.stop
    unchecked = assessed(*played(world, 100, audit=0.0), world)
    assert unchecked.estimate is None
    assert (unchecked.advice.stop, unchecked.advice.gain) == (False, None)


def patience(spy: Spy, fits: int) -> Callable[[], bool]:
    return lambda: len(spy.learned) < fits


def test_work_stops_when_asked_to_and_costs_what_was_said() -> None:
    world = World.clouds(4, size=1_500)
    labels, kept = played(world, 200)
    spy = Spy.of(world)
    assert assess(labels, kept, spy) is not None
    assert len(spy.learned) == 5 + 1 + 1
    for allowed in range(7):
        spy = Spy.of(world)
        assert assess(labels, kept, spy, go_on=patience(spy, allowed)) is None
        assert len(spy.learned) == allowed


def test_shares_and_forecast_look_at_items_without_a_label() -> None:
    world = World.clouds(8, size=1_500)
    labels, kept = played(world, 200)
    spy = Spy.of(world)
    assess(labels, kept, spy)
    for asked in spy.asked[-2:]:
        assert np.array_equal(asked, kept[~np.isin(kept, labels.positions)])


def test_another_criterion_gets_the_models_it_wants() -> None:
    world = World.clouds(5, size=1_500)
    labels, kept = played(world, 100)
    spy = Spy.of(world)
    said = assess(labels, kept, spy, criterion=ClassificationChange(bound=1.0))
    assert said is not None
    assert said.advice.stop
    assert sorted(len(p) for p in spy.learned)[:4] == [40, 50, 60, 80]


def test_all_answers_of_one_class_do_not_fool_it() -> None:
    world = World.clouds(6, size=1_500)
    labels, kept = played(world, 200)
    same = replace(labels, y=np.zeros_like(labels.y))
    said = assessed(same, kept, world)
    assert not said.advice.stop
    assert said.advice.reason == "2 classes have fewer than 5 labels."


def test_skips_and_replays_change_nothing() -> None:
    world = World.clouds(7, size=1_500)
    plan = make_plan("random", "logistic", seed=1, audit=0.3)
    log = simulate(Features(world.X), lambda p: NAMES[world.y[p]], plan, NAMES, 100)
    skips = [AnswerGiven(str(p), None, "bob", kind="skip") for p in range(50)]
    state = fold([*log, *skips, *log], begin(ItemIds(len(world.y)), NAMES))
    kept = reserve(len(world.y), 1, 0.3)
    plain = Labels.of(fold(log, begin(ItemIds(len(world.y)), NAMES)))
    one, other = assessed(plain, kept, world), assessed(Labels.of(state), kept, world)
    assert (one.estimate, one.advice) == (other.estimate, other.advice)
