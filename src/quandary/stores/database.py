"""Connections to a project file, and what SQLite's errors mean to a person."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from quandary.core.errors import DamagedProject, ProjectBusy, QuandaryError, StorageFull

BUSY_MS = 5_000
CANNOT_WRITE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
LOST_SYNC = {sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC}


def writing_engine(path: Path) -> Engine:
    """The engine of the one connection that writes and checkpoints."""
    engine = create_engine("sqlite://", creator=_connect(path, "rw"), poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, record: Any) -> None:
        _prepare(raw)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "checkpoint_fullfsync=1"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A deferred transaction that reads first cannot be upgraded while another process writes.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def reading_engine(path: Path) -> Engine:
    """The engine of connections that only read; they never checkpoint."""
    engine = create_engine("sqlite://", creator=_connect(path, "ro"), poolclass=QueuePool, pool_size=4, max_overflow=60)

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, record: Any) -> None:
        _prepare(raw)
        raw.execute("PRAGMA wal_autocheckpoint=0")
        raw.execute("PRAGMA query_only=1")

    return engine


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except DBAPIError as error:
        raise meaning(error, path) from error


def meaning(error: DBAPIError, path: Path) -> QuandaryError:
    """What an error of SQLite means, with what to do about it."""
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    where = path.parent
    match code & 0xFF:
        case primary if primary in CANNOT_WRITE:
            return StorageFull(
                f"cannot write to {where} ({error.orig}); nothing was added; free some space, then try again"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return ProjectBusy(f"{where} is in use by another program ({error.orig}); close it there and try again")
    return DamagedProject(f"{path} cannot be read as a project ({error.orig}); go back to a copy of it")


def lost_sync(error: DBAPIError) -> bool:
    """Whether the system failed to flush: what was written before may be gone, and a second try would hide it."""
    return getattr(error.orig, "sqlite_errorcode", 0) in LOST_SYNC


def _connect(path: Path, mode: str) -> Callable[[], sqlite3.Connection]:
    # Opening by URI never makes a new, empty file where a project was lost.
    name = quote(os.fsencode(path.absolute()))

    def connect() -> sqlite3.Connection:
        alone = mode == "ro" and not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
        # On a read-only disk SQLite cannot make its shared memory; without a journal it needs none.
        query = f"mode={mode}&immutable=1" if alone else f"mode={mode}"
        return sqlite3.connect(f"file:{name}?{query}", uri=True, check_same_thread=False, timeout=BUSY_MS / 1000)

    return connect


def _prepare(raw: sqlite3.Connection) -> None:
    raw.isolation_level = None  # transactions are begun by us alone
    raw.execute("PRAGMA trusted_schema=0")  # a project from elsewhere may bring its own triggers
    raw.execute("PRAGMA cell_size_check=1")
