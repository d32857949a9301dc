"""What the labels leave open, against matrices written out in full; BALD, EPIG and expected error on top of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import entropy, spearmanr
from sklearn.linear_model import LogisticRegression

from quandary.core.query import QueryContext
from quandary.core.registry import learners
from quandary.strategies import epig, expected_error, posterior, shortlist
from quandary.strategies.bald import Bald
from quandary.strategies.epig import Epig
from quandary.strategies.expected_error import ExpectedError
from quandary.strategies.posterior import Head, sampler
from quandary.strategies.space import rows_at
from tests.strategies.worlds import Told, blobs, context, dirichlet

Array = NDArray[np.float64]


def told_world(
    seed: int, labels: int, dims: int = 3, classes: int = 3, count: int = 40, known: int | None = None
) -> QueryContext:
    """Random rows and probabilities; ``known`` classes of ``classes`` have labels."""
    rng = np.random.default_rng(seed)
    proba = dirichlet(count, classes, seed) * 0.98 + 0.02 / classes
    y = np.arange(labels) % (known or classes)
    X = rng.standard_normal((count, dims))
    return context(X, rng.permutation(count)[:labels], y, classes=classes, learner=Told(proba), kind="image", seed=seed)


def with_one(seen: QueryContext, positions: Any) -> Array:
    """Rows as the head sees them: labeled ones of mean squared length 1, and a 1."""
    rows = rows_at(seen, np.asarray(positions)).astype(np.float64)
    known = rows_at(seen, seen.labeled).astype(np.float64)
    size = np.sqrt((known**2).sum(axis=1).mean())
    return np.hstack([rows / size, np.ones((len(rows), 1))])


def full_covariance(seen: QueryContext, prior: float) -> Array:
    """The weights' covariance by one inverse."""
    precision = np.eye(seen.features.shape[1] + 1) / prior
    for position, h in zip(seen.labeled, with_one(seen, seen.labeled), strict=True):
        p = seen.predict(np.array([position]))[0]
        precision += max(0.5 * (1 - (p**2).sum()), 0.02) * np.outer(h, h)
    return np.asarray(np.linalg.inv(precision))


shapes = given(seed=st.integers(0, 300), labels=st.integers(2, 20), dims=st.integers(2, 30))


@settings(deadline=None, max_examples=40)
@shapes
def test_covariance_is_the_inverse_written_out(seed: int, labels: int, dims: int) -> None:
    """With fewer labels than columns, and with more."""
    seen = told_world(seed, labels, dims)
    head = Head.of(seen, 2.0)
    here, there = seen.candidates[:7], seen.candidates[5:]
    expected = with_one(seen, here) @ full_covariance(seen, 2.0) @ with_one(seen, there).T
    found = head.covariance(head.rows(here), head.rows(there))
    np.testing.assert_allclose(found, expected, atol=2e-4 * abs(expected).max())


@pytest.mark.parametrize("dims", [3, 25])
def test_draws_have_that_covariance(dims: int) -> None:
    seen = told_world(0, 10, dims)
    drawn = Head.of(seen, 2.0).draw(40_000, np.random.default_rng(0)).astype(np.float64)
    expected = full_covariance(seen, 2.0)
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.04)
    np.testing.assert_allclose(drawn.T @ drawn / len(drawn), expected, atol=0.06)


def test_a_part_of_very_many_labels_weighs_as_all(monkeypatch: pytest.MonkeyPatch) -> None:
    X, _ = blobs(1, 400, dims=2)
    model = Told(np.full((400, 2), 0.5))
    seen = context(X, np.arange(300), np.arange(300) % 2, classes=2, learner=model, kind="image")
    whole = full_covariance(seen, 1.0)
    monkeypatch.setattr(posterior, "MOST_LABELS", 150)
    head = Head.of(seen, 1.0)
    np.testing.assert_allclose(np.diag(head.root @ head.root.T), np.diag(whole), rtol=0.2)


def test_one_draw_is_the_same_model_everywhere() -> None:
    """Equal items get equal samples, also from separate calls; the classes without labels get nothing."""
    seen = told_world(1, 12, classes=4, known=3)
    say = sampler(seen, 6, 1.0)
    proba = seen.proba
    whole = say(seen.candidates, proba)
    assert whole.shape == (6, 4, len(seen))
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-5)
    assert not whole[:, 3].any()
    np.testing.assert_allclose(say(seen.candidates[9:12], proba[9:12]), whole[:, :, 9:12], atol=1e-5)


def test_without_doubt_about_the_weights_all_say_what_the_model_says() -> None:
    seen = told_world(2, 12)
    said = sampler(seen, 4, 1e-12)(seen.candidates, seen.proba)
    np.testing.assert_allclose(said, np.broadcast_to(seen.proba.T, said.shape), atol=1e-4)


