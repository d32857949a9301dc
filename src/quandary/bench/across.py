"""What paired runs on many data sets say together: labels needed for a level, relative, over all sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.bench.stats import RESAMPLES, Interval

Floats = NDArray[np.floating[Any]]
MOST = 2.0  # budgets; what was not reached counts as this many


@dataclass(frozen=True)
class Curves:
    """The learning curves of several arms on one data set, over the same seeds.

    labels  (r,) labels given after each round;  scores  of each arm, (seeds, r)
    """

    labels: Floats
    scores: Mapping[str, Floats]

    @property
    def seeds(self) -> int:
        return len(next(iter(self.scores.values())))


def settled(curves: Floats) -> Floats:
    """Curves (..., r) smoothed over three rounds and made monotone, so that one lucky round decides nothing.

    >>> settled(np.array([0.0, 0.6, 0.3, 0.3])).tolist()
    [0.3, 0.3, 0.4, 0.4]
    """
    rounds = curves.shape[-1]
    sums = np.pad(np.cumsum(curves, axis=-1), [(0, 0)] * (curves.ndim - 1) + [(1, 0)])
    first, last = np.maximum(np.arange(rounds) - 1, 0), np.minimum(np.arange(rounds) + 2, rounds)
    means = (sums[..., last] - sums[..., first]) / (last - first)
    # Rounded, as the sums differ in their last digits where the scores do not.
    smooth: Floats = np.maximum.accumulate(np.round(means, 12), axis=-1)
    return smooth


def end(curves: Floats) -> Floats:
    """The mean of the last three rounds of curves (..., r)."""
    return np.asarray(np.round(curves[..., -3:].mean(axis=-1), 12))


def needed(labels: Floats, curves: Floats, targets: Floats) -> Floats:
    """Labels at which each settled curve (m, r) first reaches its target (m,); at most twice the last labels.

    >>> needed(np.array([10.0, 20.0]), np.array([[0.5, 0.7], [0.5, 0.7]]), np.array([0.6, 0.9])).tolist()
    [15.0, 40.0]
    """
    there = curves >= targets[:, None]
    at = there.argmax(axis=1)
    rows, before = np.arange(len(curves)), np.maximum(at - 1, 0)
    low, high = curves[rows, before], curves[rows, at]
    share = np.where(at > 0, (targets - low) / np.where(high > low, high - low, 1.0), 0.0)
    found = labels[before] + share * (labels[at] - labels[before])
    used: Floats = np.minimum(np.where(there.any(axis=1), found, np.inf), MOST * labels[-1])
    return used


def relative(curves: Curves, arm: str, goal: str, own: bool, draws: NDArray[np.intp]) -> Floats:
    """Labels that ``arm`` needs for what ``goal`` has at its end, for each draw (m, seeds) of the seeds.

    own  relative to the labels that ``goal`` itself needs; else to the budget
    """
    mean = {name: curves.scores[name][draws].mean(axis=1) for name in (arm, goal)}
    targets = end(mean[goal])
    used = needed(curves.labels, settled(mean[arm]), targets)
    whole = needed(curves.labels, settled(mean[goal]), targets) if own else curves.labels[-1]
    return np.asarray(used / whole)


def geometric(sets: Sequence[Curves], arm: str, goal: str, own: bool = False) -> Interval:
    """``relative`` as geometric mean over the sets, with the interval of drawing sets and seeds anew."""
    rng = np.random.default_rng(0)
    every = [relative(c, arm, goal, own, np.arange(c.seeds)[None])[0] for c in sets]
    drawn = [relative(c, arm, goal, own, rng.integers(c.seeds, size=(RESAMPLES, c.seeds))) for c in sets]
    logs = np.log(np.array(drawn).T)
    chosen = np.take_along_axis(logs, rng.integers(len(sets), size=logs.shape), axis=1)
    low, high = np.exp(np.quantile(chosen.mean(axis=1), [0.025, 0.975]))
    return Interval(float(np.exp(np.mean(np.log(every)))), float(low), float(high))


def areas(sets: Sequence[Curves], arm: str) -> Floats:
    """The area under the arm's curve on each set, mean over the seeds, (sets,)."""
    return np.array([c.scores[arm].mean() for c in sets])
