"""What it costs to choose 100 of 100,000 items, for each strategy here and those of other libraries.

    python -m benchmarks.selection [--items 100000] [--numbers 128] [--classes 10] [--count 100] [--labels 500]
        [--only NAME ...] [--repeat 3] [--peers-python PATH] [--clones DIR] [--limit 60]

A mixture of Gaussians, three to a class; a logistic regression fitted on random labels; neither counts. Each case runs
in a process of its own with one thread. Printed are CPU seconds of the call (best of ``--repeat``), which hardly depend
on what else the machine does, and by how much the call raised the process's peak memory. The other libraries
are used where they can be imported, from ``--peers-python`` if that is said, and one line tells what is missing:

    pip install scikit-activeml modAL-python small-text hnswlib alipy baal torch
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import PEERS, Call, Task, noisy

MEMORY = 12 * 2**30  # what a case may ask for before it counts as failed


@dataclass(frozen=True)
class Result:
    """One case: CPU seconds and extra megabytes of the call, how many different items came, or what went wrong."""

    case: str
    cpu: float = float("inf")
    extra: float = float("nan")
    chosen: int = 0
    error: str = ""


def mixture(items: int, numbers: int, classes: int, labels: int) -> dict[str, NDArray[Any]]:
    """Three clusters a class, of unequal sizes and widths."""
    rng = np.random.default_rng(0)
    groups = 3 * classes
    centers = rng.normal(size=(groups, numbers)) * 0.35
    group = rng.choice(groups, size=items, p=rng.dirichlet(np.full(groups, 2.0)))
    noise = rng.normal(size=(items, numbers)) * rng.uniform(0.5, 1.0, size=(groups, 1))[group]
    labeled = np.sort(rng.choice(items, labels, replace=False))
    return {"X": (centers[group] + noise).astype(np.float32), "y": group % classes, "labeled": labeled}


def load(folder: Path, count: int, clones: Path | None) -> Task:
    """The task whose arrays lie in ``folder``, with its fitted model."""
    from sklearn.linear_model import LogisticRegression

    X, y, labeled = (np.load(folder / f"{name}.npy") for name in ("X", "y", "labeled"))
    model = LogisticRegression(max_iter=300).fit(X[labeled], y[labeled])
    return Task(X, y, labeled, model, count, clones)


def ours(name: str) -> Callable[[Task], Call]:
    """A strategy of this package, or one that is given what a peer is given."""
    return VARIANTS[name] if name in VARIANTS else lambda task: asking(name, task, task.model)


def asking(name: str, task: Task, learner: Any) -> Call:
    """The choice of a strategy with a fitted learner."""
    from quandary.core.features import Features
    from quandary.core.query import QueryContext
    from quandary.core.registry import strategies

    names = tuple(f"c{i}" for i in range(task.classes))
    known = task.y[task.labeled].astype(np.intp)
    rng = np.random.default_rng(0)
    context = QueryContext(task.free, Features(task.X), task.labeled, known, names, learner, rng)
    strategy = strategies.make(name)
    return lambda: strategy.select(context, task.count).positions


def given_members(task: Task) -> Call:
    """A committee whose five members are fitted beforehand, as the peers' are."""
    from sklearn.ensemble import BaggingClassifier
    from sklearn.linear_model import LogisticRegression

    members = BaggingClassifier(LogisticRegression(max_iter=300), n_estimators=5, random_state=1)
    return asking("committee", task, members.fit(task.X[task.labeled], task.y[task.labeled]))


def given_samples(task: Task) -> Call:
    """BALD's score and choice from the predictions of 20 models, which the peer is given as well."""
    from quandary.core.query import top_k
    from quandary.strategies.posterior import block_size, information

    samples = np.ascontiguousarray(noisy(task, 20).transpose(2, 1, 0))
    size = block_size(20, task.classes)

    def call() -> NDArray[np.intp]:
        starts = range(0, samples.shape[2], size)
        scores = np.concatenate([information(samples[:, :, start : start + size]) for start in starts])
        return task.free[top_k(scores, task.count, np.random.default_rng(0))]

    return call


VARIANTS = {"committee, given members": given_members, "bald, given samples": given_samples}


