"""How a command ends: its exit status, and one line on the standard error when something was wrong."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

OK, OURS, MISTAKE, INTERRUPTED = 0, 1, 2, 130
# Errors of the system that the user can do something about, and we cannot.
THEIRS = (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError, FileExistsError)


def exit_code(command: Callable[[], Any]) -> int:
    """Run ``command`` and return its exit status; what went wrong is told in one line, not raised."""
    try:
        code = command()
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; without this Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if wants_traceback():
            traceback.print_exc()
        complain(line_for(error))
        return MISTAKE if is_mistake(error) else OURS


def wants_traceback() -> bool:
    """Whether to show where an error came from."""
    return "--debug" in sys.argv[1:] or os.environ.get("QUANDARY_DEBUG", "0") not in ("", "0")


def is_mistake(error: Exception) -> bool:
    """Whether the user can put it right."""
    from quandary.core.errors import DamagedProject, QuandaryError

    if isinstance(error, QuandaryError):
        return not isinstance(error, DamagedProject)
    return is_usage(error) or isinstance(error, THEIRS) or getattr(error, "errno", None) == errno.ENOSPC


def is_usage(error: Exception) -> bool:
    """Whether typer did not understand the command line (its own errors share no public base class)."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def line_for(error: Exception) -> str:
    """What to tell the user."""
    from quandary.core.errors import QuandaryError

    if isinstance(error, QuandaryError):
        return str(error)
    if is_usage(error):
        return f"{str(error.format_message()).rstrip('. ')}; see: {help_of(error)}"  # type: ignore[attr-defined]
    if isinstance(error, OSError) and is_mistake(error):
        return f"{error.strerror}: {error.filename!r}" if error.filename else str(error.strerror)
    said = f"{type(error).__name__}: {error}"
    return f"something went wrong inside Quandary ({said}); run it again with QUANDARY_DEBUG=1 to see where"


def help_of(error: Exception) -> str:
    """The command that explains what ``error`` is about."""
    context = getattr(error, "ctx", None)
    return f"{context.command_path} --help" if context is not None else "quandary --help"


def complain(line: str) -> None:
    """Write one line on the standard error, whatever it holds."""
    from quandary.cli.say import one_line

    print(f"quandary: {one_line(line)}", file=sys.stderr)
