"""TypiClust and TCM: groups without a label first, their typical items, largest group first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quandary.strategies.clusters import k_means, nearest_center
from quandary.strategies.margin import Margin
from quandary.strategies.tcm import Tcm
from quandary.strategies.typiclust import Typiclust
from tests.strategies.worlds import Told, blobs, context, dirichlet


@given(seed=st.integers(0, 60), groups=st.integers(2, 9))
@settings(deadline=None, max_examples=30)
def test_hits_every_far_group(seed: int, groups: int) -> None:
    X, group = blobs(groups, 12, dims=3, seed=seed)
    chosen = Typiclust(ahead=groups).select(context(X, kind="image", seed=seed), groups)
    assert set(group[chosen.positions]) == set(range(groups))


def test_asks_the_larger_groups_first_and_those_with_labels_last() -> None:
    rng = np.random.default_rng(0)
    group = rng.permutation(np.repeat([0, 1, 2, 3], [40, 10, 25, 60]))
    X = np.eye(4)[group] * 60 + rng.standard_normal((135, 4))
    labeled = np.flatnonzero(group == 3)[:2]
    chosen = Typiclust(ahead=2).select(context(X, labeled, [0, 0], kind="image"), 5)
    assert group[chosen.positions].tolist() == [0, 2, 1, 0, 2]
    assert chosen.reasons is not None
    assert {reason.text for reason in chosen.reasons} == {"A typical one of a group with no label yet."}


def test_the_most_typical_item_is_the_one_nearest_to_its_neighbors() -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((31, 2))
    mean_distance = [np.sort(np.linalg.norm(X - x, axis=1))[: 31 // 2 + 1].mean() for x in X]
    chosen = Typiclust(ahead=1).select(context(X, kind="image"), 3).positions.tolist()
    assert chosen == np.argsort(mean_distance)[:3].tolist()


def test_says_when_every_group_has_a_label() -> None:
    X, group = blobs(3, 10)
    labeled = [int(np.flatnonzero(group == g)[0]) for g in range(3)]
    chosen = Typiclust(ahead=0).select(context(X, labeled, [0, 1, 2], kind="image"), 2)
    assert chosen.reasons is not None
    assert {reason.text for reason in chosen.reasons} == {"A typical one of its group."}


def test_tiny_groups_come_last() -> None:
    X = np.vstack([np.random.default_rng(0).standard_normal((20, 2)), [[900.0, 900.0]] * 4])
    chosen = Typiclust(ahead=2).select(context(X, kind="image"), 21).positions.tolist()
    assert set(chosen[:20]) == set(range(20))


@given(seed=st.integers(0, 30), count=st.integers(1, 12), repeats=st.booleans())
@settings(deadline=None)
def test_k_means_is_at_rest(seed: int, count: int, repeats: bool) -> None:
    """Each center is the mean of the rows nearest to it: what Lloyd's steps lead to."""
    rng = np.random.default_rng(seed)
    rows = (rng.integers(0, 2, (60, 2)) if repeats else rng.standard_normal((60, 2))).astype(np.float32)
    centers = k_means(rows, count, np.random.default_rng(seed), steps=500)
    where = nearest_center(rows, centers)
    apart = np.linalg.norm(rows[:, None] - centers[None], axis=2)
    np.testing.assert_allclose(apart[np.arange(60), where], apart.min(axis=1), atol=1e-3)
    for c in np.unique(where):
        np.testing.assert_allclose(centers[c], rows[where == c].mean(axis=0), atol=1e-5)


@pytest.mark.parametrize(
    ("labels", "classes", "typical"), [(0, 3, True), (19, 3, True), (20, 3, False), (30, 5, False)]
)
def test_tcm_turns_from_typical_to_margin(labels: int, classes: int, typical: bool) -> None:
    X, _ = blobs(5, 12)
    y = np.arange(labels) % classes

    def chosen(strategy: Typiclust | Tcm | Margin) -> list[int]:
        seen = context(X, np.arange(labels) * 2, y, classes=classes, learner=Told(dirichlet(60, classes)))
        return [int(p) for p in strategy.select(seen, 6).positions]

    assert chosen(Tcm()) == chosen(Typiclust() if typical else Margin())
    assert chosen(Typiclust()) != chosen(Margin())


def test_tcm_waits_for_a_second_class() -> None:
    X, _ = blobs(5, 12)
    seen = [context(X, np.arange(30), [0] * 30, learner=Told(dirichlet(60))) for _ in range(2)]
    assert Tcm().select(seen[0], 5).positions.tolist() == Typiclust().select(seen[1], 5).positions.tolist()
