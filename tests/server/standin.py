"""Server processes for tests, many in a short time: ``python -m tests.server.standin FOLDER TOKEN idle|learning``.

Imports everything once. For each line on its standard input it starts a server as a process of its own,
prints ``ADDRESS PID`` when that one is ready, and ``gone STATUS`` when it has ended.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from quandary.project.folder import open_project
from quandary.server.run import run
from quandary.server.shelf import Shelf
from quandary.service.service import Service
from quandary.service.start import start_service


def serve(folder: Path, token: str, how: str) -> None:
    """Serve the project in a folder; ``idle``: nobody learns from it."""
    project = open_project(folder)
    service = Service(project, project.name) if how == "idle" else start_service(project)
    run(Shelf.of(service), "127.0.0.1", 0, lambda address, _: print(address, os.getpid(), flush=True), token)


def main() -> None:
    """Start a server a line."""
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.stdin.close()
            serve(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
            return
        _, status = os.waitpid(child, 0)
        print("gone", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
