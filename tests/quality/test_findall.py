"""The proof of recall against exact enumeration of every order the unread items can be drawn in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import hypergeom

from quandary.quality.findall import (
    Draws,
    breaking_total,
    log_evidence,
    proof_price,
    quiet,
    quiet_window,
    recall_proven,
)


def orders(unread: int, hidden: int) -> Iterator[np.ndarray]:
    """Every order of ``unread`` items, ``hidden`` of them relevant; all are equally likely."""
    for places in combinations(range(unread), hidden):
        yield np.isin(np.arange(unread), places)


def drawn(order: np.ndarray, found: int, count: int) -> Draws:
    """The first ``count`` draws of ``order``, after ``found`` were known."""
    before = found + np.append(0, np.cumsum(order)[:-1])
    return Draws(order[:count], before[:count], (len(order) - np.arange(len(order)))[:count])


@pytest.mark.parametrize(("unread", "hidden"), [(9, 1), (9, 3), (12, 4)])
@pytest.mark.parametrize("count", [1, 3, 5])
def test_evidence_is_a_fair_bet_when_the_claim_is_just_false(unread: int, hidden: int, count: int) -> None:
    total = 7 + hidden
    values = [math.exp(log_evidence(drawn(order, 7, count), total)) for order in orders(unread, hidden)]
    assert np.mean(values) == pytest.approx(1.0)


@pytest.mark.parametrize(("found", "hidden", "target"), [(8, 3, 0.8), (6, 4, 0.7), (20, 3, 0.9)])
def test_false_claims_are_rare_though_asked_after_every_draw(found: int, hidden: int, target: float) -> None:
    unread = 14
    assert found / (found + hidden) < target
    wrong = [claims_too_early(order, found, target) for order in orders(unread, hidden)]
    assert np.mean(wrong) <= 0.05


def claims_too_early(order: np.ndarray, found: int, target: float) -> bool:
    total = found + order.sum()
    for count in range(1, len(order)):
        known = found + int(order[:count].sum())
        if known / total < target and recall_proven(drawn(order, found, count), known, target):
            return True
    return False


def test_a_true_claim_is_proven_before_all_is_read() -> None:
    order = np.zeros(200, bool)
    needed = next(count for count in range(1, 200) if recall_proven(drawn(order, 100, count), 100, 0.9))
    assert proof_price(100, 200, 0.9) <= needed < 100


def test_a_hit_weakens_the_claim() -> None:
    clean, one = np.zeros(40, bool), np.arange(40) == 20
    assert log_evidence(drawn(one, 50, 40), 60) < log_evidence(drawn(clean, 50, 40), 60)
    assert not recall_proven(drawn(clean, 50, 0), 50, 0.5)


@pytest.mark.parametrize(("found", "unread", "target"), [(45, 1_000, 0.95), (45, 1_000, 0.8), (100, 800, 0.95)])
def test_price_is_what_drawing_nothing_takes(found: int, unread: int, target: float) -> None:
    """Draws from a large pool with replacement: the chance of seeing nothing falls to 5 %."""
    allowed = breaking_total(found, target) - found
    price = proof_price(found, unread, target)
    assert hypergeom.pmf(0, unread, allowed, price) <= 0.05
    assert hypergeom.pmf(0, unread, allowed, int(0.95 * price)) > 0.05


@pytest.mark.parametrize(("found", "target"), [(95, 0.95), (19, 0.95), (8, 0.8), (7, 0.8), (0, 0.9), (9, 0.9)])
def test_breaking_total_is_the_smallest_that_breaks(found: int, target: float) -> None:
    total = breaking_total(found, target)
    assert found < target * total - 1e-12
    assert found >= target * (total - 1) - 1e-9


def test_quiet_looks_at_the_last_items_only() -> None:
    read = np.array([1, 0, 1, 0, 0, 0], bool)
    assert [quiet(read, window) for window in (2, 3, 4, 7)] == [True, True, False, False]
    assert (quiet_window(2_999), quiet_window(3_000)) == (120, 200)
