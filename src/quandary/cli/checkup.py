"""What ``quandary doctor`` looks at, one thing a function."""

from __future__ import annotations

import platform
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from quandary import __version__
from quandary.core.errors import QuandaryError

GOOD, NOTE, FAULT = "ok", "note", "FAULT"
PACKAGES = ("numpy", "scipy", "scikit-learn", "scikit-image", "pillow", "sqlalchemy", "fastapi", "uvicorn", "skops")
LITTLE_SPACE = 1_000_000_000
# https://sqlite.org/wal.html: two connections, one resetting the write-ahead log while the other commits.
WAL_BUG_SINCE, WAL_BUG_FIXED = (3, 7, 0), (3, 51, 3)
WAL_BUG_FIXED_TOO = {(3, 44): 6, (3, 50): 7}


@dataclass(frozen=True)
class Finding:
    """One line of the checkup."""

    sign: str
    what: str
    said: str


def everything(project: Path | None) -> list[Finding]:
    """All findings, those about ``project`` last."""
    found = [*versions(), sqlite(), threads(), page(), *extras(), disk(project or Path.cwd())]
    return [*found, check_project(project)] if project is not None else found


def versions() -> Iterator[Finding]:
    """Quandary, Python and the packages it stands on."""
    yield Finding(
        GOOD, "quandary", f"{__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    )
    there = {name: version for name in PACKAGES if (version := _version(name))}
    missing = [name for name in PACKAGES if name not in there]
    if missing:
        yield Finding(FAULT, "packages", f"missing: {', '.join(missing)}; run: pip install --force-reinstall quandary")
    else:
        yield Finding(GOOD, "packages", _listed(there))


def sqlite() -> Finding:
    """The version of SQLite, and whether it has the bug in its write-ahead log."""
    if has_wal_bug(sqlite3.sqlite_version_info):
        said = "has the WAL-reset bug (fixed in 3.51.3), which one writer alone, as Quandary has, does not meet: "
        return Finding(NOTE, "SQLite", f"{sqlite3.sqlite_version} {said}let no other program write to project.db")
    return Finding(GOOD, "SQLite", sqlite3.sqlite_version)


def has_wal_bug(version: tuple[int, ...]) -> bool:
    """Whether this SQLite can lose a commit that races with a reset of the write-ahead log.

    >>> has_wal_bug((3, 40, 1)), has_wal_bug((3, 50, 7)), has_wal_bug((3, 51, 3))
    (True, False, False)
    """
    mended = WAL_BUG_FIXED_TOO.get((version[0], version[1]))
    return WAL_BUG_SINCE <= version < WAL_BUG_FIXED and not (mended is not None and version[2] >= mended)


def threads() -> Finding:
    """Threads of the linear algebra: more than one only makes several processes fight."""
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))  # brings the library that is asked about
    most = max((pool["num_threads"] for pool in threadpool_info()), default=1)
    if most == 1:
        return Finding(GOOD, "linear algebra", "one thread a process")
    return Finding(NOTE, "linear algebra", f"{most} threads a process; faster with OPENBLAS_NUM_THREADS=1")


def page() -> Finding:
    """Whether the labeling page is built into this installation."""
    if resources.files("quandary").joinpath("static", "index.html").is_file():
        return Finding(GOOD, "page", "built in")
    return Finding(
        FAULT, "page", "missing from this installation; from a checkout run: pip install . (it builds the page)"
    )


def extras() -> Iterator[Finding]:
    """Optional packages, with the command that installs what is missing."""
    for extra, packages in optional_packages().items():
        there = {name: version for name in packages if (version := _version(name))}
        missing = [name for name in packages if name not in there]
        if missing:
            said = f"without {', '.join(missing)}; to have it: pip install 'quandary[{extra}]'"
            yield Finding(NOTE, f"extra {extra}", said)
        else:
            yield Finding(GOOD, f"extra {extra}", _listed(there))


def optional_packages() -> dict[str, list[str]]:
    """The packages of each extra, as this installation declares them."""
    try:
        declared = metadata.requires("quandary") or []
    except metadata.PackageNotFoundError:  # run from a checkout
        declared = []
    out: dict[str, list[str]] = {}
    for line in declared:
        if found := re.match(r"([A-Za-z0-9._-]+).*extra == ['\"]([^'\"]+)", line):
            out.setdefault(found[2], []).append(found[1])
    return out


def disk(folder: Path) -> Finding:
    """Room where projects are kept."""
    near = next(path for path in [folder.absolute(), *folder.absolute().parents] if path.exists())
    free = shutil.disk_usage(near).free
    said = f"{free / 1e9:,.1f} GB free at {near}"
    if free < LITTLE_SPACE:
        return Finding(NOTE, "disk", f"{said}; answers are refused when it is full, features of large pools need room")
    return Finding(GOOD, "disk", said)


def check_project(folder: Path) -> Finding:
    """Every event against the hash chain, every item against the log."""
    from quandary.project.folder import open_project

    try:
        with open_project(folder, write=False) as project:
            project.store.verify(project.key)
            state = project.state()
    except QuandaryError as error:
        return Finding(FAULT, "project", str(error))
    counts = state.counts()
    whole = f"{state.version:,} events and {counts.total:,} items are as they were written"
    return Finding(GOOD, "project", f"{whole}; {counts.labeled:,} labels")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
