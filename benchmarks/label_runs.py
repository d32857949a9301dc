"""One run of the label benchmark: an arm on a set with a seed, kept in a file of its own."""

from __future__ import annotations

import hashlib
import json
import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.label_data import data, representation_digest
from benchmarks.plain import Plain
from benchmarks.sets import METRICS
from benchmarks.sources import digest
from quandary.core.features import Features
from quandary.core.registry import learners, strategies
from quandary.files.atomic import replace_file
from quandary.simulation import simulate

BUDGETS = {"banking77": 2.5}  # times the budget of the others: it has 77 classes
PLAIN = "plain"


@dataclass(frozen=True)
class Arm:
    """A strategy, a learner and a representation; ``tag`` tells states of the code apart, empty for the code's hash."""

    strategy: str
    learner: str
    representation: str
    tag: str = ""

    @classmethod
    def parse(cls, text: str, tag: str = "") -> Arm:
        """Read ``strategy+learner``, ``strategy+learner+representation``, each with ``@tag`` or without.

        >>> Arm.parse("margin+plain"), Arm.parse("auto+auto@old").tag
        (Arm(strategy='margin', learner='plain', representation='plain', tag=''), 'old')
        """
        what, _, own = text.partition("@")
        parts = what.split("+")
        if len(parts) not in (2, 3) or not all(parts):
            raise SystemExit(f"an arm is strategy+learner or strategy+learner+representation, got {text!r}")
        representation = parts[2] if len(parts) == 3 else (PLAIN if parts[1] == PLAIN else "default")
        return cls(parts[0], parts[1], representation, own or tag)

    @property
    def name(self) -> str:
        """As it is written, without what goes without saying."""
        usual = PLAIN if self.learner == PLAIN else "default"
        third = "" if self.representation == usual else f"+{self.representation}"
        return f"{self.strategy}+{self.learner}{third}{'@' if self.tag else ''}{self.tag}"

    def make(self) -> tuple[Any, Any]:
        """Strategy and learner; unknown names end the program with those there are."""
        return strategies.make(self.strategy), Plain() if self.learner == PLAIN else learners.make(self.learner)

    @cached_property
    def code(self) -> str:
        """What the runs hang on: the tag, or a hash of the code."""
        if self.tag:
            return self.tag
        parts = [type(part).__module__ for part in self.make()]
        return digest(*parts) + representation_digest(self.representation)


@dataclass(frozen=True)
class Task:
    """What decides a run, entirely.

    sizes  the most items of the pool and of the test set
    """

    folder: Path
    set: str
    arm: Arm
    seed: int
    budget: int
    batch: int
    sizes: tuple[int, int]

    @property
    def path(self) -> Path:
        """Where the finished run is kept."""
        arm = self.arm
        key = [self.set, arm.strategy, arm.learner, arm.representation, arm.code, self.seed, self.labels, self.batch,
               *self.sizes]  # fmt: skip
        short = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]
        words = re.sub(r"[^\w.+@-]+", "-", f"{self.set}.{arm.name}.{self.seed}")
        return self.folder / "runs" / self.set / f"{words}.{short}.json"

    @property
    def labels(self) -> int:
        """The budget on this set."""
        return round(self.budget * BUDGETS.get(self.set, 1))


@dataclass(frozen=True)
class Run:
    """A finished run, one entry a round; ``cpu`` processor seconds."""

    set: str
    arm: str
    seed: int
    labels: tuple[int, ...]
    scores: tuple[float, ...]
    cpu: tuple[float, ...]


def play_all(tasks: Sequence[Task]) -> list[tuple[Task, str]]:
    """Play tasks of one set and seed one after another; return those that failed and why."""
    failed = []
    for task in tasks:
        try:
            play(task)
        except Exception:
            failed.append((task, traceback.format_exc(limit=-4)))
    return failed


def play(task: Task) -> None:
    """Play one run and keep it."""
    pool, test = data(task.set, task.seed, task.arm.representation, task.sizes, task.folder / "features")
    strategy, learner = task.arm.make()
    curve = simulate(
        Features(pool.features[:], pool.features.kind),  # geometry is kept with features: each run pays for its own
        pool.labels(),
        test.features[:],
        test.labels(),
        strategy=strategy,
        learner=learner,
        budget=min(task.labels, len(pool.codes)),
        batch=task.batch,
        seed=task.seed,
        metric="average_precision" if task.set in METRICS else "accuracy",
    )
    kept = {"set": task.set, "arm": task.arm.name, "seed": task.seed}
    kept |= {name: np.asarray(getattr(curve, name)).tolist() for name in ("labels", "scores", "cpu", "asked")}
    task.path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(task.path, json.dumps(kept).encode())


def finished(task: Task) -> Run | None:
    """The run of ``task`` where it was played."""
    if not task.path.exists():
        return None
    kept = json.loads(task.path.read_text(encoding="utf-8"))
    curve = (tuple(kept[name]) for name in ("labels", "scores", "cpu"))
    return Run(task.set, task.arm.name, task.seed, *curve)