def forest_world() -> QueryContext:
    X, group = blobs(4, 20)
    labeled = np.random.default_rng(3).permutation(80)[:20]
    y = np.array([0, 2, 3, 3])[group]
    model = learners.make("forest", n_estimators=12).fit(X[labeled], y[labeled])
    return context(X, labeled, y[labeled], classes=4, learner=model)


def test_a_forest_is_heard_tree_by_tree() -> None:
    seen = forest_world()
    said = sampler(seen, 100, 1.0)(seen.candidates, seen.proba)
    assert said.shape == (12, 4, len(seen))
    np.testing.assert_allclose(said.mean(axis=0).T, seen.proba, atol=1e-6)
    assert not said[:, 1].any()


class TestBald:
    @settings(deadline=None, max_examples=25)
    @given(seed=st.integers(0, 300), labels=st.integers(3, 20))
    def test_is_the_entropy_of_the_mean_less_the_mean_entropy(self, seed: int, labels: int) -> None:
        seen, again = (told_world(seed, labels) for _ in range(2))
        chosen = Bald(samples=9, prior=2.0).select(seen, 8)
        said = sampler(again, 9, 2.0)(again.candidates, again.proba).astype(np.float64)
        expected = [
            entropy(said[:, :, i].mean(axis=0)) - np.mean([entropy(one) for one in said[:, :, i]])
            for i in range(len(seen))
        ]
        assert chosen.scores is not None
        np.testing.assert_allclose(chosen.scores, expected, atol=2e-5)
        assert (
            chosen.scores[np.searchsorted(seen.candidates, chosen.positions)].tolist()
            == sorted(chosen.scores, reverse=True)[:8]
        )

    def test_tells_open_questions_from_noise(self) -> None:
        """Two items are torn 50 to 50: one among many labels, which say noise, one far out, which no label settles."""
        X = np.vstack([np.random.default_rng(0).standard_normal((60, 2)) * 0.1, [[0.0, 0.0], [5.0, 0.0]]])
        proba = np.tile([0.5, 0.5], (62, 1))
        seen = context(X, np.arange(60), np.arange(60) % 2, classes=2, learner=Told(proba), kind="image")
        chosen = Bald().select(seen, 2)
        assert chosen.positions.tolist() == [61, 60]
        assert chosen.scores is not None
        assert chosen.scores[1] > 3 * chosen.scores[0]

    def test_blocks_change_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = Bald().select(told_world(5, 15, count=300), 20).positions.tolist()
        monkeypatch.setattr(posterior, "CELLS", 1)
        assert Bald().select(told_world(5, 15, count=300), 20).positions.tolist() == whole


def predictive(here: Array, there: Array) -> float:
    """Mutual information of the labels of two items, (k, c) samples each, by its definition."""
    joint = np.mean([np.outer(a, b) for a, b in zip(here, there, strict=True)], axis=0)
    apart = np.outer(here.mean(axis=0), there.mean(axis=0))
    return float((joint * np.log(joint / apart)).sum())


