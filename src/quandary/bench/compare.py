"""A whole comparison: play what is missing, find out what it says, write it down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from quandary import __version__
from quandary.bench.curves_csv import curves_csv
from quandary.bench.data import Data
from quandary.bench.parallel import play_all
from quandary.bench.report import report
from quandary.bench.runs import Run, Task
from quandary.bench.split import split
from quandary.bench.stats import BASELINE
from quandary.bench.summary import Setting, Summary, as_json, summarize
from quandary.core.errors import ConfigError
from quandary.core.plan import make_plan
from quandary.core.ports import Progress, silent
from quandary.files.atomic import replace_file
from quandary.metrics import metric_called


@dataclass(frozen=True)
class Wish:
    """What is to be compared: each strategy is played ``seeds`` times up to ``budget`` labels."""

    strategies: tuple[str, ...]
    learner: str = "auto"
    budget: int = 200
    batch: int = 10
    seeds: int = 10
    metric: str = "accuracy"
    jobs: int = 1


def check(wish: Wish) -> Wish:
    """Refuse what cannot be played, before any work; random asking is added, as everything is measured by it."""
    for name in ("budget", "batch", "seeds", "jobs"):
        if getattr(wish, name) < 1:
            raise ConfigError(f"{name} must be at least 1, got {getattr(wish, name)}")
    metric_called(wish.metric)
    for strategy in wish.strategies:
        make_plan(strategy, wish.learner)
    return replace(wish, strategies=tuple(dict.fromkeys([*wish.strategies, BASELINE])))


def tasks_of(wish: Wish, data: Data, digest: str, folder: Path) -> list[Task]:
    """Every run, seed by seed, so that what is there when one breaks off is a fair comparison of fewer seeds."""
    return [
        Task(
            str(folder),
            data.name,
            digest,
            strategy,
            wish.learner,
            seed,
            wish.budget,
            wish.batch,
            wish.metric,
            __version__,
        )
        for seed in range(wish.seeds)
        for strategy in wish.strategies
    ]


def compare(
    wish: Wish, data: Data, left_out: int, folder: Path, progress: Progress = silent
) -> tuple[Summary, list[Run]]:
    """Play everything that is not there yet below ``folder`` and compare it."""
    _, test = split(data.codes, 0)
    digest = data.save(folder / "data")
    runs = play_all(tasks_of(wish, data, digest, folder), wish.jobs, progress)
    classes = len(set(data.codes.tolist()))
    setting = Setting(
        data.name, len(data.codes), len(test), classes, left_out, wish.learner, wish.metric, wish.batch, __version__
    )
    return summarize(setting, runs), runs


def write_results(folder: Path, summary: Summary, runs: Sequence[Run], command: str) -> None:
    """Write ``curves.csv``, ``summary.json`` and ``report.html`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    found = json.dumps(as_json(summary), indent=2, ensure_ascii=False)
    replace_file(folder / "curves.csv", curves_csv(runs).encode())
    replace_file(folder / "summary.json", f"{found}\n".encode())
    replace_file(folder / "report.html", report(summary, command).encode())
