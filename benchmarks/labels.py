"""How many labels does each way of asking and learning need? On real sets, from zero labels, over paired seeds.

    python -m benchmarks.labels random+plain margin+plain random+auto margin+auto auto+auto --seeds 10
    python -m benchmarks.labels --report

An arm is strategy+learner or strategy+learner+representation. Learner ``plain`` is plain logistic regression on
plain features (benchmarks/plain.py). A representation is "default", "plain", the name of an extractor, or a folder
with one SET.npy of vectors a set. ``@tag`` behind an arm keeps its runs under that name instead of under the hash
of the code that they hang on, so that two states of the code can be compared: auto+auto@before auto+auto@after.

The sets come from the folder that QUANDARY_DATA names (benchmarks/sets.py); banking77 gets 2.5 times the budget.
Each finished run is a file below --out, and the same command goes on where it stopped.
"""

from __future__ import annotations

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # a worker a core; must come before numpy

import argparse  # noqa: E402
import shlex  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from itertools import groupby  # noqa: E402
from pathlib import Path  # noqa: E402

from benchmarks.label_board import gather, write_csv  # noqa: E402
from benchmarks.label_pictures import curve_grid, rank_diagram  # noqa: E402
from benchmarks.label_report import report  # noqa: E402
from benchmarks.label_runs import Arm, Task, play_all  # noqa: E402
from benchmarks.sets import LOADERS, data_folder  # noqa: E402
from quandary.bench.parallel import in_processes, usable_cores  # noqa: E402
from quandary.cli.progress import bars  # noqa: E402
from quandary.core.errors import QuandaryError  # noqa: E402

ARMS = ("random+plain", "margin+plain", "random+auto", "margin+auto", "auto+auto")


def main() -> None:
    """Play what is missing, or report."""
    args = arguments()
    tasks = tasks_of(args)
    if args.report:
        write_report(args.out, tasks)
        return
    data_folder()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, the workers end too
    try:
        failed = play(tasks, args.jobs)
    except KeyboardInterrupt:
        raise SystemExit("stopped; finished runs are kept, and the same command goes on from there") from None
    for task, why in failed:
        print(f"\n{task.set} {task.arm.name} seed {task.seed}:\n{why}", file=sys.stderr)
    if failed:
        raise SystemExit(f"{len(failed)} of {len(tasks)} runs failed")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("arms", nargs="*", default=ARMS, metavar="ARM")
    parser.add_argument("--sets", nargs="+", choices=list(LOADERS), default=list(LOADERS), metavar="NAME")
    parser.add_argument("--seeds", type=seeds, default=seeds("10"), metavar="N", help="10, or a range as 5-9")
    parser.add_argument("--budget", type=int, default=200, help="labels of a run")
    parser.add_argument("--batch", type=int, default=10, help="labels a round")
    parser.add_argument("--pool", type=int, default=2_000, help="items of the pool at most")
    parser.add_argument("--test", type=int, default=2_000, help="items of the test set at most")
    parser.add_argument("--jobs", type=int, default=usable_cores(), help="processes at a time")
    parser.add_argument("--tag", default="", help="tag of all arms that have none")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(".labels"), help="where runs are kept")
    parser.add_argument("--report", action="store_true", help="compare the finished runs instead of playing")
    return parser.parse_args()


def seeds(text: str) -> range:
    """The seeds that a number or a range stands for.

    >>> list(seeds("3")), list(seeds("2-3"))
    ([0, 1, 2], [2, 3])
    """
    first, dash, last = text.partition("-")
    return range(int(first), int(last) + 1) if dash else range(int(first))


def tasks_of(args: argparse.Namespace) -> list[Task]:
    """Every run; seed by seed, so that what is there when it is stopped is a fair comparison of fewer seeds."""
    try:
        arms = list(dict.fromkeys(Arm.parse(text, args.tag) for text in args.arms))
        for arm in arms:
            arm.make()
    except QuandaryError as error:
        raise SystemExit(str(error)) from None
    sizes = (args.pool, args.test)
    return [
        Task(args.out, name, arm, seed, args.budget, args.batch, sizes)
        for seed in args.seeds
        for name in args.sets
        for arm in arms
    ]


def play(tasks: Sequence[Task], jobs: int) -> list[tuple[Task, str]]:
    """Play what is not finished, the arms of a set and seed in one process; return what failed and why."""
    todo = [task for task in tasks if not task.path.exists()]
    cells = [tuple(cell) for _, cell in groupby(todo, key=lambda task: (task.set, task.seed))]
    done, failed = len(tasks) - len(todo), list[tuple[Task, str]]()
    with bars() as progress:
        progress(done, len(tasks), "runs")
        for cell, wrong in in_processes(play_all, cells, min(jobs, len(cells))) if cells else ():
            done += len(cell)
            failed += wrong
            progress(done, len(tasks), "runs")
            if not sys.stderr.isatty():
                print(f"{done}/{len(tasks)} {cell[0].set} seed {cell[0].seed}", flush=True)
    return failed


def write_report(out: Path, tasks: Sequence[Task]) -> None:
    """Print the tables and write them with the curves and the pictures into ``out``."""
    board = gather(tasks)
    if not board.sets:
        raise SystemExit(f"no set was played by all arms, on one seed at least, below {out}; run this without --report")
    said = report(board, shlex.join(["python", "-m", "benchmarks.labels", *sys.argv[1:]]))
    print(said)
    (out / "report.md").write_text(f"{said}\n", encoding="utf-8")
    (out / "curves.svg").write_text(curve_grid(board), encoding="utf-8")
    (out / "ranks.svg").write_text(rank_diagram(board), encoding="utf-8")
    write_csv(out / "curves.csv", tasks)
    print(f"\nreport.md, curves.svg, ranks.svg and curves.csv are in {out}", file=sys.stderr)


if __name__ == "__main__":
    main()
