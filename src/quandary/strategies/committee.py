"""Query by committee."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import Floats, QueryContext, Selection, predict_proba, top_k
from quandary.core.registry import strategies
from quandary.strategies.entropy import entropy
from quandary.strategies.linear_votes import linear_scores
from quandary.strategies.posterior import block_size, tree_proba, trees
from quandary.strategies.reasons import START, at_random, disagree

Voices = Callable[[Positions], Floats]


@strategies("committee")
@dataclass(frozen=True)
class Committee:
    """Items that the members of a committee disagree about most.

    Seung, Opper, Sompolinsky 1992 (COLT); vote entropy of Dagan and Engelson 1995 (ICML), divergence from
    the mean of McCallum and Nigam 1998 (ICML). Members are the trees of a forest, those of scikit-learn's
    ``BaggingClassifier`` or those of the learner's own vote, with their weights; of any other learner, copies
    fitted to bootstrap samples of the labels, each with at least one label of every class.

    by       "votes": entropy of the votes; "divergence": mean KL(p of a member || mean p); nats
    members  copies, where the learner has no members of its own
    """

    by: Literal["votes", "divergence"] = "votes"
    members: int = 5

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k, START)
        weights, voices = self._gather(context)
        votes = np.zeros((len(context), len(context.classes)))
        scores = np.empty(len(context))
        size = block_size(len(weights), len(context.classes))
        for start in range(0, len(context), size):
            where = slice(start, start + size)
            said = voices(context.candidates[where])
            votes[where] = _count(said, weights)
            scores[where] = entropy(votes[where]) if self.by == "votes" else divergence(said, weights)
        chosen = top_k(scores, k, context.rng)
        reasons = tuple(disagree(row, context.classes) for row in votes[chosen])
        return Selection(context.candidates[chosen], scores, reasons)

    def _gather(self, context: QueryContext) -> tuple[Floats, Voices]:
        """Weights (m,) that sum to 1, and what gives the members' probabilities of positions, (m, n, c).

        For votes any scores will do that are highest at the likeliest class.
        """
        grown = trees(context.learner)
        if grown:
            return _equal(len(grown)), lambda positions: tree_proba(context, grown, positions).swapaxes(1, 2)
        if hasattr(context.learner, "members_pool"):
            own: Any = context.learner
            return own.member_weights_, lambda positions: _own(context, positions)
        fitted = bagged(context.learner) or [bootstrap(context) for _ in range(self.members)]
        classes = len(context.classes)
        linear = linear_scores(fitted, context.features, classes) if self.by == "votes" else None
        return _equal(len(fitted)), linear or (
            lambda positions: np.stack([predict_proba(model, context.features, positions, classes) for model in fitted])
        )


def _equal(count: int) -> Floats:
    return np.full(count, 1.0 / count)


def _own(context: QueryContext, positions: Positions) -> Floats:
    learner: Any = context.learner
    said = np.asarray(learner.members_pool(context.features, positions))
    out = np.zeros((*said.shape[:2], len(context.classes)))
    out[:, :, np.asarray(learner.classes_, np.intp)] = said
    return out


def bagged(learner: Any) -> list[Any]:
    """The members of a scikit-learn ``BaggingClassifier`` that see all numbers; empty for any other learner."""
    if not hasattr(learner, "estimators_features_"):
        return []
    whole = np.arange(learner.n_features_in_)
    if not all(np.array_equal(used, whole) for used in learner.estimators_features_):
        return []
    return [_named(member, learner.classes_) for member in learner.estimators_]


def _named(member: Any, classes: NDArray[Any]) -> Any:
    """A fitted member under its committee's names of the classes: it was told their places."""
    named = copy.copy(member)
    named.classes_ = np.asarray(classes)[np.asarray(member.classes_, np.intp)]
    return named


def bootstrap(context: QueryContext) -> Any:
    """A copy of the context's learner, fitted to as many labels drawn with replacement."""
    drawn = resample(context.y_labeled, context.rng)
    labeled, y = context.labeled[drawn], context.y_labeled[drawn]
    from sklearn.base import clone

    model: Any = clone(context.learner) if hasattr(context.learner, "get_params") else copy.deepcopy(context.learner)
    if hasattr(model, "fit_pool"):
        return model.fit_pool(context.features, labeled, y)
    return model.fit(context.features[labeled], y)


def resample(y: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """Indices (l,), ascending, drawn with replacement: one of every class first, then any."""
    first = [rng.choice(np.flatnonzero(y == code)) for code in np.unique(y)]
    return np.sort(np.concatenate([first, rng.integers(0, len(y), len(y) - len(first))]).astype(np.intp))


def _count(said: Floats, weights: Floats) -> Floats:
    """Share of the votes that each class gets, (n, c), from (m, n, c)."""
    votes = np.zeros(said.shape[1:])
    everybody = np.arange(said.shape[1])
    for weight, voice in zip(weights, said, strict=True):
        votes[everybody, voice.argmax(axis=1)] += weight
    return votes


def divergence(said: Floats, weights: Floats) -> Floats:
    """Mean Kullback-Leibler divergence of the members (m, n, c) from their mean, (n,), nats."""
    mean = np.tensordot(weights, said, axes=1)
    own = np.array([entropy(voice) for voice in said])
    return np.asarray(np.maximum(entropy(mean) - weights @ own, 0.0))
