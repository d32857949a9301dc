"""Everything that a comparison found, ready to be told, drawn or written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quandary.bench.ranks import Ranks, rank
from quandary.bench.runs import Run
from quandary.bench.stats import (
    BASELINE,
    Interval,
    Line,
    Versus,
    compare,
    labels_saved,
    labels_to_reach,
    lines,
    mean_of,
)


@dataclass(frozen=True)
class Setting:
    """What was compared on what.

    items, held_out  labeled items in all, and how many of them each run tests on
    left_out         items without a label, which take no part
    """

    dataset: str
    items: int
    held_out: int
    classes: int
    left_out: int
    learner: str
    metric: str
    batch: int
    version: str


@dataclass(frozen=True)
class Summary:
    """Strategies best first, and each pair of them.

    target  score that random asking reaches with all its labels
    saved   of each strategy: labels it needs for that, relative to random asking
    needed  of each strategy: labels it needs for that, inf where it does not get there
    ranks   over the seeds, by the area under the curve
    """

    setting: Setting
    lines: tuple[Line, ...]
    versus: tuple[Versus, ...]
    target: float
    needed: dict[str, float]
    saved: dict[str, Interval]
    ranks: Ranks

    @property
    def best(self) -> Line:
        return self.lines[0]

    @property
    def baseline(self) -> Line:
        return next(line for line in self.lines if line.strategy == BASELINE)

    def pair(self, one: str, other: str) -> Versus:
        """The comparison of two strategies."""
        return next(v for v in self.versus if {v.one, v.other} == {one, other})


def summarize(setting: Setting, runs: Sequence[Run]) -> Summary:
    """Compare the runs; random asking must be among them."""
    ranked = sorted(lines(runs), key=lambda line: -line.areas.mean())
    baseline = next(line for line in ranked if line.strategy == BASELINE)
    target = float(baseline.mean[-1])
    return Summary(
        setting,
        tuple(ranked),
        tuple(compare(ranked)),
        target,
        {line.strategy: labels_to_reach(target, line.labels, line.mean) for line in ranked},
        {line.strategy: labels_saved(line, baseline) for line in ranked},
        rank([line.strategy for line in ranked], np.array([line.areas for line in ranked]).T),
    )


def as_json(summary: Summary) -> dict[str, Any]:
    """The summary for machines; a level that was not reached is null."""
    return {
        **{key: getattr(summary.setting, key) for key in Setting.__dataclass_fields__},
        "seeds": list(summary.baseline.seeds),
        "target": summary.target,
        "strategies": {line.strategy: _line(line, summary) for line in summary.lines},
        "pairs": [
            {
                "better": v.one,
                "other": v.other,
                "area_gain": _interval(v.gain),
                "p": v.p,
                "p_holm": v.p_holm,
                "wins": v.wins,
                "runs": v.runs,
            }
            for v in summary.versus
        ],
    }


def _line(line: Line, summary: Summary) -> dict[str, Any]:
    return {
        "area": _interval(mean_of(line.areas)),
        "final": _interval(mean_of(line.scores[:, -1])),
        "labels_to_target": _finite(summary.needed[line.strategy]),
        "mean_rank": summary.ranks.mean[summary.ranks.names.index(line.strategy)],
        "labels_relative_to_random": _interval(summary.saved[line.strategy]),
        "seconds_a_question": line.seconds_a_question,
        "labels": [int(n) for n in line.labels],
        "mean": [float(s) for s in line.mean],
    }


def _interval(interval: Interval) -> dict[str, float | None]:
    return {"value": _finite(interval.value), "low": _finite(interval.low), "high": _finite(interval.high)}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
