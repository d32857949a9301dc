"""Where the weights of a pretrained network lie on this machine; the one place where learners look at the disk."""

from __future__ import annotations

import os
from pathlib import Path

from quandary.core.errors import ConfigError


def find_weights(named: str, variable: str, purpose: str, what: str) -> str:
    """The path ``named``, else the one in the environment variable; ``ConfigError`` unless it is there.

    ``what`` is to be found at the path. Nothing is ever downloaded.
    """
    wanted = named or os.environ.get(variable, "")
    if not wanted:
        raise ConfigError(f"{purpose} needs {what} on this machine: set {variable} to its path")
    if not Path(wanted).exists():
        raise ConfigError(f"{purpose} needs {what}, and {wanted!r} is not there; set {variable} to its path")
    return str(Path(wanted).absolute())


def named_weights(variable: str) -> str:
    """What the environment variable says, or nothing."""
    return os.environ.get(variable, "")
