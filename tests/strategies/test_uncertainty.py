"""margin, entropy and least confidence against their formulas, item by item."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import entropy as scipy_entropy

from quandary.core.query import Strategy
from quandary.strategies import margin
from quandary.strategies.entropy import Entropy
from quandary.strategies.least_confidence import LeastConfidence
from quandary.strategies.margin import Margin, uncertainty
from quandary.strategies.reasons import torn
from tests.strategies.worlds import NAMES, Told, context, dirichlet

FORMULAS: list[tuple[Strategy, Callable[[list[float]], float]]] = [
    (Margin(), lambda p: 1 - (sorted(p)[-1] - sorted(p)[-2])),
    (LeastConfidence(), lambda p: 1 - max(p)),
    (Entropy(), lambda p: float(scipy_entropy(p))),
]
each = pytest.mark.parametrize(("strategy", "formula"), FORMULAS, ids=lambda value: type(value).__name__)


@each
@settings(deadline=None)
@given(seed=st.integers(0, 50), classes=st.integers(2, 6), k=st.integers(1, 20))
def test_highest_scores_first(
    strategy: Strategy, formula: Callable[[list[float]], float], seed: int, classes: int, k: int
) -> None:
    proba = dirichlet(30, classes, seed)
    labeled = np.random.default_rng(seed).permutation(30)[:6]
    seen = context(np.zeros((30, 2)), labeled, [0, 1] * 3, classes=classes, learner=Told(proba))
    chosen = strategy.select(seen, k)
    expected = {p: formula(proba[p].tolist()) for p in range(30) if p not in labeled}
    assert chosen.scores is not None
    np.testing.assert_allclose(chosen.scores, [expected[p] for p in seen.candidates], atol=1e-12)
    assert chosen.positions.tolist() == sorted(expected, key=lambda p: -expected[p])[:k]


@each
def test_the_same_items_however_the_rows_are_ordered(strategy: Strategy, formula: object) -> None:
    proba = dirichlet(40, 4)
    order = np.random.default_rng(3).permutation(40)
    labeled = np.array([2, 17, 30])
    there = np.argsort(order)
    first = strategy.select(context(np.zeros((40, 1)), labeled, [0, 1, 2], classes=4, learner=Told(proba)), 6)
    moved = context(np.zeros((40, 1)), there[labeled], [0, 1, 2], classes=4, learner=Told(proba[order]))
    assert order[strategy.select(moved, 6).positions].tolist() == first.positions.tolist()


@each
def test_ties_are_drawn_evenly(strategy: Strategy, formula: object) -> None:
    proba = np.repeat([[0.6, 0.4]], 8, axis=0)
    counts = np.zeros(8)
    for seed in range(400):
        seen = context(np.zeros((8, 1)), [0, 5], [0, 1], classes=2, learner=Told(proba), seed=seed)
        counts[strategy.select(seen, 2).positions] += 1
    assert counts[[0, 5]].tolist() == [0, 0]
    assert (abs(counts[[1, 2, 3, 4, 6, 7]] - 800 / 6) < 5 * np.sqrt(800 / 6)).all()


@each
@pytest.mark.parametrize("known", [[], [1], [1, 1]])
def test_at_random_until_two_classes_are_known(strategy: Strategy, formula: object, known: list[int]) -> None:
    proba = np.array([[0.5, 0.5], *[[0.9, 0.1]] * 9])  # would always choose item 0
    first = set()
    for seed in range(40):
        labeled = [7, 8][: len(known)]
        chosen = strategy.select(
            context(np.zeros((10, 1)), labeled, known, classes=2, learner=Told(proba), seed=seed), 1
        )
        assert chosen.reasons is not None
        assert chosen.reasons[0].kind == "start"
        first.add(int(chosen.positions[0]))
    assert len(first) > 4


def test_one_class_has_no_rival() -> None:
    flat: NDArray[np.float64] = np.ones((4, 1))
    assert uncertainty(flat).tolist() == [0, 0, 0, 0]


def test_the_reason_names_both_classes_in_one_short_line() -> None:
    assert torn(np.array([0.1, 0.3, 0.6]), NAMES[:3]).text == "Torn between fox and dog, 60 to 30."
    longest = torn(np.array([0.5, 0.5]), ("x" * 300, "y" * 300))
    assert len(longest.text) < 60
    assert longest.numbers == {"p1": 0.5, "p2": 0.5}


@given(seed=st.integers(0, 50), classes=st.integers(2, 6), few=st.integers(1, 8))
def test_the_two_largest_by_columns_and_by_rows(seed: int, classes: int, few: int) -> None:
    proba = dirichlet(20, classes, seed).round(1)  # with ties
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(margin, "FEW", few)
        first, second = margin.top_two(proba)
    ordered = np.sort(proba, axis=1)
    assert np.array_equal(first, ordered[:, -1])
    assert np.array_equal(second, ordered[:, -2])
