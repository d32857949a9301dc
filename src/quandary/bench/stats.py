"""What many paired runs say together: mean curves, areas, labels saved, and which differences are real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student
from scipy.stats import wilcoxon

from quandary.bench.runs import Run

BASELINE = "random"
RESAMPLES = 2_000
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Interval:
    """A number with its 95 % interval; ``low`` and ``high`` are None where one run alone gives none."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Line:
    """All runs of one strategy.

    labels  (r,) labels given after each round;  scores  (seeds, r) on the test set;  seconds  (seeds, r)
    """

    strategy: str
    seeds: tuple[int, ...]
    labels: Floats
    scores: Floats
    seconds: Floats

    @property
    def areas(self) -> Floats:
        """Mean score over the rounds of each run, (seeds,)."""
        means: Floats = self.scores.mean(axis=1)
        return means

    @property
    def mean(self) -> Floats:
        """Mean score after each round, (r,)."""
        means: Floats = self.scores.mean(axis=0)
        return means

    @property
    def seconds_a_question(self) -> float:
        """Time of choosing and fitting, shared out over the questions of a round."""
        return float(self.seconds.sum() / (len(self.seeds) * self.labels[-1]))

    def band(self) -> tuple[Floats, Floats] | None:
        """Lower and upper end of the 95 % interval of the mean curve, (r,) each; None for one run."""
        if len(self.seeds) < 2:
            return None
        half = _half_width(self.scores)
        return self.mean - half, self.mean + half


@dataclass(frozen=True)
class Versus:
    """Two strategies on the same seeds: ``gain`` is the area of ``one`` minus that of ``other``.

    p, p_holm  of Wilcoxon's signed-rank test, as it is and by Holm's correction for all pairs
    wins       runs in which ``one`` was strictly better
    """

    one: str
    other: str
    gain: Interval
    p: float
    p_holm: float
    wins: int
    runs: int


def lines(runs: Sequence[Run]) -> list[Line]:
    """Gather runs by strategy, in order of first appearance."""
    out = []
    for strategy in dict.fromkeys(run.strategy for run in runs):
        own = sorted((run for run in runs if run.strategy == strategy), key=lambda run: run.seed)
        out.append(
            Line(
                strategy,
                tuple(run.seed for run in own),
                np.array(own[0].labels, dtype=np.float64),
                np.array([run.scores for run in own]),
                np.array([run.seconds for run in own]),
            )
        )
    return out


def _half_width(values: Floats) -> Floats:
    n = len(values)
    half: Floats = student.ppf(0.975, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return half


def mean_of(values: Floats) -> Interval:
    """Mean of independent values (n,) with Student's 95 % interval.

    >>> mean_of(np.array([1.0, 2.0, 3.0])).value
    2.0
    """
    value = float(values.mean())
    if len(values) < 2:
        return Interval(value, None, None)
    half = float(_half_width(values))
    return Interval(value, value - half, value + half)


def labels_to_reach(target: float, labels: Floats, scores: Floats) -> float:
    """Labels at which the curve first reaches ``target``, between rounds by straight line; inf if never.

    >>> labels_to_reach(0.75, np.array([10.0, 20.0, 30.0]), np.array([0.25, 0.5, 1.0]))
    25.0
    """
    there = np.flatnonzero(scores >= target)
    if not len(there):
        return float("inf")
    at = int(there[0])
    if at == 0:
        return float(labels[0])
    share = (target - scores[at - 1]) / (scores[at] - scores[at - 1])
    return float(labels[at - 1] + share * (labels[at] - labels[at - 1]))


def labels_saved(line: Line, baseline: Line) -> Interval:
    """Labels ``line`` needs for what ``baseline`` reaches at its end, relative to what ``baseline`` needs.

    0.4 means 40 % of the labels. The interval comes from drawing the seeds anew, for both at once,
    since they are paired; inf means that the level was not reached.
    """
    value = _ratio(line.mean, baseline.mean, line.labels)
    n = len(line.seeds)
    if n < 2:
        return Interval(value, None, None)
    draws = np.random.default_rng(0).integers(n, size=(RESAMPLES, n))
    ratios = [_ratio(line.scores[d].mean(axis=0), baseline.scores[d].mean(axis=0), line.labels) for d in draws]
    low, high = np.quantile(ratios, [0.025, 0.975], method="nearest")
    return Interval(value, float(low), float(high))


def _ratio(scores: Floats, baseline: Floats, labels: Floats) -> float:
    target = float(baseline[-1])
    return labels_to_reach(target, labels, scores) / labels_to_reach(target, labels, baseline)


def holm(p: Sequence[float]) -> list[float]:
    """Adjust p values of a family of tests (Holm 1979, Scandinavian Journal of Statistics 6).

    >>> [round(v, 3) for v in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(steps, 1.0)
    return [float(v) for v in adjusted]


def compare(all_lines: Sequence[Line]) -> list[Versus]:
    """Every pair of strategies, the better one first, by the area under the curve within each seed."""
    pairs = [(a, b) if a.areas.mean() >= b.areas.mean() else (b, a) for a, b in combinations(all_lines, 2)]
    tests = [signed_rank(one.areas - other.areas) for one, other in pairs]
    return [
        Versus(
            one.strategy,
            other.strategy,
            mean_of(one.areas - other.areas),
            p,
            adjusted,
            int((one.areas > other.areas).sum()),
            len(one.seeds),
        )
        for (one, other), p, adjusted in zip(pairs, tests, holm(tests), strict=True)
    ]


def signed_rank(differences: Floats) -> float:
    """Two-sided p of Wilcoxon's signed-rank test; 1 when nothing differs."""
    if not np.any(differences):
        return 1.0
    return float(wilcoxon(differences, zero_method="zsplit").pvalue)
