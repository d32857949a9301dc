"""May the reading stop? A proof of recall that stays valid however often it is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Bets on how much fewer relevant items are unread than would break the target, and the stake on each.
RATIOS = (0.0, 0.1, 0.25, 0.5, 0.75)
STAKES = (0.4, 0.2, 0.15, 0.15, 0.1)


@dataclass(frozen=True)
class Draws:
    """Uniform draws from the unread items, in order, since the ranked reading was left.

    relevant  (d,) whether each was relevant
    found     (d,) relevant items known before it, from all reading
    unread    (d,) items not yet read before it
    """

    relevant: NDArray[np.bool_]
    found: NDArray[np.intp]
    unread: NDArray[np.intp]


def breaking_total(found: int, target: float) -> int:
    """Smallest number of relevant items in all for which ``found`` of them miss the ``target``.

    >>> breaking_total(95, 0.95)
    101
    """
    return math.floor(found / target + 1e-9) + 1


def log_evidence(draws: Draws, total: int) -> float:
    """Log of the e-value against "there are ``total`` relevant items or more".

    Under just ``total`` each draw was relevant with probability (total - found) / unread; the likelihood ratio
    of fewer is a martingale, so it may be looked at after every draw (V. Vovk, R. Wang, E-values, Ann. Stat. 2021).
    """
    p = np.clip((total - draws.found) / draws.unread, 0, 1 - 1e-12)
    hits, miss = int(draws.relevant.sum()), p[~draws.relevant]
    bets = [
        math.log(stake) + _log_ratio(ratio, hits, miss)
        for ratio, stake in zip(RATIOS, STAKES, strict=True)
        if ratio > 0 or not hits
    ]
    return float(np.logaddexp.reduce(bets))


def _log_ratio(ratio: float, hits: int, miss: NDArray[np.float64]) -> float:
    """Log likelihood ratio of ``ratio`` times the chance of a hit, given the chances at the draws that missed."""
    missed = float((np.log1p(-ratio * miss) - np.log1p(-miss)).sum())
    return missed + (hits * math.log(ratio) if hits else 0.0)


def recall_proven(draws: Draws, found: int, target: float, alpha: float = 0.05) -> bool:
    """Whether recall of at least ``target`` may be claimed with confidence ``1 - alpha``, now or at any moment.

    found  relevant items known now
    """
    if not len(draws.relevant):
        return False
    return log_evidence(draws, breaking_total(found, target)) >= -math.log(alpha)


def proof_price(found: int, unread: int, target: float, alpha: float = 0.05) -> int:
    """Uniform draws that a proof needs when none of them is relevant and it is asked for once.

    >>> proof_price(45, 1000, 0.95), proof_price(45, 1000, 0.8)
    (632, 221)
    """
    allowed = breaking_total(found, target) - found
    share: float = 1 - alpha ** (1 / allowed)
    return math.ceil(unread * share)


def quiet(relevant: NDArray[np.bool_], window: int) -> bool:
    """Whether the last ``window`` items read in ranked order held nothing relevant: time to start proving."""
    return len(relevant) >= window and not bool(relevant[-window:].any())


def quiet_window(pool: int) -> int:
    """How long to wait for a relevant item in a pool of this size; too early is as dear as too late."""
    return 120 if pool < 3_000 else 200
