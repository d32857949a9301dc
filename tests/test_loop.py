"""The loop: what it promises of every proposal, whatever the strategy and learner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from quandary import loop
from quandary.core.audit import is_audit, reserve
from quandary.core.errors import ConfigError
from quandary.core.events import AnswerGiven, AnswerRetracted, Event
from quandary.core.features import Features
from quandary.core.ids import ItemIds
from quandary.core.plan import Plan, make_plan
from quandary.core.query import QueryContext, Selection
from quandary.core.state import State, fold

X, Y = make_blobs(60, centers=3, random_state=0)
FEATURES = Features(X)
CLASSES = ["red", "green", "blue"]


def oracle(position: int) -> str:
    return CLASSES[int(Y[position])]


def plan(strategy: str = "margin", audit: float = 0.0, seed: int = 0) -> Plan:
    return make_plan(strategy, GaussianNB(), seed=seed, audit=audit)


def answered(count: int, audit: float = 0.3) -> State:
    log = loop.simulate(FEATURES, oracle, plan("random", audit), CLASSES, budget=count)
    return fold(log, loop.begin(ItemIds(len(X)), CLASSES))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 60), st.integers(1, 70), st.sampled_from([0.0, 0.1, 0.5, 0.9]), st.sampled_from(["random", "margin"])
)
def test_a_proposal_holds_different_open_items_in_the_declared_shares(
    done: int, k: int, share: float, name: str
) -> None:
    state = answered(done)
    proposal = loop.propose(state, FEATURES, plan(name, share), k)
    open_now = set(state.candidates().tolist())
    assert len(set(proposal.positions.tolist())) == len(proposal.positions) == min(k, len(open_now))
    assert set(proposal.positions.tolist()) <= open_now
    aside = set(reserve(len(X), 0, share).tolist())
    assert all((p in aside) == check for p, check in zip(proposal.positions.tolist(), proposal.audit, strict=True))
    assert list(proposal.items) == [str(p) for p in proposal.positions]


def test_random_checks_walk_through_the_reserve_in_its_order() -> None:
    state, order = answered(0), reserve(len(X), 0, 0.3).tolist()
    proposal = loop.propose(state, FEATURES, plan("random", 0.3), 30)
    checks = [p for p, check in zip(proposal.positions.tolist(), proposal.audit, strict=True) if check]
    assert checks == order[: len(checks)]
    assert list(proposal.audit) == is_audit(0, 30, 0, 0.3).tolist()


def test_asking_for_fewer_gives_the_beginning() -> None:
    state = answered(17)
    few, many = (loop.propose(state, FEATURES, plan("margin", 0.3), k) for k in (5, 20))
    assert many.items[:5] == few.items


def test_the_same_log_and_seed_ask_the_same_however_it_was_batched() -> None:
    by_one = loop.simulate(FEATURES, oracle, plan("margin", 0.3), CLASSES, budget=21, batch=1)
    state = loop.begin(ItemIds(len(X)), CLASSES)
    for answer in by_one:
        assert loop.propose(state, FEATURES, plan("margin", 0.3), 7).items[0] == answer.item
        state.apply(answer)


def test_another_seed_asks_others() -> None:
    runs = [loop.simulate(FEATURES, oracle, plan("random", seed=s), CLASSES, budget=20) for s in (0, 1)]
    assert [a.item for a in runs[0]] != [a.item for a in runs[1]]


@pytest.mark.parametrize("budget", [1, 13, 60, 1000])
def test_a_simulation_spends_its_budget_or_the_pool(budget: int) -> None:
    log = loop.simulate(FEATURES, oracle, plan(), CLASSES, budget=budget, batch=7)
    assert len({answer.item for answer in log}) == len(log) == min(budget, len(X))


def test_the_model_is_the_learner_fitted_on_the_labels() -> None:
    state = answered(25)
    labeled, y = state.labeled()
    model = loop.learn(state, FEATURES, Plan(plan().strategy, LogisticRegression()))
    np.testing.assert_allclose(model.predict_proba(X), LogisticRegression().fit(X[labeled], y).predict_proba(X))


def test_one_class_is_enough_to_go_on() -> None:
    state = loop.begin(ItemIds(len(X)), CLASSES)
    assert loop.learn(state, FEATURES, plan()) is None
    state.apply(AnswerGiven("3", "green", "ana"))
    assert loop.learn(state, FEATURES, plan()).predict(X[:2]).tolist() == [1, 1]
    assert len(loop.propose(state, FEATURES, plan(), 5).items) == 5


def test_a_correction_and_an_undo_change_the_model() -> None:
    start = answered(25)
    before = loop.learn(start, FEATURES, plan()).predict_proba(X)
    changes: list[Event] = [AnswerGiven("0", "red" if oracle(0) != "red" else "blue", "ana", key="k")]
    corrected = fold(changes, answered(25))
    assert not np.allclose(before, loop.learn(corrected, FEATURES, plan()).predict_proba(X))
    undone = fold([*changes, AnswerRetracted("0", "ana", undo=True)], answered(25))
    np.testing.assert_allclose(before, loop.learn(undone, FEATURES, plan()).predict_proba(X))


@dataclass(frozen=True)
class Stubborn:
    """A faulty strategy: always the first item, whether it may be asked or not."""

    def select(self, context: QueryContext, k: int) -> Selection:
        return Selection(np.zeros(k, dtype=np.intp))


def test_a_faulty_strategy_is_named() -> None:
    with pytest.raises(ConfigError, match="strategy 'Stubborn' must choose 2 different candidates"):
        loop.propose(answered(0), FEATURES, make_plan(Stubborn(), GaussianNB()), 2)


@pytest.mark.parametrize(
    ("strategy", "learner", "message"),
    [
        ("margn", "logistic", "no strategy called 'margn'; did you mean 'margin'"),
        ("margin", "logistik", "no learner called 'logistik'; did you mean 'logistic'"),
        (object(), "logistic", "strategy must be a name or have a select method"),
        ("margin", object(), "learner must be a name or a scikit-learn style classifier"),
    ],
)
def test_a_plan_that_cannot_work_says_why(strategy: str, learner: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_plan(strategy, learner)
