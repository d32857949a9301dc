"""The label benchmark in markdown tables."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.label_board import Board
from benchmarks.sets import METRICS
from quandary import __version__
from quandary.bench.across import Curves, areas, end, geometric, relative
from quandary.bench.ranks import rank
from quandary.bench.stats import Interval, holm, signed_rank


def report(board: Board, command: str) -> str:
    """Everything, ready for a README."""
    return "\n".join(_report(board, command))


def _report(board: Board, command: str) -> Iterator[str]:
    seeds = [curves.seeds for curves in board.curves]
    yield f"`{command}`, Quandary {__version__} at {commit()}: {len(seeds)} sets, {min(seeds)} to {max(seeds)} seeds.\n"
    if board.missing:
        yield f"Not played by all arms, left out: {', '.join(board.missing)}.\n"
    goals = [goal for strategy in ("random", "margin") if (goal := board.called(strategy, "plain")) is not None]
    yield "### Over all sets\n"
    yield from overall(board, goals)
    for goal in goals:
        yield f"\n### Labels to reach the end score of {goal}\n"
        yield from per_goal(board, goal)
    yield "\n### Score at a quarter of the budget / at the end (x 100)\n"
    yield from scores(board)
    yield "\n### Area under the curve minus random with the same learner (x 100)\n"
    yield from gains(board)
    yield "\n### Rare classes: average precision at the end (x 100), mean (worst seed)\n"
    yield from rare(board)
    yield "\n### Sure or not: mean area over the sets, pair by pair\n"
    yield from pairs(board)
    yield "\n### Processor seconds of a round\n"
    yield from seconds(board)


def commit() -> str:
    """The commit that is checked out, for the table's heading."""
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "an unknown commit"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'---:|' * (len(head) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def overall(board: Board, goals: Sequence[str]) -> Iterator[str]:
    """One row an arm: geometric means of labels needed, areas, ranks, time."""
    head = ["arm"]
    for goal in goals:
        head += [f"labels to {goal}'s end / budget", f"/ labels {goal} needs"]
    head += ["mean area x 100", "minus random, same learner", "worst set", "mean rank", "CPU s a round"]
    ranks = rank(board.names, np.array([areas(board.curves, name) for name in board.names]).T)
    rows = []
    for arm in board.arms:
        row = [arm.name]
        for goal in goals:
            row += [span(geometric(board.curves, arm.name, goal, own)) for own in (False, True)]
        area = areas(board.curves, arm.name)
        row += [f"{100 * area.mean():.2f}", *_gain(board, arm.name, board.base(arm))]
        row += [f"{ranks.mean[ranks.names.index(arm.name)]:.2f}"]
        rows.append([*row, f"{np.mean([cpu[arm.name] for cpu in board.cpu.values()]):.3f}"])
    yield from table(head, rows)


def _gain(board: Board, arm: str, base: str | None) -> list[str]:
    if base is None or base == arm:
        return ["-", "-"]
    gain = 100 * (areas(board.curves, arm) - areas(board.curves, base))
    worst = int(gain.argmin())
    return [mean_se(gain), f"{list(board.sets)[worst]} {gain[worst]:+.1f}"]


def span(interval: Interval) -> str:
    """A ratio and its interval."""
    return f"**{interval.value:.3f}** ({interval.low:.2f}-{interval.high:.2f})"


def mean_se(values: Any) -> str:
    """Mean and standard error."""
    error = f" ± {values.std(ddof=1) / np.sqrt(len(values)):.2f}" if len(values) > 1 else ""
    return f"{values.mean():+.2f}{error}"


def per_goal(board: Board, goal: str) -> Iterator[str]:
    """Labels of each arm on each set, relative to the budget."""
    rows = []
    for name, curves in board.sets.items():
        row = [name, f"{100 * float(end(curves.scores[goal].mean(axis=0))):.1f}", f"{curves.labels[-1]:.0f}"]
        rows.append(row + [f"{_ratio(curves, arm, goal):.2f}" for arm in board.names])
    yield from table(["set", "end score", "budget", *board.names], rows)


def _ratio(curves: Curves, arm: str, goal: str) -> float:
    return float(relative(curves, arm, goal, False, np.arange(curves.seeds)[None])[0])


def scores(board: Board) -> Iterator[str]:
    """Mean scores early and late."""
    rows = []
    for name, curves in board.sets.items():
        quarter = int(abs(curves.labels - 0.25 * curves.labels[-1]).argmin())
        means = [curves.scores[arm].mean(axis=0) for arm in board.names]
        what = "AP" if name in METRICS else "accuracy"
        rows.append([name, what, *(f"{100 * mean[quarter]:.1f} / {100 * end(mean):.1f}" for mean in means)])
    yield from table(["set", "score", *board.names], rows)


def gains(board: Board) -> Iterator[str]:
    """Per set the paired difference of the areas, with its standard error over the seeds."""
    others = [(arm.name, base) for arm in board.arms if (base := board.base(arm)) not in (None, arm.name)]
    rows = []
    for name, curves in board.sets.items():
        rows.append([name])
        for arm, base in others:
            difference = 100 * (curves.scores[arm] - curves.scores[str(base)]).mean(axis=1)
            rows[-1].append(mean_se(difference))
    yield from table(["set", *(arm for arm, _ in others)], rows)


def rare(board: Board) -> Iterator[str]:
    """Average precision after the last round: the mean over the seeds and the worst of them."""
    rows = []
    for name, curves in board.sets.items():
        if name in METRICS:
            last = [100 * curves.scores[arm][:, -1] for arm in board.names]
            rows.append([name, *(f"{values.mean():.1f} ({values.min():.1f})" for values in last)])
    yield from table(["set", *board.names], rows)


def pairs(board: Board) -> Iterator[str]:
    """Wilcoxon's test over the sets, Holm's correction over the pairs; seeds of a set are averaged before."""
    area = {name: areas(board.curves, name) for name in board.names}
    ordered = sorted(board.names, key=lambda name: -area[name].mean())
    both = list(combinations(ordered, 2))
    tests = [signed_rank(area[one] - area[other]) for one, other in both]
    rows = []
    for (one, other), p, adjusted in zip(both, tests, holm(tests), strict=True):
        difference = 100 * (area[one] - area[other])
        won = f"{int((difference > 0).sum())} of {len(difference)}"
        rows.append([f"{one} over {other}", mean_se(difference), won, f"{p:.2g}", f"{adjusted:.2g}"])
    yield from table(["pair", "area x 100", "sets won", "p", "p, all pairs"], rows)


def seconds(board: Board) -> Iterator[str]:
    """Choosing and fitting, mean over rounds and seeds."""
    rows = [[name, *(f"{cpu[arm]:.3f}" for arm in board.names)] for name, cpu in board.cpu.items()]
    yield from table(["set", *board.names], rows)