def run_case(case: str, task: Task) -> Result:
    """Prepare and run one case in this process."""
    library, _, name = case.partition("/")
    try:
        call = ours(name)(task) if library == "quandary" else PEERS[case][1](task)
    except ImportError as problem:
        return Result(case, error=f"not installed: {problem}")
    before = peak()
    start = time.process_time()
    try:
        chosen = np.asarray(list(call())).ravel()
    except (Exception, SystemExit) as problem:
        return Result(case, error=f"{type(problem).__name__}: {str(problem)[:90]}")
    cpu = time.process_time() - start
    return Result(case, cpu, peak() - before, len(np.unique(chosen)))


def peak() -> float:
    """Peak resident memory of this program so far, megabytes; unlike getrusage's, not that of who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def run_apart(case: str, folder: Path, args: argparse.Namespace) -> Result:
    """Run one case in a process of its own."""
    theirs = args.peers_python if not case.startswith("quandary/") else None
    command = [theirs or sys.executable, "-m", "benchmarks.selection", "--case", case, "--folder", str(folder)]
    command += ["--count", str(args.count), *(["--clones", str(args.clones)] if args.clones else [])]
    env = os.environ | {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=args.limit, env=env, check=False)
    except subprocess.TimeoutExpired:
        return Result(case, error=f"not done after {args.limit:.0f} s")
    if done.returncode or not done.stdout:
        return Result(case, error=f"died with exit status {done.returncode}")
    return Result(**json.loads(done.stdout.splitlines()[-1]))


def best_of(case: str, folder: Path, args: argparse.Namespace) -> Result:
    """The fastest of some runs; one is enough to see a failure, or what takes long."""
    results = [run_apart(case, folder, args)]
    while len(results) < args.repeat and not results[0].error and results[0].cpu < 10:
        results.append(run_apart(case, folder, args))
    return min(results, key=lambda result: result.cpu)


def table(results: dict[str, Result], count: int) -> str:
    """Ours beside the fastest peer that chose ``count`` different items; then every peer."""
    lines = ["| strategy | CPU s | extra MB | fastest peer | CPU s | times ours |", "|---|---|---|---|---|---|"]
    for case, mine in results.items():
        library, _, name = case.partition("/")
        if library == "quandary":
            rivals = [r for c, r in results.items() if c in PEERS and PEERS[c][0] == name and r.chosen == count]
            best = min(rivals, key=lambda r: r.cpu, default=None)
            told = f"{best.case} | {best.cpu:.3f} | {best.cpu / mine.cpu:.1f}" if best else "- | - | -"
            lines.append(f"| {name} | {mine.error or f'{mine.cpu:.3f}'} | {mine.extra:.0f} | {told} |")
    lines += ["", "| peer | CPU s | extra MB | different items |", "|---|---|---|---|"]
    for case in (case for case in PEERS if case in results):
        peer = results[case]
        lines.append(f"| {case} | {peer.error or f'{peer.cpu:.3f} | {peer.extra:.0f} | {peer.chosen}'} |")
    return "\n".join(lines)


def cases(only: list[str]) -> list[str]:
    """Ours and theirs, as ``library/name``; with ``only``, those of some strategies of ours."""
    from quandary.core.registry import strategies

    mine = sorted(name for name in [*strategies.all(), *VARIANTS] if not only or name.partition(",")[0] in only)
    return [f"quandary/{name}" for name in mine] + [case for case, (name, _) in PEERS.items() if name in mine]


def main() -> None:
    """Run the cases and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = {"items": 100_000, "numbers": 128, "classes": 10, "labels": 500, "count": 100, "repeat": 3}
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="strategies of ours, and their peers")
    parser.add_argument("--peers-python", help="a Python that has the other libraries")
    parser.add_argument("--clones", type=Path, help="folder with a clone of github.com/JordanAsh/badge")
    parser.add_argument("--limit", type=float, default=60, help="seconds after which a case is stopped")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.case:
        warnings.simplefilter("ignore")
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        out, sys.stdout = sys.stdout, sys.stderr
        print(json.dumps(asdict(run_case(args.case, load(args.folder, args.count, args.clones)))), file=out, flush=True)
        os._exit(0)  # some libraries leave threads behind
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for key, array in mixture(args.items, args.numbers, args.classes, args.labels).items():
            np.save(folder / f"{key}.npy", array)
        results: dict[str, Result] = {}
        for case in cases(args.only):
            results[case] = best_of(case, folder, args)
            print(json.dumps(asdict(results[case])), file=sys.stderr, flush=True)
    print(table(results, args.count))


if __name__ == "__main__":
    main()
