"""Labels needed over many data sets, against a plain loop and cases worked by hand."""

import numpy as np
import pytest
from scipy.stats import gmean

from quandary.bench.across import MOST, Curves, areas, end, geometric, needed, relative, settled

LABELS = np.arange(10.0, 101.0, 10)


def made(seed: int, seeds: int = 4) -> Curves:
    """Noisy rising curves; ``quick`` rises faster than ``slow``."""
    rng = np.random.default_rng(seed)
    curves = {name: 1 - np.exp(-LABELS / scale) for name, scale in (("quick", 20), ("slow", 40))}
    return Curves(LABELS, {name: c + rng.normal(0, 0.05, (seeds, 10)) for name, c in curves.items()})


def slow_way(labels: list[float], curve: list[float], target: float) -> float:
    """The definition, step by step."""
    smooth: list[float] = []
    for i in range(len(curve)):
        near = curve[max(0, i - 1) : i + 2]
        smooth.append(max([sum(near) / len(near), *smooth[-1:]]))
    for i, value in enumerate(smooth):
        if value >= target - 1e-12:
            if i == 0:
                return labels[0]
            share = (target - smooth[i - 1]) / (value - smooth[i - 1])
            return labels[i - 1] + share * (labels[i] - labels[i - 1])
    return MOST * labels[-1]


@pytest.mark.parametrize("seed", range(8))
def test_relative_labels_are_those_of_the_definition(seed: int) -> None:
    curves = made(seed)
    mean = {name: scores.mean(axis=0) for name, scores in curves.scores.items()}
    for arm, goal in (("quick", "slow"), ("slow", "quick"), ("slow", "slow")):
        target = float(np.mean(mean[goal][-3:]))
        expected = slow_way(LABELS.tolist(), mean[arm].tolist(), target)
        every = np.arange(4)[None]
        assert relative(curves, arm, goal, False, every)[0] == pytest.approx(expected / 100)
        whole = slow_way(LABELS.tolist(), mean[goal].tolist(), target)
        assert relative(curves, arm, goal, True, every)[0] == pytest.approx(expected / whole)


def test_draws_of_seeds_are_paired() -> None:
    curves = made(0)
    draws = np.array([[0, 0, 2, 3], [1, 1, 1, 1]])
    one_by_one = [
        relative(Curves(LABELS, {n: s[d] for n, s in curves.scores.items()}), "quick", "slow", True, np.arange(4)[None])
        for d in draws
    ]
    assert relative(curves, "quick", "slow", True, draws).tolist() == np.concatenate(one_by_one).tolist()


def test_flat_curves_settle_where_they_are() -> None:
    curve = np.full((1, 5), 0.1)
    assert settled(curve).tolist() == curve.tolist()
    assert needed(LABELS[:5], settled(curve), end(curve)).tolist() == [10.0]


def test_geometric_mean_over_sets_lies_within_its_interval() -> None:
    sets = [made(seed) for seed in range(6)]
    found = geometric(sets, "quick", "slow")
    every = [relative(c, "quick", "slow", False, np.arange(4)[None])[0] for c in sets]
    assert found.value == pytest.approx(gmean(every))
    assert found.low is not None
    assert found.high is not None
    assert min(every) * 0.8 < found.low < found.value < found.high < max(every) * 1.2


def test_an_arm_needs_what_itself_needs() -> None:
    found = geometric([made(seed) for seed in range(3)], "slow", "slow", own=True)
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 1.0, 1.0))


def test_areas_are_means_over_seeds_and_rounds() -> None:
    curves = made(0)
    assert areas([curves], "quick").tolist() == pytest.approx([np.mean(curves.scores["quick"])])
