"""Query by committee against votes counted one by one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import entropy
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from quandary.core.features import Features, Positions
from quandary.core.query import QueryContext
from quandary.core.registry import learners
from quandary.strategies import posterior
from quandary.strategies.committee import Committee, bagged, bootstrap, resample
from tests.strategies.worlds import Told, blobs, context

Array = NDArray[np.float64]


class Several(Told):
    """A learner with members of its own, who were told what to say, (m, n, c); classes 0 and 2 of three."""

    def __init__(self, said: Array, weights: Array) -> None:
        super().__init__(np.tensordot(weights, said, axes=1))
        self.said, self.member_weights_, self.classes_ = said, weights, np.array([0, 2])

    def members_pool(self, features: Features, positions: Positions) -> Array:
        return self.said[:, positions]


def several(seed: int, members: int) -> Several:
    rng = np.random.default_rng(seed)
    return Several(rng.dirichlet([1, 1], (members, 30)), rng.dirichlet(np.ones(members)))


def asked(learner: Any, seed: int = 0) -> QueryContext:
    labeled = np.random.default_rng(seed).permutation(30)[:6]
    return context(np.zeros((30, 2)), labeled, [0, 2] * 3, learner=learner, seed=seed)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 300), members=st.integers(1, 7), block=st.integers(1, 50))
def test_scores_are_entropy_of_the_votes_or_mean_divergence(seed: int, members: int, block: int) -> None:
    learner = several(seed, members)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posterior, "CELLS", block)
        votes = Committee().select(asked(learner, seed), 5)
        spread = Committee("divergence").select(asked(learner, seed), 5)
    counted, diverged = [], []
    for p in asked(learner, seed).candidates:
        said = learner.said[:, p]
        share = [learner.member_weights_[said.argmax(axis=1) == c].sum() for c in (0, 1)]
        counted.append(entropy(share))
        mean = learner.member_weights_ @ said
        diverged.append(sum(w * entropy(one, mean) for w, one in zip(learner.member_weights_, said, strict=True)))
    assert votes.scores is not None
    assert spread.scores is not None
    np.testing.assert_allclose(votes.scores, counted, atol=1e-9)
    np.testing.assert_allclose(spread.scores, diverged, atol=1e-9)


def test_reasons_tell_the_votes() -> None:
    said = np.zeros((5, 30, 2))
    said[:, :, 0] = 1.0
    said[:2, 13] = [0.4, 0.6]
    chosen = Committee().select(asked(Several(said, np.full(5, 0.2)), seed=3), 2)
    assert chosen.positions[0] == 13
    assert chosen.reasons is not None
    texts = [reason.text for reason in chosen.reasons]
    assert texts == ["Models disagree: cat 60 %, fox 40 %.", "All models say cat."]


def test_a_forest_votes_by_tree() -> None:
    X, group = blobs(3, 20)
    y = group % 3
    labeled = np.random.default_rng(1).permutation(60)[:9]
    model = learners.make("forest", n_estimators=15).fit(X[labeled], y[labeled])
    seen = context(X, labeled, y[labeled], learner=model)
    chosen = Committee().select(seen, 10)
    assert chosen.scores is not None
    for position, score in zip(seen.candidates, chosen.scores, strict=True):
        votes = Counter(int(tree.predict(X[position : position + 1])[0]) for tree in model.estimators_)
        assert score == pytest.approx(entropy(list(votes.values())), abs=1e-9)


def test_the_default_vote_is_heard_member_by_member() -> None:
    X, group = blobs(4, 15)
    features, labeled = Features(X), np.arange(0, 60, 5)
    model = learners.make("auto").fit_pool(features, labeled, group[labeled] % 2)
    everything = np.arange(60)
    said = model.members_pool(features, everything)
    assert said.shape == (len(model.weights_), 60, 2)
    mixed = np.tensordot(model.member_weights_, said, axes=1)
    np.testing.assert_allclose(mixed, model.predict_pool(features, everything), atol=1e-12)
    one = learners.make("auto").fit_pool(features, labeled, np.zeros(12, int))
    assert one.members_pool(features, everything).tolist() == [[[1.0]] * 60]
    assert one.member_weights_.tolist() == [1.0]


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 300), labels=st.integers(2, 30))
def test_bootstraps_keep_every_class(seed: int, labels: int) -> None:
    y = np.r_[0, 3, np.random.default_rng(seed).integers(0, 2, labels - 2) * 3]
    drawn = resample(y, np.random.default_rng(seed))
    assert len(drawn) == labels
    assert set(y[drawn]) == {0, 3}


def test_bootstraps_draw_every_label_evenly() -> None:
    y = np.repeat([0, 1], 10)
    counts = np.zeros(20)
    for seed in range(400):
        counts += np.bincount(resample(y, np.random.default_rng(seed)), minlength=20)
    assert (abs(counts - 400) < 5 * np.sqrt(400)).all()


@pytest.mark.parametrize("learner", [GaussianNB(), learners.make("logistic")], ids=["plain", "pool"])
def test_copies_of_any_learner_make_a_committee(learner: Any) -> None:
    rng = np.random.default_rng(0)
    group = np.arange(80) % 2
    X = rng.standard_normal((80, 2)) + np.where(group, 1.0, -1.0)[:, None]
    labeled = np.arange(24)
    learner.fit(X[labeled], group[labeled])
    before = learner.predict_proba(X)
    seen, again = (context(X, labeled, group[labeled], classes=2, learner=learner) for _ in range(2))
    chosen = Committee(members=7).select(seen, 8)
    copies = [bootstrap(again) for _ in range(7)]
    votes = np.array([copy.predict(X[seen.candidates]) for copy in copies])
    share = votes.mean(axis=0)
    assert chosen.scores is not None
    np.testing.assert_allclose(chosen.scores, entropy([share, 1 - share]), atol=1e-9)
    assert len(np.unique(chosen.scores)) > 2
    assert np.array_equal(before, learner.predict_proba(X))
    assert all(not np.array_equal(before, copy.predict_proba(X)) for copy in copies)


def bagged_world(model: Any, seed: int, told: int = 3, labeled: int = 20) -> QueryContext:
    """A learner that saw classes 0 and 2 of four, or also 3."""
    rng = np.random.default_rng(seed)
    y = np.array([0, 2, 3])[rng.permutation(np.arange(labeled) % told)]
    X = rng.standard_normal((60, 4))
    learner = BaggingClassifier(model, n_estimators=5, random_state=seed).fit(X[:labeled], y)
    return context(X, np.arange(labeled), y, classes=4, learner=learner, seed=seed)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 300), told=st.sampled_from([2, 3]), linear=st.booleans())
def test_a_bagging_classifier_votes_by_member(seed: int, told: int, linear: bool) -> None:
    model = LogisticRegression() if linear else GaussianNB()
    seen = bagged_world(model, seed, told)
    rows, learner = seen.features[seen.candidates], seen.learner
    assert isinstance(learner, BaggingClassifier)
    for member in learner.estimators_:
        if linear and told == 3:
            member.intercept_ -= 5.0  # of all classes: it says the same
    votes = np.array([learner.classes_[member.predict(rows).astype(int)] for member in learner.estimators_])
    shares = np.array([(votes == code).mean(axis=0) for code in range(4)])
    chosen = Committee().select(seen, 5)
    assert chosen.scores is not None
    np.testing.assert_allclose(chosen.scores, entropy(shares), atol=1e-9)


def test_members_that_see_a_part_of_the_numbers_are_no_committee() -> None:
    seen = bagged_world(LogisticRegression(), 0)
    assert len(bagged(seen.learner)) == 5
    learner = BaggingClassifier(LogisticRegression(), max_features=0.5, random_state=0)
    assert bagged(learner.fit(seen.features[:20], seen.y_labeled)) == []
    assert bagged(GaussianNB()) == []
