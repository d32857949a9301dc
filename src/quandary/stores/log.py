"""The rows of the log: adding events and reading them back along the hash chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select

from quandary.core.errors import DamagedProject
from quandary.core.events import Event
from quandary.stores.codec import decode, encode, link, origin
from quandary.stores.records import Entry
from quandary.stores.tables import events

BLOCK = 2_000
FOUND_BY = ("item", "annotator", "key")  # fields that have a column of their own
COLUMNS = (events.c.version, events.c.kind, events.c.body, events.c.hash, *(events.c[name] for name in FOUND_BY))


def head(connection: Connection, project: str) -> tuple[int, str]:
    """Version and hash of the last entry."""
    last = select(events.c.version, events.c.hash).where(events.c.project == project)
    row = connection.execute(last.order_by(events.c.version.desc()).limit(1)).first()
    return (row.version, row.hash) if row else (0, origin(project))


def add(connection: Connection, project: str, new: Sequence[Event], at: tuple[int, str]) -> int:
    """Add events after the entry ``at`` and return the new version."""
    version, previous = at
    rows = []
    for event in new:
        version += 1
        kind, body = type(event).__name__, encode(event)
        previous = link(previous, version, kind, body)
        rows.append(
            {"project": project, "version": version, "kind": kind, "body": body, "hash": previous, **_found_by(event)}
        )
    if rows:
        connection.execute(insert(events), rows)
    return version


def entries(connection: Connection, project: str, after: int, where: Path, whole: bool = False) -> Iterator[Entry]:
    """Entries with version > ``after``, oldest first, each checked against the hash chain.

    With ``whole`` also what the entry is found by, which costs as much again.
    """
    known = select(events.c.hash).where(events.c.project == project, events.c.version == after)
    previous = origin(project) if after == 0 else connection.execute(known).scalar()
    version = after
    while rows := _block(connection, and_(events.c.project == project, events.c.version > version)):
        for number, kind, body, found, *keys in rows:
            version += 1
            if previous is None or number != version or found != link(previous, version, kind, body):
                raise damaged(where, version)
            event = decode(kind, body)
            if whole and keys != list(_found_by(event).values()):
                raise damaged(where, version)
            yield Entry(version, event, found, previous)
            previous = found


def about(connection: Connection, project: str, item: str) -> list[Event]:
    """Events that name ``item`` as theirs, oldest first."""
    found = select(events.c.kind, events.c.body).where(events.c.project == project, events.c.item == item)
    return [decode(row.kind, row.body) for row in connection.execute(found.order_by(events.c.version))]


def damaged(where: Path, version: int) -> DamagedProject:
    """The error for an entry that is not what was once written."""
    return DamagedProject(
        f"the log in {where} was changed or damaged at entry {version}: its hash does not match; go back to a copy"
    )


def _block(connection: Connection, condition: ColumnElement[bool]) -> Sequence[Any]:
    return connection.execute(select(*COLUMNS).where(condition).order_by(events.c.version).limit(BLOCK)).all()


def _found_by(event: Event) -> dict[str, str | None]:
    found = {name: getattr(event, name, None) for name in FOUND_BY}
    return {**found, "key": found["key"] or None}  # requests without a key are not told apart
