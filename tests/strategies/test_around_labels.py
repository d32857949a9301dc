"""contrastive and density-weighted against their formulas, item by item and with all distances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy as divergence

from quandary.core.features import Features
from quandary.geometry.kinds import sample
from quandary.strategies import contrastive
from quandary.strategies.contrastive import Contrastive
from quandary.strategies.density_weighted import DensityWeighted
from quandary.strategies.margin import Margin, uncertainty
from quandary.strategies.space import rows_at
from tests.strategies.worlds import Told, blobs, context, dirichlet


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 300), labels=st.integers(2, 25), near=st.integers(1, 12), block=st.integers(1, 40))
def test_contrastive_is_the_mean_divergence_from_the_nearest_labeled(
    seed: int, labels: int, near: int, block: int
) -> None:
    rng = np.random.default_rng(seed)
    X, proba = rng.standard_normal((40, 3)), dirichlet(40, 3, seed) * 0.99 + 0.01 / 3
    labeled = rng.permutation(40)[:labels]
    y = np.arange(labels) % 3
    seen = context(X, labeled, y, learner=Told(proba), kind="image")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contrastive, "BLOCK", block)
        chosen = Contrastive(near).select(seen, 10)
    expected = {}
    for p in seen.candidates:
        closest = sorted(labeled, key=lambda q: float(np.linalg.norm(X[p] - X[q])))[:near]
        expected[int(p)] = float(np.mean([divergence(proba[q], proba[p]) for q in closest]))
    assert chosen.scores is not None
    np.testing.assert_allclose(chosen.scores, [expected[int(p)] for p in seen.candidates], rtol=1e-3, atol=1e-5)
    assert chosen.positions.tolist() == sorted(expected, key=lambda p: -expected[p])[:10]


def test_contrastive_asks_where_the_model_leaves_its_labels() -> None:
    """Two groups; the model is certain everywhere, but calls some of the second group by the first's name."""
    X, group = blobs(2, 30)
    proba = np.where(group[:, None] == 0, [0.99, 0.01], [0.01, 0.99])
    odd = np.flatnonzero(group == 1)[5:9]
    proba[odd] = [0.99, 0.01]
    labeled = [*np.flatnonzero(group == 0)[10:14], *np.flatnonzero(group == 1)[10:14]]
    seen = context(X, labeled, group[labeled], classes=2, learner=Told(proba), kind="image")
    chosen = Contrastive(4).select(seen, 4)
    assert sorted(chosen.positions) == odd.tolist()
    assert chosen.reasons is not None
    assert {reason.text for reason in chosen.reasons} == {"Predicted cat, its neighbors dog."}


def test_contrastive_looks_at_a_part_of_very_many_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contrastive, "MOST_LABELS", 7)
    X, proba = np.random.default_rng(0).standard_normal((60, 3)), dirichlet(60)
    labeled = np.arange(1, 60, 2)
    some = labeled[sample(len(labeled), 7)]
    whole = context(X, labeled, np.arange(30) % 3, learner=Told(proba), kind="image")
    few = context(X, some, np.arange(7) % 3, learner=Told(proba), kind="image", candidates=whole.candidates)
    assert Contrastive(3).select(whole, 9).positions.tolist() == Contrastive(3).select(few, 9).positions.tolist()


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 300), beta=st.sampled_from([0.5, 1.0, 3.0]))
def test_density_weighted_is_doubt_times_mean_similarity(seed: int, beta: float) -> None:
    rng = np.random.default_rng(seed)
    X, proba = rng.standard_normal((50, 3)), dirichlet(50, 3, seed)
    labeled = rng.permutation(50)[:6]
    seen = context(X, labeled, np.arange(6) % 3, learner=Told(proba), kind="table")
    rows = rows_at(seen, np.arange(50)).astype(np.float64)
    apart = ((rows[:, None] - rows[None]) ** 2).sum(axis=2)
    density = np.exp(-apart / np.median(apart)).mean(axis=1)
    expected = (uncertainty(proba) * density**beta)[seen.candidates]
    chosen = DensityWeighted(beta).select(seen, 12)
    assert chosen.scores is not None
    np.testing.assert_allclose(chosen.scores, expected, rtol=1e-4)
    assert chosen.positions.tolist() == seen.candidates[np.argsort(-expected)[:12]].tolist()


def test_density_weighted_leaves_the_outlier_that_margin_asks() -> None:
    X = np.vstack([np.random.default_rng(0).standard_normal((49, 2)), [[80.0, 80.0]]])
    proba = np.tile([0.55, 0.45], (50, 1))
    proba[49] = [0.501, 0.499]
    seen = [context(X, [3, 30], [0, 1], classes=2, learner=Told(proba), kind="image") for _ in range(3)]
    assert Margin().select(seen[0], 1).positions.tolist() == [49]
    assert 49 not in DensityWeighted().select(seen[1], 40).positions
    assert DensityWeighted(beta=0).select(seen[2], 1).positions.tolist() == [49]


def test_density_is_measured_once_a_pool_and_anew_for_what_a_learner_embeds() -> None:
    features = Features(np.random.default_rng(0).standard_normal((30, 2)), "image")
    calls = []

    class Embeds(Told):
        def embed(self, X: np.ndarray) -> np.ndarray:
            calls.append(len(X))
            return X[:, :1]

    plain, own = Told(dirichlet(30)), Embeds(dirichlet(30))
    first = DensityWeighted().select(context(features, [3, 20], [0, 1], learner=plain), 5)
    assert features.derived(("density", 500), lambda: None) is not None
    second = DensityWeighted().select(context(features, [3, 20], [0, 1], learner=own), 5)
    assert calls
    assert first.scores is not None
    assert second.scores is not None
    assert not np.allclose(first.scores, second.scores)
