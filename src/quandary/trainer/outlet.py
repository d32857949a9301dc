"""What the trainer publishes: files, and a line about each on its standard output."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import IO, Any

from quandary.project.published import GENERATION


class Replaced(Exception):
    """Another trainer has taken over; what this one makes counts no more."""


class Outlet:
    """Publishes into ``folder`` as long as no later process has taken over.

    Each trainer gets a number, written to a file before it starts. One that hung and wakes up again
    finds a higher number there and publishes nothing.
    """

    def __init__(self, folder: Path, generation: int, stream: IO[str]) -> None:
        self.folder = folder
        self.generation = generation
        self._stream = stream

    def check(self) -> None:
        """Raise ``Replaced`` if a later process has taken over."""
        if current_generation(self.folder) != self.generation:
            raise Replaced

    def sweep(self) -> None:
        """Remove drafts that earlier processes left when they were killed."""
        for draft in self.folder.glob(".*"):
            with contextlib.suppress(OSError):
                draft.unlink()

    def say(self, what: str, **facts: Any) -> None:
        """Tell the server what happened, in one line."""
        line = json.dumps({"event": what, "generation": self.generation, **facts}, allow_nan=False)
        self._stream.write(line + "\n")
        self._stream.flush()


def current_generation(folder: Path) -> int:
    """The number of the trainer that may publish into ``folder``; 0 before the first."""
    try:
        return int((folder / GENERATION).read_text("ascii"))
    except (OSError, ValueError):
        return 0


def own_stdout() -> IO[str]:
    """The standard output, for lines to the server alone: what libraries print goes elsewhere."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return stream


def one_line(error: BaseException) -> str:
    """What went wrong, for the page."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
