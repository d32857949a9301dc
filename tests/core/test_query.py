"""The seam of the strategies: ranking, probabilities in blocks, columns of unseen classes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from quandary.core.errors import CapabilityError, ConfigError
from quandary.core.features import Features
from quandary.core.query import QueryContext, predict_proba, top_k

scores = st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=40)


@given(scores, st.data())
def test_top_k_takes_the_highest_and_nan_last(values: list[float], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(values)))
    picked = top_k(np.array(values), k, np.random.default_rng(0))
    clean = sorted((-np.inf if np.isnan(v) else v for v in values), reverse=True)
    assert len(set(picked.tolist())) == k
    assert [(-np.inf if np.isnan(values[p]) else values[p]) for p in picked] == clean[:k]


def test_ties_are_broken_fairly() -> None:
    rng = np.random.default_rng(0)
    hits = np.zeros(100)
    for _ in range(2000):
        hits[top_k(np.zeros(100), 5, rng)] += 1
    assert hits.min() > 60  # 100 expected, standard deviation 10
    assert hits.max() < 140


def test_asking_for_fewer_gives_the_beginning() -> None:
    values = np.random.default_rng(1).integers(0, 5, 400).astype(float)
    picks = [top_k(values, k, np.random.default_rng(7)).tolist() for k in (1, 10, 99, 100, 400)]
    assert all(longer[: len(shorter)] == shorter for shorter, longer in pairwise(picks))


def test_k_beyond_the_candidates_says_how_many_there_are() -> None:
    with pytest.raises(ConfigError, match="between 1 and the number of candidates 3, got 4"):
        top_k(np.zeros(3), 4, np.random.default_rng(0))


def context(matrix: Any, learner: Any, candidates: list[int]) -> QueryContext:
    labeled = np.array([1, 5, 8])
    y = np.array([0, 2, 0])
    names = ("a", "b", "c")
    return QueryContext(np.array(candidates), Features(matrix), labeled, y, names, learner, np.random.default_rng(0))


@pytest.mark.parametrize("as_matrix", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_probabilities_stand_in_the_columns_of_their_classes(as_matrix: Any) -> None:
    X = np.random.default_rng(0).normal(size=(50, 4))
    learner = LogisticRegression().fit(as_matrix(X)[[1, 5, 8]], [0, 2, 0])
    proba = context(as_matrix(X), learner, [2, 3, 40]).proba
    np.testing.assert_allclose(proba[:, [0, 2]], learner.predict_proba(X[[2, 3, 40]]))
    assert (proba[:, 1] == 0).all()


def test_without_a_model_all_classes_are_equally_likely() -> None:
    np.testing.assert_allclose(context(np.eye(9), None, [0, 2]).proba, 1 / 3)


def test_blocks_give_what_one_pass_gives() -> None:
    X = np.random.default_rng(0).normal(size=(40_000, 3))
    learner = LogisticRegression().fit(X[:20], np.arange(20) % 2)
    positions = np.arange(0, 40_000, 2)
    got = predict_proba(learner, Features(X), positions, 2)
    np.testing.assert_allclose(got, learner.predict_proba(X[positions]))


def test_a_learner_without_probabilities_is_named() -> None:
    class Bare:
        classes_ = np.array([0, 1])

    with pytest.raises(CapabilityError, match="Bare has no predict_proba"):
        predict_proba(Bare(), Features(np.eye(3)), np.array([0]), 2)
