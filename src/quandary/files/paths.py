"""Names of files inside a source: none leads out of it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from quandary.core.errors import InputError
from quandary.files.said import said


def relative_name(name: str) -> str:
    """``name`` as a plain relative path with ``/``; ``InputError`` if it could lead out of its folder.

    >>> relative_name("scan/./17.png")
    'scan/17.png'
    >>> relative_name("../secret.png")
    Traceback (most recent call last):
    quandary.core.errors.InputError: path '../secret.png' leads out of its folder; name a file inside it
    """
    path, windows = PurePosixPath(name), PureWindowsPath(name)
    if "\0" in name or not name.strip() or path == PurePosixPath("."):
        raise InputError(f"path {name[:200]!r} names no file; paths must be relative and stay inside their folder")
    # A drive or a root that only Windows knows is refused everywhere: projects move between machines.
    if path.is_absolute() or windows.drive or windows.root:
        raise InputError(f"path {name[:200]!r} is absolute; paths must be relative and stay inside their folder")
    if ".." in path.parts or ".." in windows.parts:
        raise InputError(f"path {name[:200]!r} leads out of its folder; name a file inside it")
    return str(path)


def confined(root: Path, name: str) -> Path:
    """The file ``name`` under the folder ``root``, links followed; ``InputError`` if it lies outside or is no file."""
    plain = relative_name(name)
    try:
        found = (root / plain).resolve()
        inside, is_file = found.is_relative_to(root.resolve()), found.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"path {name[:200]!r} cannot be followed: {said(error)}") from error
    if not inside:
        raise InputError(f"path {name[:200]!r} is a link out of {root.name!r}; copy the file into the folder")
    if not is_file:
        raise InputError(f"there is no file {name[:200]!r} in {root.name!r}; paths are relative to that folder")
    return found
