"""Intervals against scipy, their defining equations, and exact enumeration: no simulation noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln, xlog1py, xlogy
from scipy.stats import binom, binomtest

from quandary.quality.intervals import Z95, Z_LOOKS, beta_mixture, clipped, corrected, wilson

shares = st.floats(0, 1)
sizes = st.floats(1, 5_000)


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (3, 10), (45, 50), (50, 50), (199, 400)])
def test_wilson_is_scipys(hits: int, n: int) -> None:
    peer = binomtest(hits, n).proportion_ci(0.95, "wilson")
    assert wilson(hits / n, n) == pytest.approx((peer.low, peer.high), abs=1e-6)


@given(st.floats(0.001, 0.999), sizes, st.floats(0.5, 4))
def test_wilson_ends_are_z_standard_errors_away_for_broken_sizes_too(share: float, n: float, z: float) -> None:
    for end in wilson(share, n, z):
        assert (share - end) ** 2 * n == pytest.approx(z * z * end * (1 - end), rel=1e-6, abs=1e-9)


def test_wilson_covers_95_percent_on_average_and_never_little() -> None:
    for n in (10, 20, 50, 100):
        covers = [exact_cover(n, p) for p in np.linspace(0.05, 0.95, 181)]
        assert 0.945 < np.mean(covers) < 0.965
        assert min(covers) > 0.89


def exact_cover(n: int, p: float) -> float:
    hits = np.arange(n + 1)
    held = [low <= p <= high for low, high in (wilson(k / n, n) for k in hits)]
    return float(binom.pmf(hits, n, p)[held].sum())


def test_lower_bound_for_many_looks_is_seldom_above_the_truth_at_one_look() -> None:
    for n in (20, 50, 100):
        for p in np.linspace(0.5, 0.95, 46):
            hits = np.arange(n + 1)
            above = [wilson(k / n, n, Z_LOOKS)[0] > p for k in hits]
            assert binom.pmf(hits, n, p)[above].sum() < 0.02


@pytest.mark.parametrize("p", [0.5, 0.8, 0.9, 0.97])
def test_beta_mixture_holds_at_all_times_at_once(p: float) -> None:
    """The exact probability that any of 200 looks misses, by following every count of hits."""
    alive = np.array([1.0])
    for n in range(1, 201):
        alive = np.append(alive * (1 - p), 0) + np.append(0, alive * p)
        alive[[not low <= p <= high for low, high in (beta_mixture(k / n, n) for k in range(n + 1))]] = 0
    assert 0.95 <= alive.sum() < 0.999


@given(st.floats(0.0, 1.0), st.floats(2, 500))
def test_beta_mixture_keeps_what_its_definition_keeps(share: float, n: float) -> None:
    low, high = beta_mixture(share, n)
    grid = np.linspace(0, 1, 1_001)
    hits, misses = share * n, (1 - share) * n
    kept = xlogy(hits, grid) + xlog1py(misses, -grid) > betaln(1 + hits, 1 + misses) + np.log(0.05)
    inside = (grid >= low) & (grid <= high)
    near = np.minimum(abs(grid - low), abs(grid - high)) < 1e-9
    assert (kept == inside)[~near].all()


@given(shares, sizes)
def test_intervals_hold_their_share_and_stay_within_0_and_1(share: float, n: float) -> None:
    for low, high in (wilson(share, n), beta_mixture(share, n)):
        assert 0 <= low <= share + 1e-9
        assert share - 1e-9 <= high <= 1


@given(shares, st.floats(10, 5_000))
def test_more_confidence_and_less_evidence_widen(share: float, n: float) -> None:
    def width(ends: tuple[float, float]) -> float:
        return ends[1] - ends[0]

    assert width(wilson(share, n, Z_LOOKS)) > width(wilson(share, n, Z95)) > width(wilson(share, 2 * n, Z95))
    assert width(beta_mixture(share, n)) > width(wilson(share, n))


@given(st.floats(-1, 2), st.integers(1, 1_000))
def test_clipped_shares_are_possible_ones(share: float, n: int) -> None:
    assert 0 < clipped(share, n) < 1
    if 1 / n <= share <= 1 - 1 / n:
        assert clipped(share, n) == share


@given(st.floats(-0.2, 1.2), st.integers(10, 200), st.floats(5, 400))
def test_corrected_shares_overshoot_into_what_is_possible(share: float, count: int, size: float) -> None:
    value, low, high = corrected(share, count, size)
    assert value == clipped(share, count)
    plain = wilson(value, size)
    assert 0 <= low <= plain[0] <= value <= plain[1] <= high <= 1
    assert (low == 0) or share > 0
    assert (high == 1) or share < 1
