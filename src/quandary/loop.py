"""The loop: learn from the answers so far, choose what to ask next.

``propose`` is one turn and touches nothing outside its arguments. The page, notebooks and the
benchmark call it; ``simulate`` calls it until the budget is spent. All run the same active learning.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.dummy import DummyClassifier

from quandary.core.audit import is_audit, reserve
from quandary.core.errors import ConfigError
from quandary.core.events import AnswerGiven, ClassChanged, Event, ItemsAdded, RoundProposed
from quandary.core.features import Features, Positions
from quandary.core.ids import ItemIds
from quandary.core.plan import Plan
from quandary.core.query import QueryContext, Reason, Selection, predict_proba
from quandary.core.state import State, fold
from quandary.quality.labels import Fit, Predictor

RANDOM_CHECK = Reason("audit", {}, "Drawn at random: measures how good the model is.")
Oracle = Callable[[int], str]
Unlearned = object()


@dataclass(frozen=True, slots=True)
class _Pick:
    position: int
    reason: Reason
    score: float | None
    audit: bool


@dataclass(frozen=True)
class Proposal:
    """What to ask now, best first, and the model that chose it.

    items, positions, reasons, audit, scores  (k,) each; ``audit`` marks random checks, which have no score
    seen, rounds                              version and rounds of the state it was computed from
    model                                     fitted learner, or None while there is no label
    """

    items: tuple[str, ...]
    positions: Positions
    reasons: tuple[Reason, ...]
    audit: tuple[bool, ...]
    scores: tuple[float | None, ...]
    strategy: str
    seen: int
    rounds: int
    model: Any

    def event(self, model_version: int = 0) -> RoundProposed:
        """This proposal as the log records it."""
        texts = tuple(reason.text or reason.kind for reason in self.reasons)
        return RoundProposed(self.items, self.strategy, model_version, self.seen, self.scores, texts, self.audit)


def learn(state: State, features: Features, plan: Plan) -> Any:
    """Fit the plan's learner on the labels so far; None while there is no label.

    With one class seen the model says that class, whatever the learner: few can fit on one class.
    """
    labeled, y = state.labeled()
    return fit(plan.learner, features, labeled, y)


def fit(learner: Any, features: Features, labeled: Positions, y: NDArray[np.intp]) -> Any:
    """Fit a copy of ``learner`` on the items at ``labeled`` with class codes ``y``; None without labels."""
    if len(labeled) == 0:
        return None
    if len(np.unique(y)) < 2:
        return DummyClassifier(strategy="most_frequent").fit(features[labeled], y)
    model = clone(learner) if hasattr(learner, "get_params") else copy.deepcopy(learner)
    if hasattr(model, "fit_pool"):
        return model.fit_pool(features, labeled, y)
    return model.fit(features[labeled], y)


def fitter(features: Features, plan: Plan, classes: int) -> Fit:
    """How the plan learns from any labels, as ``quality`` takes it: positions and codes -> what predicts."""

    def learn_from(positions: Positions, y: NDArray[np.intp]) -> Predictor:
        model = fit(plan.learner, features, positions, y)
        return lambda asked: predict_proba(model, features, asked, classes)

    return learn_from


def propose(state: State, features: Features, plan: Plan, k: int, model: Any = Unlearned) -> Proposal:
    """Choose the ``k`` most useful items to ask now (fewer when fewer are open).

    ``model`` saves the fit where the caller already has the one that ``learn`` gives for this state.
    """
    if k < 1:
        raise ConfigError(f"the number of items to ask must be at least 1, got {k}")
    if model is Unlearned:
        model = learn(state, features, plan)
    free, checks = _split(state, plan)
    wanted = is_audit(state.rounds, min(k, len(free) + len(checks)), plan.seed, plan.audit)
    wanted = _within_supply(wanted, len(free), len(checks))
    chosen = iter(_choose(state, features, plan, model, free, int((~wanted).sum())))
    drawn = iter(_Pick(int(p), RANDOM_CHECK, None, True) for p in checks)
    picks = [next(drawn) if check else next(chosen) for check in wanted]
    return Proposal(
        items=tuple(state.ids[pick.position] for pick in picks),
        positions=np.array([pick.position for pick in picks], dtype=np.intp),
        reasons=tuple(pick.reason for pick in picks),
        audit=tuple(pick.audit for pick in picks),
        scores=tuple(pick.score for pick in picks),
        strategy=plan.name,
        seen=state.version,
        rounds=state.rounds,
        model=model,
    )


def _split(state: State, plan: Plan) -> tuple[Positions, Positions]:
    """Open items that the strategy may choose from, and open random checks in the order to ask them."""
    candidates = state.candidates()
    kept_aside = reserve(len(state.ids), plan.seed, plan.audit)
    if not len(kept_aside):
        return candidates, kept_aside
    open_now = np.zeros(len(state.ids), bool)
    open_now[candidates] = True
    checks = kept_aside[open_now[kept_aside]]
    open_now[kept_aside] = False
    return np.flatnonzero(open_now), checks


def _within_supply(wanted: NDArray[np.bool_], free: int, checks: int) -> NDArray[np.bool_]:
    """Turn questions of one kind into the other where their kind has run out."""
    wanted = wanted.copy()
    wanted[np.flatnonzero(wanted)[checks:]] = False
    wanted[np.flatnonzero(~wanted)[free:]] = True
    return wanted


def _choose(state: State, features: Features, plan: Plan, model: Any, free: Positions, k: int) -> list[_Pick]:
    if k == 0:
        return []
    labeled, y = state.labeled()
    rng = np.random.default_rng([plan.seed, state.rounds])
    context = QueryContext(free, features, labeled, y, state.class_names(), model, rng)
    chosen = plan.strategy.select(context, k)
    _check(chosen, free, k, plan.name)
    reasons = chosen.reasons or (Reason("uncertain"),) * k
    scores = _scores_of(chosen, free)
    return [_Pick(int(p), r, s, False) for p, r, s in zip(chosen.positions, reasons, scores, strict=True)]


def _scores_of(chosen: Selection, free: Positions) -> list[float | None]:
    """The scores of the chosen ones, best first; None where the strategy gave none that is finite."""
    if chosen.scores is None:
        return [None] * len(chosen.positions)
    scores = np.asarray(chosen.scores)[np.searchsorted(free, chosen.positions)]
    return [float(s) if np.isfinite(s) else None for s in scores]


def _check(chosen: Selection, free: Positions, k: int, name: str) -> None:
    """Stop a faulty strategy here, where its name is known, and not three floors up."""
    positions = np.asarray(chosen.positions)
    if len(positions) != k or len(np.unique(positions)) != k or not np.isin(positions, free).all():
        raise ConfigError(f"strategy {name!r} must choose {k} different candidates, it chose {positions.tolist()[:10]}")


def begin(ids: ItemIds, classes: Sequence[str]) -> State:
    """The state of a fresh project with these items and classes."""
    opening: list[Event] = [ItemsAdded(0, len(ids), "memory", ""), *(ClassChanged("add", name) for name in classes)]
    return fold(opening, State(ids))


def simulate(
    features: Features,
    oracle: Oracle,
    plan: Plan,
    classes: Sequence[str],
    budget: int,
    batch: int = 10,
    after_round: Callable[[State, Any], None] | None = None,
) -> list[AnswerGiven]:
    """Play the loop from zero labels against a known answer key; return the answers in order.

    ``oracle`` gives the class name of a position. ``after_round`` sees the state and the model fitted on it.
    """
    state = begin(ItemIds(len(features)), classes)
    log: list[AnswerGiven] = []
    model = None
    while len(log) < budget and len(state.candidates()):
        proposal = propose(state, features, plan, min(batch, budget - len(log)), model=model)
        answers = [
            AnswerGiven(item, oracle(int(p)), "oracle", audit=check, strategy=plan.name)
            for item, p, check in zip(proposal.items, proposal.positions, proposal.audit, strict=True)
        ]
        fold(answers, state)
        log += answers
        model = learn(state, features, plan)
        if after_round is not None:
            after_round(state, model)
    return log
