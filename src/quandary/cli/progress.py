"""Progress bars on the standard error, where that is a terminal; silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quandary.core.ports import Progress


@contextmanager
def bars() -> Iterator[Progress]:
    """A ``Progress`` that draws a bar for the kind of work at hand, gone when all is done."""
    if not sys.stderr.isatty():
        from quandary.core.ports import silent

        yield silent
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Drawn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Drawn(*columns, console=Console(stderr=True), transient=True) as drawn:
        known: dict[str, TaskID] = {}

        def show(done: int, total: int, what: str) -> None:
            if what not in known:
                for earlier in known.values():
                    drawn.update(earlier, visible=False)
                known[what] = drawn.add_task(escape(what), total=None)
            drawn.update(known[what], completed=done, total=total or None, visible=True)

        yield show
