"""power_margin: the law of its draws."""

from __future__ import annotations

import numpy as np
import pytest

from quandary.strategies.margin import Margin
from quandary.strategies.power_margin import PowerMargin
from tests.strategies.worlds import Told, context, dirichlet


@pytest.mark.parametrize("power", [0.0, 1.0, 3.0])
def test_draws_without_replacement_in_proportion_to_powers_of_the_doubt(power: float) -> None:
    proba, runs = dirichlet(10, 3, seed=2), 3_000
    top = np.sort(proba, axis=1)
    weights = (1 - (top[:, -1] - top[:, -2])) ** power
    weights[[3, 7]] = 0  # labeled
    first = weights / weights.sum()
    second = np.zeros(10)
    for i in range(10):
        left = np.where(np.arange(10) == i, 0, weights)
        second += first[i] * left / left.sum()
    drawn = np.array(
        [
            PowerMargin(power)
            .select(context(np.zeros((10, 1)), [7, 3], [0, 1], learner=Told(proba), seed=s), 2)
            .positions
            for s in range(runs)
        ]
    )
    for pick, expected in enumerate((first, second)):
        counts = np.bincount(drawn[:, pick], minlength=10)
        use = expected * runs > 5
        chi2 = ((counts - runs * expected)[use] ** 2 / (runs * expected[use])).sum()
        assert chi2 < use.sum() + 5 * np.sqrt(2 * use.sum())


def test_a_high_power_is_margin() -> None:
    seen = [context(np.zeros((50, 1)), [1, 2], [0, 1], learner=Told(dirichlet(50))) for _ in range(2)]
    chosen = PowerMargin(1e6).select(seen[0], 10).positions
    assert chosen.tolist() == Margin().select(seen[1], 10).positions.tolist()
