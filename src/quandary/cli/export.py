"""``quandary export``: labels, a model or predictions as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quandary.cli.options import ProjectPath, Target

if TYPE_CHECKING:
    from quandary.project.report import Report


def export(
    project: ProjectPath,
    to: Target,
    format: Annotated[
        str | None, typer.Option("--format", metavar="F", help="csv, jsonl, parquet, folder, model, predictions ...")
    ] = None,
) -> None:
    """Write labels, a model or predictions to a file."""
    from quandary.cli.progress import bars
    from quandary.project.export import export_project
    from quandary.project.folder import open_project

    with open_project(project, write=False) as opened, bars() as progress:
        report = export_project(opened, to, format, progress=progress)
    tell(report)


def tell(report: Report) -> None:
    """Say what was written, and what was not."""
    from quandary.cli.say import note

    note(f"{report.items:,} items written to {report.path} ({report.format})")
    for line in report.notes:
        note(f"  {line}")
