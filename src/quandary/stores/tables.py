"""The tables of a project file as they are now; how they came to be is in ``migrations``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator

from quandary.stores.codec import encodable

HEAD = "0001"  # the newest revision in migrations/versions
APPLICATION_ID = 0x51554E44  # marks the file as Quandary's, for `file` and for us


class Exact(TypeDecorator[str]):
    """Text that comes back as it went in, also with half characters, which UTF-8 cannot hold."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> Any:
        return value if value is None else storable(value)

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def storable(text: str) -> str | bytes:
    """``text``, or its bytes where UTF-8 cannot hold it."""
    return text if encodable(text) else text.encode("utf-8", "surrogatepass")


metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Exact, nullable=False, unique=True),
    Column("content", Text, nullable=False),
)

# Apart from the contents, so that a search reads nothing else.
words = Table(
    "words",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("text", Text, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("project", Exact, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("item", Exact),
    Column("annotator", Exact),
    Column("key", Exact),
    Column("body", Text, nullable=False),
    Column("hash", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("events_item", events.c.project, events.c.item, sqlite_where=events.c.item.is_not(None))
Index("events_key", events.c.project, events.c.key, unique=True, sqlite_where=events.c.key.is_not(None))

replies = Table(
    "replies",
    metadata,
    Column("key", Exact, primary_key=True),
    Column("payload_digest", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)
