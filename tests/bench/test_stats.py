"""The statistics against independent computations and cases worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from quandary.bench.runs import Run
from quandary.bench.stats import compare, holm, labels_saved, labels_to_reach, lines, mean_of


def runs(strategy: str, scores: Sequence[Sequence[float]], seconds: float = 0.1) -> list[Run]:
    """One run a row of ``scores``, ten labels a round."""
    return [
        Run("d", strategy, "l", seed, tuple(range(10, 10 * len(row) + 1, 10)), tuple(row), (seconds,) * len(row))
        for seed, row in enumerate(scores)
    ]


def test_lines_gather_runs_in_order_of_seed() -> None:
    shuffled = [*reversed(runs("margin", [[0.1, 0.2], [0.3, 0.4]])), *runs("random", [[0.0, 0.1], [0.2, 0.3]])]
    margin, random = lines(shuffled)
    assert (margin.strategy, random.strategy) == ("margin", "random")
    assert margin.seeds == (0, 1)
    assert margin.scores.tolist() == [[0.1, 0.2], [0.3, 0.4]]
    assert margin.mean.tolist() == pytest.approx([0.2, 0.3])
    assert margin.areas.tolist() == pytest.approx([0.15, 0.35])


def test_seconds_are_shared_out_over_the_questions() -> None:
    (line,) = lines(runs("margin", [[0.1, 0.2], [0.3, 0.4]], seconds=1.0))
    assert line.seconds_a_question == pytest.approx(2 * 1.0 / 20)


def test_band_is_students_interval_of_each_round() -> None:
    scores = np.random.default_rng(0).random((6, 3))
    (line,) = lines(runs("margin", scores.tolist()))
    band = line.band()
    assert band is not None
    for i in range(3):
        low, high = scipy_stats.t.interval(0.95, 5, loc=scores[:, i].mean(), scale=scipy_stats.sem(scores[:, i]))
        assert (band[0][i], band[1][i]) == pytest.approx((low, high))


def test_one_run_has_no_interval() -> None:
    (line,) = lines(runs("margin", [[0.1, 0.2]]))
    assert line.band() is None
    assert mean_of(line.areas).low is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_rejects_what_stepping_down_rejects(p: list[float]) -> None:
    adjusted = holm(p)
    order = sorted(range(len(p)), key=lambda i: p[i])
    for level in (0.01, 0.05, 0.2):
        rejected = set()
        for step, i in enumerate(order):  # the procedure as Holm wrote it
            if p[i] * (len(p) - step) > level:
                break
            rejected.add(i)
        assert rejected == {i for i, value in enumerate(adjusted) if value <= level}


@pytest.mark.parametrize(
    ("target", "labels"), [(0.4, 10.0), (0.5, 10.0), (0.7, 25.0), (0.8, 30.0), (0.95, float("inf"))]
)
def test_labels_to_reach(target: float, labels: float) -> None:
    assert labels_to_reach(target, np.array([10.0, 20.0, 30.0]), np.array([0.5, 0.6, 0.8])) == pytest.approx(labels)


def test_half_the_labels_is_a_half() -> None:
    fast, slow = lines([*runs("margin", [[0.6, 0.9, 0.9, 0.9]] * 3), *runs("random", [[0.5, 0.6, 0.7, 0.9]] * 3)])
    saved = labels_saved(fast, slow)
    assert (saved.value, saved.low, saved.high) == pytest.approx((0.5, 0.5, 0.5))
    assert labels_saved(slow, slow).value == 1.0


def test_labels_saved_is_uncertain_when_runs_differ() -> None:
    rng = np.random.default_rng(3)
    base = np.linspace(0.4, 0.8, 10)
    margin = runs("margin", (base + 0.06 + rng.normal(0, 0.04, (8, 1))).tolist())
    saved = labels_saved(*lines([*margin, *runs("random", (base + rng.normal(0, 0.04, (8, 1))).tolist())]))
    assert saved.low is not None
    assert saved.high is not None
    assert saved.low < saved.value < saved.high


def test_compare_puts_the_better_first_and_pairs_by_seed() -> None:
    rng = np.random.default_rng(1)
    base = rng.random((8, 4))
    a, b, c = base, base + 0.1, rng.random((8, 4))
    found = compare(lines([*runs("a", a.tolist()), *runs("b", b.tolist()), *runs("c", c.tolist())]))
    assert len(found) == 3
    first = found[0]
    assert (first.one, first.other, first.wins, first.runs) == ("b", "a", 8, 8)
    assert first.gain.value == pytest.approx(0.1)
    assert first.p == pytest.approx(2 / 2**8)  # all eight on one side: the exact two-sided p
    assert first.p_holm == pytest.approx(3 * first.p)


def test_strategies_that_are_one_differ_by_nothing() -> None:
    (pair,) = compare(lines([*runs("a", [[0.1, 0.2]] * 4), *runs("b", [[0.1, 0.2]] * 4)]))
    assert (pair.p, pair.p_holm, pair.wins, pair.gain.value) == (1.0, 1.0, 0, 0.0)
