"""The command line, one command a file.

Nothing heavy is imported here nor at the top of a command's file: ``quandary --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from quandary.cli import demo, doctor, export, imports, label, predict, serve, simulate, status
from quandary.cli.exits import exit_code

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

app = typer.Typer(
    name="quandary",
    help="From a pile of unlabeled files to labels, a model and honest numbers.",
    epilog="Start with: quandary demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.command()(label.label)
app.command()(status.status)
app.command()(export.export)
app.command()(predict.predict)
app.command("import")(imports.import_answers)
app.command()(simulate.simulate)
app.command()(serve.serve)
app.command()(doctor.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        from quandary import __version__

        print(f"quandary {__version__}")
        raise typer.Exit


@app.callback()
def _everywhere(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="QUANDARY_DEBUG", help="Show where in the program an error came from.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and exit: 0 done, 2 the user's mistake, 1 ours."""
    for name in THREADS:
        # One question is small work; threads would only fight, and their number would change the last digits.
        os.environ.setdefault(name, "1")
    sys.exit(exit_code(lambda: app(prog_name="quandary", standalone_mode=False)))