class TestEpig:
    @settings(deadline=None, max_examples=20)
    @given(seed=st.integers(0, 300), labels=st.integers(3, 20), block=st.integers(1, 40))
    def test_is_the_mean_information_about_the_targets(self, seed: int, labels: int, block: int) -> None:
        seen, again = (told_world(seed, labels) for _ in range(2))
        aimed = (3, 17, 22, 38)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(epig, "BLOCK", block)
            chosen = Epig(targets=aimed, samples=7, prior=1.0).select(seen, 5)
        say = sampler(again, 7, 1.0)
        here = say(again.candidates, again.proba).astype(np.float64)
        there = say(np.array(aimed), again.predict(np.array(aimed))).astype(np.float64)
        expected = [np.mean([predictive(here[:, :, i], there[:, :, j]) for j in range(4)]) for i in range(len(seen))]
        assert chosen.scores is not None
        np.testing.assert_allclose(chosen.scores, expected, atol=2e-5)

    @settings(deadline=None, max_examples=20)
    @given(seed=st.integers(0, 300))
    def test_many_classes_hide_information_and_invent_none(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        here, there = (rng.dirichlet(np.full(30, 0.1), (6, 4)).swapaxes(1, 2).astype(np.float32) for _ in range(2))
        full = epig.mutual_information(here, there)
        few = epig.mutual_information(epig.coarse(here, 10), epig.coarse(there, 10))
        assert epig.coarse(here, 10).shape == (6, 11, 4)
        np.testing.assert_allclose(epig.coarse(here, 10).sum(axis=1), 1, atol=1e-5)
        assert (few <= full + 1e-5).all()
        assert few.sum() > 0.4 * full.sum()  # the least of these 301 seeds keeps 0.45, the middle one 0.58

    def test_looks_where_the_targets_are(self) -> None:
        """Two groups, equally open: only the one with the targets is asked about."""
        X, group = blobs(2, 30, dims=2)
        proba = np.full((60, 2), 0.5)
        labeled = [int(np.flatnonzero(group == g)[0]) for g in (0, 1)]
        for aimed in (0, 1):
            targets = tuple(int(i) for i in np.flatnonzero(group == aimed)[5:15])
            seen = context(X, labeled, [0, 1], classes=2, learner=Told(proba), kind="image")
            chosen = Epig(targets, samples=200).select(seen, 15).positions
            assert (group[chosen] == aimed).mean() > 0.9


def one_step(seen: QueryContext, item: int, code: int, aimed: Array, start: Array) -> Array:
    """The scores at ``aimed`` after a Newton step for one more label, in the weights and written out."""
    h, p = with_one(seen, [item])[0], seen.predict(np.array([item]))[0]
    precision = np.linalg.inv(full_covariance(seen, 1.0))
    precision += max(0.5 * (1 - (p**2).sum()), 0.02) * np.outer(h, h)
    target = np.eye(len(p))[code]
    return np.asarray(start + aimed @ np.linalg.solve(precision, np.outer(h, target - p)))


def softmax(scores: Array) -> Array:
    raised = np.exp(scores)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


class TestExpectedError:
    @pytest.mark.parametrize("loss", ["log", "zero_one"])
    @settings(deadline=None, max_examples=12)
    @given(seed=st.integers(0, 300), labels=st.integers(3, 14), dims=st.sampled_from([2, 20]))
    def test_is_the_mean_over_labels_of_the_loss_after_one_step(
        self, loss: Any, seed: int, labels: int, dims: int
    ) -> None:
        seen = told_world(seed, labels, dims, count=30)
        chosen = ExpectedError(loss, prior=1.0).select(seen, 5)
        everything = np.arange(30)
        aimed, start = with_one(seen, everything), np.log(seen.predict(everything))

        def mean_loss(scores: Array) -> float:
            proba = softmax(scores)
            return float(np.mean(entropy(proba, axis=1) if loss == "log" else 1 - proba.max(axis=1)))

        expected = []
        for item in seen.candidates:
            p = seen.predict(np.array([item]))[0]
            after = [mean_loss(one_step(seen, int(item), code, aimed, start)) for code in range(3)]
            expected.append(mean_loss(start) - float(p @ after))
        assert chosen.scores is not None
        np.testing.assert_allclose(chosen.scores, expected, atol=2e-5)

    def test_agrees_with_refitting_for_every_label(self) -> None:
        """Against scikit-learn's logistic regression, fitted anew with each candidate and each of its labels."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((60, 2))
        X /= np.sqrt((X**2).sum(axis=1).mean())
        labeled = np.arange(16)
        y = (X[:, 0] + 0.5 * rng.standard_normal(60) > 0).astype(int)
        # The difference of two weights of variance 1 has variance 2; the intercept is a column like any other.
        rows = np.hstack([X, np.ones((60, 1))])
        fresh = LogisticRegression(C=2.0, fit_intercept=False, tol=1e-8)
        proba = fresh.fit(rows[labeled], y[labeled]).predict_proba(rows)
        seen = context(X, labeled, y[labeled], classes=2, learner=Told(proba), kind="image")
        scores = ExpectedError(prior=1.0).select(seen, 1).scores
        assert scores is not None
        expected = []
        for item in seen.candidates:
            losses = []
            for code in (0, 1):
                known = np.append(labeled, item)
                refit = fresh.fit(rows[known], np.append(y[labeled], code)).predict_proba(rows)
                losses.append(entropy(refit, axis=1).mean())
            expected.append(-float(proba[item] @ losses))
        assert spearmanr(scores, expected)[0] > 0.9

    def test_looks_at_a_part_of_many_and_still_serves_every_k(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(expected_error, "CANDIDATES", 20)
        whole = ExpectedError().select(told_world(3, 10, count=70), 60)
        assert whole.scores is None
        assert sorted(whole.positions) == told_world(3, 10, count=70).candidates.tolist()
        for k in (3, 20, 30):
            fewer = ExpectedError().select(told_world(3, 10, count=70), k).positions
            assert fewer.tolist() == whole.positions[:k].tolist()


def test_a_shortlist_holds_the_most_uncertain_and_others_at_random() -> None:
    counts = np.zeros(40)
    proba = np.column_stack([np.linspace(0.5, 1, 40), np.linspace(0.5, 0, 40)])
    for seed in range(300):
        seen = context(np.zeros((40, 1)), [38, 39], [0, 1], classes=2, learner=Told(proba), seed=seed)
        found = shortlist.shortlist(seen, 10)
        assert len(np.unique(found)) == 10
        counts[found] += 1
    assert (counts[:5] == 300).all()
    expected = 300 * 5 / 33
    assert (abs(counts[5:38] - expected) < 5 * np.sqrt(expected)).all()
