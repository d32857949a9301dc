"""The finished runs of the label benchmark, gathered: what all arms have played, on the same seeds."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.label_runs import Arm, Run, Task, finished
from quandary.bench.across import Curves


@dataclass(frozen=True)
class Board:
    """Curves by set; ``cpu`` processor seconds of a round, by set and arm; ``missing`` sets not played by all arms."""

    arms: tuple[Arm, ...]
    sets: dict[str, Curves]
    cpu: dict[str, dict[str, float]]
    missing: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [arm.name for arm in self.arms]

    @property
    def curves(self) -> list[Curves]:
        return list(self.sets.values())

    def base(self, arm: Arm) -> str | None:
        """Random asking with the same learner and representation, with the same tag if there is one."""
        what = (arm.learner, arm.representation)
        same = [a for a in self.arms if a.strategy == "random" and (a.learner, a.representation) == what]
        same.sort(key=lambda a: a.tag != arm.tag)
        return same[0].name if same else None

    def called(self, strategy: str, learner: str) -> str | None:
        """The name of the first arm of this strategy and learner, whatever its tag."""
        return next((a.name for a in self.arms if (a.strategy, a.learner) == (strategy, learner)), None)


def gather(tasks: Sequence[Task]) -> Board:
    """All that is finished of the tasks, on seeds that every arm has played."""
    arms = tuple(dict.fromkeys(task.arm for task in tasks))
    runs = defaultdict[str, dict[tuple[str, int], Run]](dict)
    for task in tasks:
        if (run := finished(task)) is not None:
            runs[task.set][run.arm, run.seed] = run
    sets, cpu = dict[str, Curves](), dict[str, dict[str, float]]()
    for name, own in runs.items():
        seeds = [s for s in sorted({s for _, s in own}) if all((arm.name, s) in own for arm in arms)]
        if seeds:
            sets[name] = _curves(own, arms, seeds)
            cpu[name] = {a.name: float(np.mean([own[a.name, s].cpu for s in seeds])) for a in arms}
    return Board(arms, sets, cpu, tuple(n for n in dict.fromkeys(t.set for t in tasks) if n not in sets))


def _curves(own: dict[tuple[str, int], Run], arms: Sequence[Arm], seeds: Sequence[int]) -> Curves:
    labels = np.array(own[arms[0].name, seeds[0]].labels, float)
    return Curves(labels, {arm.name: np.array([own[arm.name, seed].scores for seed in seeds]) for arm in arms})


def write_csv(path: Path, tasks: Sequence[Task]) -> None:
    """Every round of every finished run."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("set", "arm", "seed", "labels", "score", "cpu"))
        for task in tasks:
            if (run := finished(task)) is not None:
                start = (run.set, run.arm, run.seed)
                table.writerows((*start, *row) for row in zip(run.labels, run.scores, run.cpu, strict=True))
