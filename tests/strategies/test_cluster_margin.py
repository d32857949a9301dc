"""Cluster-margin against scikit-learn's clusters and the rule written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

from quandary.core.query import QueryContext
from quandary.strategies import cluster_margin
from quandary.strategies.cluster_margin import ClusterMargin
from quandary.strategies.margin import uncertainty
from quandary.strategies.space import rows_at
from tests.strategies.worlds import Told, blobs, context, dirichlet


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 300), size=st.integers(2, 12), batch=st.integers(1, 8), wider=st.integers(1, 6))
def test_takes_one_of_each_cluster_in_turn(seed: int, size: int, batch: int, wider: int) -> None:
    """Of the most uncertain: in each turn no cluster twice, and smaller groups before larger ones."""
    rng = np.random.default_rng(seed)
    proba, labeled = dirichlet(60, 3, seed), rng.permutation(60)[:7]
    X = rng.standard_normal((60, 3))
    seen = context(X, labeled, np.arange(7) % 3, learner=Told(proba), kind="image", seed=seed)
    rows = rows_at(seen, np.arange(60)).astype(np.float64)
    cluster = AgglomerativeClustering(60 // size, linkage="average").fit_predict(rows)
    chosen = ClusterMargin(batch, wider, size).select(seen, batch).positions
    doubt = uncertainty(proba)
    pool = sorted(seen.candidates, key=lambda p: -doubt[p])[: wider * batch]
    assert set(chosen) <= set(pool)
    group = {c: [p for p in pool if cluster[p] == c] for c in set(cluster[pool])}
    left, turns = dict(group), [int(cluster[p]) for p in chosen]
    while turns:
        now, turns = turns[: len(left)], turns[len(left) :]
        assert len(set(now)) == len(now)
        sizes = [len(group[c]) for c in now]
        assert sizes == sorted(len(group[c]) for c in left)[: len(now)]
        left = {c: members[:-1] for c, members in left.items() if len(members) > 1}


def test_any_member_of_a_cluster_may_be_asked() -> None:
    X, group = blobs(3, 10)
    asked = set()
    for seed in range(60):
        learner = Told(np.tile([0.5, 0.5], (30, 1)))
        seen = context(X, [0, 1], [0, 1], classes=2, learner=learner, kind="image", seed=seed)
        chosen = ClusterMargin(batch=3, size=10).select(seen, 3).positions
        assert set(group[chosen]) == {0, 1, 2}
        asked |= set(chosen.tolist())
    assert len(asked) > 20


def test_items_outside_the_tree_join_the_nearest_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_margin, "TREE", 30)
    X, group = blobs(5, 40)
    proba = np.tile([0.5, 0.5], (200, 1))
    seen = context(X, [0, 1], [0, 1], classes=2, learner=Told(proba), kind="image")
    chosen = ClusterMargin(batch=5, wider=40, size=6).select(seen, 5).positions
    assert set(group[chosen]) == set(range(5))


def test_the_tree_is_kept_unless_the_learner_has_its_own_view(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    build = cluster_margin._build

    def counted(seen: QueryContext, size: int) -> cluster_margin._Tree:
        built.append(size)
        return build(seen, size)

    monkeypatch.setattr(cluster_margin, "_build", counted)
    X, _ = blobs(3, 10)
    seen = context(X, [0, 1], [0, 1], learner=Told(dirichlet(30)))
    ClusterMargin().select(seen, 3)
    ClusterMargin().select(seen, 3)
    assert built == [12]

    class Embeds(Told):
        def embed(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
            return X

    for _ in range(2):
        ClusterMargin().select(context(seen.features, [0, 1], [0, 1], learner=Embeds(dirichlet(30))), 3)
    assert built == [12, 12, 12]
