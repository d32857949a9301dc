"""``quandary doctor``: is everything here that Quandary needs?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def doctor(
    project: Annotated[
        Path | None, typer.Argument(metavar="PROJECT", help="Also check every answer of this project.")
    ] = None,
) -> None:
    """Check this installation, and a project if one is named."""
    from quandary.cli import checkup
    from quandary.cli.say import table

    findings = checkup.everything(project)
    print(table([[finding.sign, finding.what, finding.said] for finding in findings]))
    faults = sum(finding.sign == checkup.FAULT for finding in findings)
    if faults:
        print(f"\n{faults} to put right")
        raise typer.Exit(2)
    print("\nready")
