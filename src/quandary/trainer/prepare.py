"""Run as ``python -m quandary.trainer.prepare FOLDER NAME``: features of one representation, behind everything else."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

LOWEST = 19


def main() -> int:
    """Compute the features and keep them; 1 after a line that says why that cannot be done."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(LOWEST)
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core; the others are for the page

    from quandary.project.folder import open_project
    from quandary.trainer.inbox import Inbox
    from quandary.trainer.outlet import one_line, own_stdout

    Inbox(sys.stdin)  # ends this process when the trainer is gone
    stream = own_stdout()
    try:
        with open_project(Path(sys.argv[1]), write=False) as project:
            project.features(name=sys.argv[2])
    except Exception as error:
        print(one_line(error), file=stream, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
