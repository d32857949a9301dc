"""Held-out probabilities, and the learners that rest on them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from quandary.core.features import Features
from quandary.geometry.pool import pool_view
from quandary.geometry.scale import pool_scale
from quandary.learners.calibrated import Calibrated, best_temperature, warmed
from quandary.learners.folds import deal, held_out
from quandary.learners.forest import Forest
from quandary.learners.knn import NearestNeighbors
from quandary.learners.logistic import Logistic
from quandary.learners.members import log_loss
from quandary.learners.vote import Vote
from tests.learners.worlds import overlapping


def test_every_class_is_spread_over_all_folds() -> None:
    codes = np.repeat([0, 1, 2], [50, 10, 5])
    fold = deal(codes, 5)
    assert all((np.bincount(fold[codes == c], minlength=5) == count).all() for c, count in enumerate([10, 2, 1]))


def test_held_out_probabilities_come_from_fits_without_the_label() -> None:
    X, y = overlapping(60)
    features, fold = Features(X), deal(y, 5)
    found = held_out("logistic", features, np.arange(60), y)
    for j in range(5):
        fitted = Logistic().fit_pool(features, np.flatnonzero(fold != j), y[fold != j])
        expected = 0.99 * fitted.predict_proba(X[fold == j])
        assert (found[fold == j] >= expected).all()
        np.testing.assert_allclose(found[fold == j], expected, atol=0.01)
    np.testing.assert_allclose(found.sum(axis=1), 1)


@pytest.mark.parametrize("name", ["logistic", "knn", "forest"])
def test_labels_of_pure_chance_are_not_guessed(name: str) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((200, 4)), rng.integers(0, 2, 200)
    right = held_out(name, Features(X), np.arange(200), y).argmax(axis=1) == y
    assert right.mean() < 0.62


def test_balanced_weights_equal_scikit_learn() -> None:
    X, y = overlapping(300)
    labeled = np.flatnonzero((y != 2) | (np.arange(300) % 9 == 0))
    features = Features(X)
    scale = pool_scale(features)
    ours = Logistic(class_weight="balanced").fit_pool(features, labeled, y[labeled])
    theirs = LogisticRegression(C=20.0, class_weight="balanced", tol=1e-10, max_iter=10_000)
    theirs.fit(scale.apply(X[labeled]), y[labeled])
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(scale.apply(X)), atol=1e-3)
    plain = Logistic().fit_pool(features, labeled, y[labeled])
    assert (ours.predict(X) == 2).sum() > (plain.predict(X) == 2).sum()


def test_other_class_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="None or 'balanced', got 'rare'"):
        Logistic(class_weight="rare").fit(np.eye(2), [0, 1])


@pytest.mark.parametrize("count", [1, 5, 21])
def test_neighbors_equal_scikit_learn_with_the_same_weights(count: int) -> None:
    X, y = overlapping(150)
    features, labeled = Features(X, "image"), np.arange(0, 150, 2)
    ours = NearestNeighbors(count).fit_pool(features, labeled, y[labeled])
    values = pool_view(features).values(X)

    def weigh(apart: NDArray[np.float64]) -> NDArray[np.float64]:
        weights: NDArray[np.float64] = np.exp(-((apart / apart.max(axis=1, keepdims=True)) ** 2))
        return weights

    theirs = KNeighborsClassifier(count, weights=weigh, algorithm="brute").fit(values[labeled], y[labeled])
    rest = np.setdiff1d(np.arange(150), labeled)
    mass = theirs.predict_proba(values[rest])
    near = theirs.kneighbors(values[rest])[0]
    whole = weigh(near).sum(axis=1, keepdims=True)
    shares = (np.bincount(y[labeled]) + 0.5) / (len(labeled) + 1.5)
    believed = 0.3 * np.exp(-1) * shares
    expected = (mass * whole + believed) / (whole + believed.sum())
    np.testing.assert_allclose(ours.predict_proba(X[rest]), expected, atol=1e-3)


def test_the_number_of_neighbors_has_the_least_leave_one_out_loss() -> None:
    X, y = overlapping(40, classes=2)
    features = Features(X, "image")
    losses = {}
    for count in (1, 2, 3, 5, 8, 13, 21, 34):
        proba = np.empty((40, 2))
        for i in range(40):
            rest = np.delete(np.arange(40), i)
            proba[i] = NearestNeighbors(count).fit_pool(features, rest, y[rest]).predict_proba(X[[i]])[0]
        losses[count] = log_loss(proba, y)
    chosen = NearestNeighbors().fit_pool(features, np.arange(40), y).n_neighbors_
    assert losses[chosen] <= min(losses.values()) + 0.02
    assert losses[1] > losses[chosen]


def test_repeats_of_one_item_share_their_labels() -> None:
    X = np.repeat([[0.0, 0.0], [9.0, 9.0]], 20, axis=0)
    y = np.r_[np.arange(20) % 2, np.ones(20, int)]
    proba = NearestNeighbors(1).fit(X, y).predict_proba(X[[0, 39]])
    np.testing.assert_allclose(proba[0], 0.5, atol=0.05)
    assert proba[1, 1] > 0.9


def test_the_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    honest = rng.dirichlet([1, 1, 1], 4000)
    y = np.array([rng.choice(3, p=p) for p in honest])
    sure = warmed(honest, 0.4)
    assert best_temperature(sure, y) == pytest.approx(1 / 0.4, rel=0.1)
    np.testing.assert_array_equal(warmed(sure, 2.5).argmax(axis=1), honest.argmax(axis=1))


@pytest.mark.parametrize("name", ["logistic", "forest"])
def test_calibration_lowers_the_loss_on_new_items_and_changes_no_class(name: str) -> None:
    X, y = overlapping(2000, dims=3)
    y = np.where(np.random.default_rng(1).random(2000) < 0.2, (y + 1) % 3, y)
    features, labeled = Features(X), np.arange(150)
    model = Calibrated(name).fit_pool(features, labeled, y[labeled])
    plain = model.model_.predict_proba(X[150:])
    assert log_loss(model.predict_proba(X[150:]), y[150:]) < log_loss(np.asarray(plain), y[150:])
    assert model.temperature_ > 1
    np.testing.assert_array_equal(model.predict(X), plain_classes(model, X))


def plain_classes(model: Calibrated, X: NDArray[np.float64]) -> NDArray[np.intp]:
    best: NDArray[np.intp] = model.model_.predict_proba(X).argmax(axis=1)
    return best


def test_the_vote_follows_the_better_member() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((600, 2))
    y = ((X > 0).sum(axis=1) == 1).astype(int)  # no line separates it
    vote = Vote(("logistic", "forest")).fit_pool(Features(X), np.arange(100), y[:100])
    assert vote.weights_["forest"] > 0.8
    assert sum(vote.weights_.values()) == pytest.approx(1)
    assert vote.score(X[100:], y[100:]) > Logistic().fit(X[:100], y[:100]).score(X[100:], y[100:]) + 0.2


def test_the_vote_is_the_weighted_mean_of_its_members() -> None:
    X, y = overlapping(90)
    vote = Vote(("logistic", "forest")).fit(X, y)
    parts = {"logistic": Logistic().fit(X, y), "forest": Forest().fit(X, y)}
    expected = sum(weight * parts[name].predict_proba(X) for name, weight in vote.weights_.items())
    np.testing.assert_allclose(vote.predict_proba(X), expected, atol=1e-6)


def test_a_learner_of_the_pool_can_vote_too() -> None:
    X, y = overlapping(120)
    vote = Vote(("auto", "logistic")).fit_pool(Features(X), np.arange(0, 120, 3), y[::3])
    np.testing.assert_allclose(vote.predict_pool(Features(X), np.arange(120)).sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (Vote(()), "at least one, got"),
        (Vote("forest"), "different names"),
        (Vote(("forrest",)), "forest"),
        (Vote(("forest",), folds=1), "at least 2, got 1"),
        (Calibrated(folds=1), "at least 2, got 1"),
    ],
)
def test_settings_that_cannot_work_are_refused(model: Vote | Calibrated, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        model.fit(np.eye(4), [0, 1, 0, 1])
