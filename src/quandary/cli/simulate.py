"""``quandary simulate``: which strategy would have needed the fewest labels?"""

from __future__ import annotations

import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quandary.cli.options import Id, Image, SourcePath, Text

if TYPE_CHECKING:
    from quandary.bench.compare import Wish
    from quandary.bench.runs import Run
    from quandary.bench.summary import Summary
    from quandary.readers.source import Source

STANDARD = ("auto", "margin", "random")


def simulate(
    source: SourcePath,
    label: Annotated[
        str, typer.Option("--label", metavar="C", help="Column with the labels, which answer the questions.")
    ],
    text: Text = None,
    image: Image = None,
    id: Id = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option("--strategy", metavar="S", help="May be given several times [dim](default: auto, margin)[/dim]."),
    ] = None,
    learner: Annotated[str, typer.Option("--learner", metavar="L", help="The model of all strategies.")] = "auto",
    budget: Annotated[int, typer.Option("--budget", metavar="N", help="Labels of a run.")] = 200,
    batch: Annotated[int, typer.Option("--batch", metavar="N", help="Labels a round.")] = 10,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="Runs of each strategy.")] = 10,
    metric: Annotated[
        str, typer.Option("--metric", metavar="M", help="What is measured on held-out items.")
    ] = "accuracy",
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", help="Runs at a time [dim](default: one a core)[/dim].")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Where the report, the curves and the finished runs go [dim](default: NAME-comparison here)[/dim].",
        ),
    ] = None,
) -> None:
    """Play strategies against labels that are known, and compare their learning curves."""
    from quandary.bench.compare import Wish, check
    from quandary.bench.parallel import usable_cores
    from quandary.cli.opening import named
    from quandary.readers.source import open_source

    names = tuple(strategy or STANDARD)
    wish = check(Wish(names, learner, budget, batch, seeds, metric, usable_cores() if jobs is None else jobs))
    known = open_source(named(source), text=text, image=image, id=id, label=label)
    name = _name(source)
    folder = out or Path(f"{name}-comparison")
    summary, runs = _compare(known, name, wish, folder)
    _show(summary)
    _keep(folder, summary, runs)


def _name(source: Path) -> str:
    from quandary.cli.opening import SUFFIX, named, project_folder

    return project_folder(named(source)).name.removesuffix(SUFFIX)


def _compare(source: Source, name: str, wish: Wish, folder: Path) -> tuple[Summary, list[Run]]:
    from quandary.bench.compare import compare
    from quandary.bench.prepare import prepare
    from quandary.cli.progress import bars
    from quandary.cli.say import note

    # Told to end, the processes that play must end too, as they do when Ctrl-C is pressed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with bars() as progress:
            data, left_out = prepare(source, name, folder, progress)
            return compare(wish, data, left_out, folder, progress)
    except KeyboardInterrupt:
        note(f"stopped; finished runs are kept in {str(folder)!r}, and the same command goes on from there")
        raise


def _show(summary: Summary) -> None:
    from quandary.bench.stats import BASELINE
    from quandary.bench.verdict import verdict
    from quandary.bench.words import TITLES, count, duration, score, times
    from quandary.cli.say import table

    metric, end = summary.setting.metric, count(summary.baseline.labels[-1], "label")
    rows = [["asking by", f"{TITLES[metric]} with {end}", "mean over the run", "labels vs random", "time a question"]]
    for line in summary.lines:
        saved = "1" if line.strategy == BASELINE else times(summary.saved[line.strategy].value)
        last, area = score(float(line.mean[-1]), metric), score(float(line.areas.mean()), metric)
        rows.append([line.strategy, last, area, saved, duration(line.seconds_a_question)])
    print(table(rows, right=(1, 2, 3, 4)), end="\n\n")
    print("\n".join(verdict(summary)))


def _keep(out: Path, summary: Summary, runs: list[Run]) -> None:
    from quandary.bench.compare import write_results

    write_results(out, summary, runs, shlex.join(["quandary", *sys.argv[1:]]))
    print(f"\nReport: {out / 'report.html'}")
