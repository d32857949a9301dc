"""The demo without a person: a real server, a simulated annotator, and what came of it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.cli.annotator import annotate
from quandary.cli.digits import CLASSES, Digits
from quandary.cli.opening import SUFFIX, Asking
from quandary.cli.plot import plot
from quandary.cli.progress import bars
from quandary.cli.say import table
from quandary.core.events import AnswerGiven
from quandary.core.ports import Progress
from quandary.core.state import State
from quandary.project.folder import Project, open_project
from quandary.project.model import build_model
from quandary.project.predict import inputs_of
from quandary.readers.source import open_source
from quandary.simulation import simulate

RANDOM_RUNS = 5
POINTS = 20


@dataclass(frozen=True)
class Played:
    """Accuracy on the held-out digits after so many labels: ours, and of random asking with logistic regression."""

    labels: list[int]
    ours: list[float]
    random: list[float]


@contextmanager
def server(source: Path, project: Path, port: int, asking: Asking) -> Iterator[str]:
    """``quandary label`` in a process of its own; gives the address that it prints."""
    options = [f"--{name}={value}" for name, value in asking.said().items()]
    fixed = ["--project", str(project), "--classes", ",".join(CLASSES), "--port", str(port), "--no-browser"]
    command = [sys.executable, "-m", "quandary", "label", str(source), *fixed, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line.startswith("Open "):
                raise RuntimeError(f"the server did not start (exit status {process.wait()})")
            yield line.split()[1]
        finally:
            process.terminate()
            process.stdout.close()
            process.wait()


def play(data: Digits, source: Path, held_out: Path, count: int, port: int, asking: Asking) -> Played:
    """Have ``count`` questions answered on a fresh project and measure what was learned."""
    with tempfile.TemporaryDirectory(prefix="quandary-demo-") as scratch:
        folder = Path(scratch) / f"digits{SUFFIX}"
        with bars() as progress, server(source, folder, port, asking) as url:
            annotate(url, data.truth, count, progress)
        with bars() as progress, open_project(folder, write=False) as project:
            return measure(project, data, held_out, progress)


def measure(project: Project, data: Digits, held_out: Path, progress: Progress) -> Played:
    """Learn again from the first 10, 20, ... answers of the log, and score each model on the held-out digits."""
    ids, inputs = gather(project, held_out, progress)
    truth = np.array([data.truth(name) for name in ids])
    answers = [event for event in project.read() if isinstance(event, AnswerGiven)]
    marks = points(len(answers))
    ours = []
    for done, mark in enumerate(marks):
        progress(done, len(marks), "measuring on held-out digits")
        model = build_model(project, after(project, mark)).set_params(extractor=None)
        ours.append(float((model.predict(inputs) == truth).mean()))
    answered = [data.truth(name) for name in project.store.ids()]
    random = at_random(project, np.array(answered), inputs, truth, marks)
    return Played(marks, ours, random)


def gather(project: Project, held_out: Path, progress: Progress) -> tuple[list[str], NDArray[np.floating[Any]]]:
    """Ids and features of the held-out digits, made as those of the pool were."""
    blocks = list(inputs_of(project, open_source(held_out), progress))
    return [item for ids, _ in blocks for item in ids], np.concatenate([rows for _, rows in blocks])


def after(project: Project, answers: int) -> State:
    """The state when the log held so many answers."""
    state = State(project.store.ids())
    for event in project.read():
        if state.rounds == answers:
            break
        state.apply(event)
    return state


def at_random(
    project: Project, answered: NDArray[Any], inputs: NDArray[Any], truth: NDArray[Any], marks: list[int]
) -> list[float]:
    """Accuracy when the same pool is asked about at random and learned by logistic regression, mean of several runs."""
    step = marks[0]
    runs = [
        simulate(
            project.features(),
            answered,
            inputs,
            truth,
            strategy="random",
            learner="logistic",
            budget=marks[-1],
            batch=step,
            seed=seed,
        )
        for seed in range(RANDOM_RUNS)
    ]
    return [float(score) for score in np.mean([run.scores for run in runs], axis=0)]


def points(answers: int) -> list[int]:
    """Numbers of labels to measure at: in tens, or more where that would be many, and the last.

    >>> points(35), points(7)
    ([10, 20, 30, 35], [7])
    """
    step = max(10, 10 * -(-answers // (10 * POINTS)))
    return [*range(step, answers, step), answers]


def told(played: Played, plain: bool) -> str:
    """The curves as a picture and a table, and last the one line that counts."""
    ours, random = "Quandary", "random asking, logistic regression"
    rows = [["labels", ours, random]]
    rows += [
        [str(n), f"{a:.3f}", f"{b:.3f}"] for n, a, b in zip(played.labels, played.ours, played.random, strict=True)
    ]
    picture = plot(played.labels, {ours: played.ours, random: played.random}, plain)
    end = f"accuracy {played.ours[-1]:.3f} with {played.labels[-1]} labels"
    return f"Accuracy on held-out digits\n\n{picture}\n\n{table(rows, right=(0, 1, 2))}\n\n{end}"
