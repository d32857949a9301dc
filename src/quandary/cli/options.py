"""Arguments and options that several commands share, each with its one help text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

COLUMNS, ASKING, SERVER = "Columns", "How questions are chosen", "Server"

SourcePath = Annotated[
    Path, typer.Argument(metavar="SOURCE", help="CSV, TSV, JSONL or Parquet file, folder or zip of images, or .npz.")
]
ProjectPath = Annotated[Path, typer.Argument(metavar="PROJECT", help="Folder that ends in .quandary.")]
Target = Annotated[Path, typer.Option("--to", metavar="FILE", help="File to write; the suffix chooses the format.")]

Text = Annotated[str | None, typer.Option("--text", metavar="C", help="Column with the text.", rich_help_panel=COLUMNS)]
Image = Annotated[
    str | None, typer.Option("--image", metavar="C", help="Column with the image path.", rich_help_panel=COLUMNS)
]
Id = Annotated[
    str | None,
    typer.Option(
        "--id", metavar="C", help="Column that names the items; else the row number.", rich_help_panel=COLUMNS
    ),
]
Label = Annotated[
    str | None,
    typer.Option(
        "--label",
        metavar="C",
        help="Column with labels that are known already; [b]folder[/b]: images lie in a sub-folder for each class.",
        rich_help_panel=COLUMNS,
    ),
]

Classes = Annotated[
    str | None, typer.Option("--classes", metavar="A,B,...", help="Classes to choose from, separated by commas.")
]
Strategy = Annotated[
    str | None,
    typer.Option(
        "--strategy", metavar="S", help="What to ask next [dim](default: auto)[/dim].", rich_help_panel=ASKING
    ),
]
Learner = Annotated[
    str | None,
    typer.Option("--learner", metavar="L", help="The model [dim](default: auto)[/dim].", rich_help_panel=ASKING),
]
Audit = Annotated[
    float | None,
    typer.Option(
        "--audit",
        metavar="SHARE",
        help="Share of the questions drawn at random to measure accuracy, 0 to 0.9 [dim](default: 0.3)[/dim].",
        rich_help_panel=ASKING,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", metavar="N", help="The same seed and answers ask the same questions.", rich_help_panel=ASKING
    ),
]
Representation = Annotated[
    str | None,
    typer.Option(
        "--representation",
        metavar="R",
        help="What items are seen by; [b]auto[/b] compares on the labels [dim](default: that of their kind)[/dim].",
        rich_help_panel=ASKING,
    ),
]

Host = Annotated[str, typer.Option("--host", metavar="H", help="Address to listen on.", rich_help_panel=SERVER)]
Port = Annotated[
    int,
    typer.Option("--port", metavar="N", help="Port; the next free one if taken.", rich_help_panel=SERVER),
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Print the address and open nothing.", rich_help_panel=SERVER)
]
