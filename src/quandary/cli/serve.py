"""``quandary serve``: every project of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quandary.cli.options import Host, NoBrowser, Port

DEFAULT_PORT = 8080


def serve(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder with projects (folders that end in .quandary).")
    ],
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    no_browser: NoBrowser = False,
) -> None:
    """Serve every project of a folder."""
    from quandary.cli.opening import check_address
    from quandary.cli.serving import serve_folder

    check_address(host, port)
    serve_folder(folder, host, port, browser=not no_browser)
