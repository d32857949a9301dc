"""BADGE against gradients that are written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from quandary.strategies import badge
from quandary.strategies.badge import Badge, Gradients, draw
from quandary.strategies.space import rows_at
from tests.strategies.worlds import Told, context, dirichlet


def written_out(rows: NDArray[np.float64], proba: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gradients of -log p(predicted) in the last layer, by finite differences of its weights and intercepts."""
    step, count, classes = 1e-6, len(rows), proba.shape[1]
    rows1 = np.hstack([rows, np.ones((count, 1))])
    out = np.zeros((count, rows1.shape[1], classes))
    for i in range(count):
        scores, predicted = np.log(proba[i]), proba[i].argmax()

        def loss(moved: NDArray[np.float64], predicted: np.intp = predicted) -> float:
            return float(np.log(np.exp(moved).sum()) - moved[predicted])

        for e in range(rows1.shape[1]):
            for c in range(classes):
                nudge = np.zeros(classes)
                nudge[c] = step * rows1[i, e]
                out[i, e, c] = (loss(scores + nudge) - loss(scores - nudge)) / (2 * step)
    return out.reshape(count, -1)


@settings(deadline=None)
@given(seed=st.integers(0, 30), classes=st.integers(2, 5))
def test_factored_distances_are_those_of_the_gradients(seed: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    rows, proba = rng.standard_normal((9, 3)), dirichlet(9, classes, seed) * 0.98 + 0.02 / classes
    explicit = written_out(rows, proba)
    factored = Gradients.of(rows.astype(np.float32), proba)
    apart = ((explicit[:, None] - explicit[None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(factored.distances(slice(None), list(range(9))), apart, atol=2e-4)
    np.testing.assert_allclose(factored.size, (explicit**2).sum(axis=1), rtol=1e-3, atol=1e-5)


def test_draws_follow_the_law_of_k_means_plus_plus() -> None:
    """Against drawing one by one with fresh distances; stale ones are refreshed often, and never."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((25, 3)).astype(np.float32)
    rows[:8] = rows[0] + 0.05 * rng.standard_normal((8, 3))  # a tight group, so that old distances mislead
    gradients = Gradients.of(rows, dirichlet(25, 3))
    apart = gradients.distances(slice(None), list(range(25))).astype(np.float64)
    first = int(gradients.size.argmax())
    p2 = apart[first] / apart[first].sum()
    p3 = np.zeros(25)
    for second in range(25):
        reach = np.minimum(apart[first], apart[second])
        reach[[first, second]] = 0
        p3 += p2[second] * reach / reach.sum()
    for accept in (0.15, 0.9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(badge, "ACCEPT", accept)
            patch.setattr(badge, "PROPOSALS", 8)
            drawn = np.array([draw(gradients, 3, np.random.default_rng(seed)) for seed in range(3000)])
        assert (drawn[:, 0] == first).all()
        for pick, expected in ((1, p2), (2, p3)):
            counts = np.bincount(drawn[:, pick], minlength=25)
            use = expected * 3000 > 5
            chi2 = ((counts - 3000 * expected)[use] ** 2 / (3000 * expected[use])).sum()
            assert chi2 < use.sum() + 5 * np.sqrt(2 * use.sum())


def test_starts_with_the_longest_gradient_among_the_candidates() -> None:
    X = np.random.default_rng(0).standard_normal((30, 3))
    proba = dirichlet(30, 3)
    seen = context(X, [1, 8, 20], [0, 1, 2], learner=Told(proba), kind="image")
    chosen = Badge().select(seen, 4)
    lengths = Gradients.of(rows_at(seen, seen.candidates), proba[seen.candidates]).size
    assert chosen.positions[0] == seen.candidates[lengths.argmax()]


def test_repeated_items_are_drawn_once_while_others_are_left() -> None:
    X = np.repeat(np.eye(4), 10, axis=0)
    proba = np.repeat(dirichlet(4, 3), 10, axis=0)
    seen = context(X, [0, 11], [0, 1], learner=Told(proba), kind="image")
    chosen = Badge().select(seen, 4).positions
    assert sorted(chosen // 10) == [0, 1, 2, 3]


def test_a_large_pool_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(badge, "MOST", 20)
    X = np.random.default_rng(0).standard_normal((60, 3))
    chosen = Badge().select(context(X, [1, 8], [0, 1], learner=Told(dirichlet(60))), 40)
    assert len(set(chosen.positions)) == 40
