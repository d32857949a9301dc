"""FALCUN: the law of its draws against every path written out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from quandary.strategies.falcun import Falcun, draw
from tests.strategies.worlds import Told, context, dirichlet

Array = NDArray[np.float64]


def law(proba: Array, gamma: float) -> tuple[Array, Array, Array]:
    """Chances of each item to come first, second and third."""
    top = np.sort(proba, axis=1)
    doubt = 1 - (top[:, -1] - top[:, -2])
    count = len(proba)

    def step(apart: Array, taken: list[int]) -> Array:
        chances = (doubt + apart) ** gamma
        chances[taken] = 0
        return np.asarray(chances / chances.sum())

    def after(apart: Array, i: int) -> Array:
        apart = np.minimum(apart, abs(proba - proba[i]).sum(axis=1))
        return np.asarray((apart - apart.min()) / (apart.max() - apart.min()))

    first, second, third = step(doubt.copy(), []), np.zeros(count), np.zeros(count)
    for i in range(count):
        one = after(doubt, i)
        then = step(one, [i])
        second += first[i] * then
        for j in range(count):
            if j != i:
                third += first[i] * then[j] * step(after(one, j), [i, j])
    return first, second, third


@pytest.mark.parametrize("gamma", [10.0, 3.0, 1.0])
def test_draws_follow_the_law(gamma: float) -> None:
    proba, runs = dirichlet(12, 3, seed=4), 4_000
    drawn = np.array([draw(proba, 3, gamma, np.random.default_rng(seed)) for seed in range(runs)])
    for pick, expected in enumerate(law(proba, gamma)):
        counts = np.bincount(drawn[:, pick], minlength=12)
        use = expected * runs > 5
        chi2 = ((counts - runs * expected)[use] ** 2 / (runs * expected[use])).sum()
        assert chi2 < use.sum() + 5 * np.sqrt(2 * use.sum())
        assert counts[~use].sum() < 60


def test_the_second_differs_from_the_first() -> None:
    """Two predictions, equally unsure: the other one is 1,024 times as likely to come next."""
    proba = np.repeat([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]], 20, axis=0)
    same = 0
    for seed in range(200):
        chosen = Falcun().select(context(np.zeros((40, 1)), [0, 20], [0, 1], learner=Told(proba), seed=seed), 2)
        same += len({int(p) // 20 for p in chosen.positions}) == 1
    assert same <= 3


def test_tiny_doubts_keep_their_proportions() -> None:
    """Tenth powers of small numbers must not all vanish."""
    small = np.array([1e-6, 3e-6])
    proba = np.column_stack([1 - small / 2, small / 2])
    first = [draw(proba, 1, 10.0, np.random.default_rng(seed))[0] for seed in range(200)]
    assert set(first) == {1}


def test_goes_on_when_all_are_certain_and_the_same() -> None:
    proba = np.tile([1.0, 0.0], (9, 1))
    assert sorted(draw(proba, 9, 10.0, np.random.default_rng(0))) == list(range(9))


def test_the_tenth_power_by_products_is_the_tenth_power() -> None:
    proba = dirichlet(500, 4)
    for seed in range(20):
        by_products, general = (draw(proba, 20, gamma, np.random.default_rng(seed)) for gamma in (10.0, 10.0 + 1e-7))
        assert by_products == general
