"""Parts that need a package which not everybody has."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def installed(part: Any) -> bool:
    """Whether this part can be used here.

    ``part.needs`` is a package and the extra that brings it, or None.

    >>> class Parquet:
    ...     needs = ("no_such_package", "tables")
    >>> installed(Parquet), installed(int)
    (False, True)
    """
    needs = getattr(part, "needs", None)
    try:
        return needs is None or bool(import_module(needs[0]))
    except (ImportError, OSError):  # OSError: a library of the system that the package wants is missing
        return False
