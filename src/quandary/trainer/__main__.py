"""Run as ``python -m quandary.trainer FOLDER GENERATION``; started by the service, one for each open project."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

LOWER = 10  # the person's keystrokes come first
THREADS = (
    "BLIS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def main() -> int:
    """Work until the standard input ends; 1 if the work cannot be done, after a line that says why."""
    folder, generation = Path(sys.argv[1]), int(sys.argv[2])
    with contextlib.suppress(AttributeError, OSError):
        os.nice(LOWER)
    # Before numpy is imported: one thread adds up in one order, and leaves the other cores to the page.
    os.environ.update(dict.fromkeys(THREADS, "1"))

    from quandary.project.published import FOLDER
    from quandary.trainer.inbox import Inbox
    from quandary.trainer.outlet import Outlet, Replaced, one_line, own_stdout

    inbox = Inbox(sys.stdin)
    outlet = Outlet(folder / FOLDER, generation, own_stdout())
    try:
        from quandary.trainer.work import run

        run(folder, inbox, outlet)
    except Replaced:
        return 0
    except Exception as error:
        outlet.say("failed", detail=one_line(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
