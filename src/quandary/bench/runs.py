"""One run: a strategy, a learner and a seed on one data set, kept in a file of its own."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from quandary.bench.data import Data
from quandary.bench.split import split
from quandary.core.features import Features
from quandary.files.atomic import replace_file
from quandary.simulation import simulate


@dataclass(frozen=True)
class Task:
    """What decides a run, entirely: the same task gives the same questions and scores.

    folder  holds the data set (``data``) and what came out (``runs``)
    digest  of the data set
    """

    folder: str
    dataset: str
    digest: str
    strategy: str
    learner: str
    seed: int
    budget: int
    batch: int
    metric: str
    version: str

    @property
    def path(self) -> Path:
        """Where the finished run is kept; the hash tells names apart that look alike as file names."""
        settings = {key: value for key, value in asdict(self).items() if key != "folder"}
        short = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]
        words = re.sub(r"[^\w.-]+", "-", f"{self.strategy}.{self.learner}.{self.seed}")
        return Path(self.folder) / "runs" / f"{words}.{short}.json"


@dataclass(frozen=True)
class Run:
    """A finished run: the learning curve, one entry a round."""

    dataset: str
    strategy: str
    learner: str
    seed: int
    labels: tuple[int, ...]
    scores: tuple[float, ...]
    seconds: tuple[float, ...]


def play(task: Task) -> Run:
    """Play one run on the data set of its folder and keep it."""
    data = Data.load(Path(task.folder) / "data")
    pool, test = split(data.codes, task.seed)
    names = data.labels()
    curve = simulate(
        Features(data.features[pool], data.features.kind),
        names[pool],
        data.features[test],
        names[test],
        strategy=task.strategy,
        learner=task.learner,
        budget=task.budget,
        batch=task.batch,
        seed=task.seed,
        metric=task.metric,
    )
    run = Run(
        task.dataset,
        task.strategy,
        task.learner,
        task.seed,
        tuple(int(n) for n in curve.labels),
        tuple(float(s) for s in curve.scores),
        tuple(float(s) for s in curve.seconds),
    )
    task.path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(task.path, json.dumps(asdict(run)).encode())
    return run


def finished(task: Task) -> Run | None:
    """The run of ``task`` from an earlier time, or None."""
    if not task.path.exists():
        return None
    kept = json.loads(task.path.read_text(encoding="utf-8"))
    curve = (tuple(kept[name]) for name in ("labels", "scores", "seconds"))
    return Run(kept["dataset"], kept["strategy"], kept["learner"], kept["seed"], *curve)
