"""One turn of learning: from the log to a ranking. The same loop as everywhere."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from quandary import loop
from quandary.core.errors import QuandaryError
from quandary.core.features import Features
from quandary.core.plan import Plan
from quandary.core.query import predict_proba
from quandary.core.state import State
from quandary.project.published import Ranked, Ranking

MOST_QUESTIONS = 100  # of one ranking: minutes of work for a person, a fraction of a second for the trainer


class NotFinite(QuandaryError):
    """The model gave numbers that are none."""


def turn(state: State, features: Features, plan: Plan, generation: int = 0) -> tuple[Ranking, Any]:
    """Learn from ``state`` and rank what to ask next; return the ranking and the fitted learner.

    The learner is None while there is no label. Raises what learner or strategy raise, and ``NotFinite``.
    """
    model = loop.learn(state, features, plan)
    proposal = loop.propose(state, features, plan, MOST_QUESTIONS, model=model)
    names, labels = state.class_names(), state.counts().labeled
    shares = _shares(model, features, proposal.positions, len(names))
    texts = zip(proposal.items, proposal.reasons, proposal.scores, proposal.audit, strict=True)
    items = tuple(
        Ranked(item, reason.kind, reason.text, numbers(reason.numbers), score, audit, shares[i] if shares else None)
        for i, (item, reason, score, audit) in enumerate(texts)
    )
    codes = tuple(info.code for info in state.classes.current())
    learner = str(state.plan.get("learner", "auto"))
    ranking = Ranking(
        proposal.seen, proposal.rounds, labels, proposal.strategy, learner, codes, items, generation, time.time()
    )
    return ranking, model


def numbers(raw: Any) -> dict[str, float]:
    """The numbers behind a reason that can be shown."""
    return {name: float(value) for name, value in raw.items() if np.isfinite(value)}


def knows_two_classes(model: Any) -> bool:
    """Whether a guess of ``model`` means anything: it has seen more than one class."""
    return model is not None and len(model.classes_) > 1


def _shares(model: Any, features: Features, positions: Any, classes: int) -> list[tuple[float, ...]]:
    """Probabilities of all classes for each question; empty while a guess would mean nothing."""
    if not knows_two_classes(model) or not len(positions):
        return []
    proba = predict_proba(model, features, positions, classes)
    if not np.isfinite(proba).all():
        raise NotFinite(f"{type(model).__name__} gave probabilities that are not finite; choose another learner")
    return [tuple(float(p) for p in row) for row in np.round(proba, 5)]
