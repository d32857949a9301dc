"""The default store: one SQLite file for a project's log and items."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

import quandary
from quandary.core.errors import Conflict, DamagedProject, NewerVersion, NotFound, StorageFull
from quandary.core.events import Event, ItemsAdded
from quandary.core.ids import ItemIds
from quandary.core.registry import stores
from quandary.stores import database, log, migrate, settings, shelf
from quandary.stores.lock import ProjectLock
from quandary.stores.records import Entry, Reply
from quandary.stores.tables import replies


@stores("sqlite")
class SqliteStore:
    """One SQLite file; what ``append`` returned for has been flushed to the disk.

    One process writes, and holds the ``lock`` beside the file; any number may read meanwhile. All
    methods may be called from several threads.
    """

    durable = True

    def __init__(self, path: Path, reader: Engine, writer: Connection | None, lock: ProjectLock | None) -> None:
        self.path = path
        self._reader = reader
        self._writer = writer
        self._lock = lock
        self._turn = RLock()
        self._refused = ""  # why nothing may be written any more

    # ---- opening -------------------------------------------------------------------

    @classmethod
    def create(cls, path: str | Path) -> SqliteStore:
        """Make a new, empty file; ``Conflict`` if there is one."""
        path = Path(path)
        lock = ProjectLock(path.parent / "lock")
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            return cls._writing(path, lock, fresh=True)
        except FileExistsError:
            lock.release()
            raise Conflict(f"{path} is already there; open it, or choose another name") from None
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, path: str | Path, read_only: bool = False) -> SqliteStore:
        """Open a file, bringing an older schema up to date unless ``read_only``.

        Raises ``NotFound``, ``ProjectBusy``, ``NewerVersion`` (the file is left untouched) or ``DamagedProject``.
        """
        path = Path(path)
        if not path.is_file():
            raise NotFound(f"no project at {path.parent}: {path.name} is missing; make one with: quandary label SOURCE")
        if read_only:
            return cls._reading(path)
        lock = ProjectLock(path.parent / "lock")
        try:
            return cls._writing(path, lock, fresh=False)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _reading(cls, path: Path) -> SqliteStore:
        reader = database.reading_engine(path)
        with database.translated(path), reader.connect() as connection:
            if not migrate.check(connection, path):
                raise StorageFull(
                    f"{path.parent} comes from an older version; open it once for writing: quandary label"
                )
        return cls(path, reader, None, None)

    @classmethod
    def _writing(cls, path: Path, lock: ProjectLock, fresh: bool) -> SqliteStore:
        with database.translated(path):
            _bring_up_to_date(path, fresh)
            writer = database.writing_engine(path).connect()
        return cls(path, database.reading_engine(path), writer, lock)

    def close(self) -> None:
        """Let go of the file and the lock; closing twice is fine."""
        with self._turn:
            self._reader.dispose()
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            if self._lock is not None:
                self._lock.release()
                self._lock = None
            self._refused = self._refused or "it was closed"

    def __enter__(self) -> SqliteStore:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written through this object."""
        return self._writer is None

    # ---- the log -------------------------------------------------------------------

    def read(self, project: str, after: int = 0) -> list[Event]:
        """Events with version > ``after``, oldest first."""
        return [entry.event for entry in self.stream(project, after)]

    def entries(self, project: str, after: int = 0) -> list[Entry]:
        """Entries with version > ``after``, oldest first."""
        return list(self.stream(project, after))

    def stream(self, project: str, after: int = 0) -> Iterator[Entry]:
        """The same, one at a time; each is checked against the hash chain (``DamagedProject``)."""
        with self._reading_from() as connection:
            try:
                yield from log.entries(connection, project, after, self.path)
            except NewerVersion as error:
                raise migrate.newer(connection, self.path) from error

    def about(self, project: str, item: str) -> list[Event]:
        """Events about one item, oldest first."""
        with self._reading_from() as connection:
            return log.about(connection, project, item)

    def version(self, project: str) -> int:
        """The number of events."""
        with self._reading_from() as connection:
            return log.head(connection, project)[0]

    def append(
        self, project: str, events: Sequence[Event], *, expected: int | None = None, reply: Reply | None = None
    ) -> int:
        """Add events, and the reply to keep, in one transaction; return the new version once it is on the disk.

        Raises ``Conflict`` if ``expected`` is not the current version or a key is there already,
        ``StorageFull`` if nothing could be written.
        """
        with self._writing_to() as connection:
            at = log.head(connection, project)
            if expected is not None and expected != at[0]:
                raise Conflict(f"the log is at version {at[0]}, not {expected}; read what is new and decide again")
            try:
                version = log.add(connection, project, events, at)
                if reply is not None:
                    _keep(connection, replace(reply, version=version))
            except IntegrityError:
                raise Conflict("the key of this request is there already; give a new request a new key") from None
        return version

    def reply(self, key: str) -> Reply | None:
        """What the request of that key was answered with, or None."""
        with self._reading_from() as connection:
            row = connection.execute(select(replies).where(replies.c.key == key)).first()
        return None if row is None else Reply(row.key, row.payload_digest, row.version, row.body)

    def verify(self, project: str) -> None:
        """Check the whole hash chain and every item; raises ``DamagedProject``."""
        with self._reading_from() as connection:
            for entry in log.entries(connection, project, 0, self.path, whole=True):
                if isinstance(entry.event, ItemsAdded):
                    self._verify_items(connection, entry.event)

    def _verify_items(self, connection: Connection, added: ItemsAdded) -> None:
        if shelf.digest(connection, added.first, added.count) != added.digest:
            raise DamagedProject(
                f"the items in {self.path} are not those that came from {added.source}; go back to a copy of it"
            )

    # ---- items ---------------------------------------------------------------------

    def add_items(self, rows: Iterable[shelf.Row], *, source: str = "", hidden: Iterable[str] = ()) -> ItemsAdded:
        """Put items after those that are there, all or none; append the event that comes back.

        Values of the ``hidden`` columns are left out of searches. Raises ``ConfigError`` for a repeated id.
        """
        with self._writing_to() as connection:
            return shelf.add(connection, rows, source, frozenset(hidden))

    def count(self) -> int:
        """How many items there are."""
        with self._reading_from() as connection:
            return shelf.count(connection)

    def ids(self) -> ItemIds:
        """The ids, by position."""
        with self._reading_from() as connection:
            return ItemIds(shelf.ids(connection))

    def item_id(self, position: int) -> str:
        """The id of one item; ``NotFound`` for a position beyond the end."""
        with self._reading_from() as connection:
            return shelf.item_id(connection, position)

    def content(self, position: int) -> dict[str, str]:
        """The content of one item."""
        return self.contents_of([position])[0]

    def contents(self, start: int, stop: int) -> list[dict[str, str]]:
        """The contents of positions ``start`` up to ``stop``."""
        with self._reading_from() as connection:
            return shelf.stretch(connection, start, stop)

    def contents_of(self, positions: Sequence[int] | NDArray[np.intp]) -> list[dict[str, str]]:
        """The contents at ``positions``, in their order; ``NotFound`` for a position beyond the end."""
        with self._reading_from() as connection:
            return shelf.contents(connection, positions)

    def search(self, query: str, limit: int | None = None) -> NDArray[np.intp]:
        """Positions whose searchable text holds every word of ``query``, in any case, ascending."""
        with self._reading_from() as connection:
            return shelf.search(connection, query, limit)

    # ---- settings ------------------------------------------------------------------

    def meta(self, name: str, default: Any = None) -> Any:
        """The JSON value kept under ``name``, or ``default``."""
        with self._reading_from() as connection:
            return settings.get(connection, name, default)

    def set_meta(self, name: str, value: Any) -> None:
        """Keep a JSON value under ``name``."""
        with self._writing_to() as connection:
            settings.put(connection, name, value)

    # ---- connections ---------------------------------------------------------------

    @contextmanager
    def _reading_from(self) -> Iterator[Connection]:
        with database.translated(self.path), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _writing_to(self) -> Iterator[Connection]:
        with self._turn:
            if self._writer is None or self._refused:
                raise StorageFull(
                    f"{self.path.parent} cannot be written: {self._refused or 'it was opened to read only'}"
                )
            try:
                with self._writer.begin():
                    yield self._writer
            except DBAPIError as error:
                if database.lost_sync(error):
                    self._refused = "the disk failed to flush; check it, then start again"
                raise database.meaning(error, self.path) from error


def _bring_up_to_date(path: Path, fresh: bool) -> None:
    old = None if fresh else _older_revision(path)
    if old is not None:
        migrate.back_up(path, old)
    engine = database.writing_engine(path)
    try:
        with engine.begin() as connection:
            if fresh or old is not None:
                migrate.upgrade(connection)
            if settings.get(connection, "written_by") != quandary.__version__:
                settings.put(connection, "written_by", quandary.__version__)
    finally:
        engine.dispose()


def _older_revision(path: Path) -> str | None:
    """The schema revision to upgrade from, or None. Only reads: a newer file must stay as it is."""
    engine = database.reading_engine(path)
    try:
        with engine.connect() as connection:
            return None if migrate.check(connection, path) else migrate.revision_of(connection)
    finally:
        engine.dispose()


def _keep(connection: Connection, reply: Reply) -> None:
    row = {"key": reply.key, "payload_digest": reply.payload_digest, "version": reply.version, "body": reply.body}
    connection.execute(insert(replies), row)
