"""``quandary label``: from a file to its first question."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quandary.cli.options import (
    Audit,
    Classes,
    Host,
    Id,
    Image,
    Label,
    Learner,
    NoBrowser,
    Port,
    Representation,
    Seed,
    SourcePath,
    Strategy,
    Text,
)

DEFAULT_PORT = 8080


def label(
    source: SourcePath,
    text: Text = None,
    image: Image = None,
    id: Id = None,
    label: Label = None,
    classes: Classes = None,
    project: Annotated[
        Path | None,
        typer.Option("--project", metavar="DIR", help="Where to keep the project [dim](default: beside SOURCE)[/dim]."),
    ] = None,
    strategy: Strategy = None,
    learner: Learner = None,
    audit: Audit = None,
    seed: Seed = None,
    representation: Representation = None,
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    no_browser: NoBrowser = False,
) -> None:
    """Label a file or folder in the browser; goes on where it was left."""
    from quandary.cli.opening import Asking, Columns, check_address, class_list, open_or_create
    from quandary.cli.serving import serve_project

    check_address(host, port)
    columns, asking = Columns(text, image, id, label), Asking(strategy, learner, audit, seed, representation)
    opened = open_or_create(source, project, columns, class_list(classes), asking)
    serve_project(opened, host, port, browser=not no_browser)
