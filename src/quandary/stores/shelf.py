"""The rows of the items: adding many at once, reading blocks, searching."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, String, bindparam, func, select
from sqlalchemy.exc import IntegrityError

from quandary.core.errors import ConfigError, NotFound
from quandary.core.events import ItemsAdded
from quandary.stores import settings
from quandary.stores.codec import RowsDigest, encode_content, searchable, words_of
from quandary.stores.tables import items, storable, words

BLOCK = 5_000
MANY = 500  # bound values in one statement
Row = tuple[str, Mapping[str, str]]


def add(connection: Connection, rows: Iterable[Row], source: str, hidden: frozenset[str]) -> ItemsAdded:
    """Put items after those that are there and return the event that says so."""
    first = position = count(connection)
    numbered = first == 0 or settings.get(connection, "numbered", False)
    running = RowsDigest()
    for block in blocks(rows):
        encoded = [(name, encode_content(content)) for name, content in block]
        try:
            _insert(connection, position, encoded)
        except IntegrityError:
            raise ConfigError(repeated(connection, [name for name, _ in block], position)) from None
        texts = [(position + i, searchable(content, hidden)) for i, (_, content) in enumerate(block)]
        connection.exec_driver_sql("INSERT INTO words (position, text) VALUES (?, ?)", texts)
        running.add(encoded)
        numbered = numbered and all(name == str(position + i) for i, (name, _) in enumerate(block))
        position += len(block)
    settings.put(connection, "numbered", numbered)
    return ItemsAdded(first, position - first, source, running.hex())


def count(connection: Connection) -> int:
    """How many items there are."""
    last = connection.execute(select(func.max(items.c.position))).scalar()
    return 0 if last is None else int(last) + 1


def digest(connection: Connection, first: int, size: int) -> str:
    """The hash over ids and contents of ``size`` items from ``first`` on, as ``add`` made it."""
    running = RowsDigest()
    for start in range(first, first + size, BLOCK):
        stop = min(start + BLOCK, first + size)
        inside = items.c.position.between(start, stop - 1)
        rows = connection.execute(select(items.c.id, items.c.content).where(inside).order_by(items.c.position))
        running.add((row.id, row.content) for row in rows)
    return running.hex()


def ids(connection: Connection) -> list[str] | int:
    """Every id by position, or only how many there are where the ids are the row numbers."""
    if settings.get(connection, "numbered", False):
        return count(connection)
    return list(connection.execute(select(items.c.id).order_by(items.c.position)).scalars())


def item_id(connection: Connection, position: int) -> str:
    """The id of the item at ``position``."""
    found: str | None = connection.execute(select(items.c.id).where(items.c.position == position)).scalar()
    if found is None:
        raise NotFound(beyond(position, count(connection)))
    return found


def contents(connection: Connection, positions: Sequence[int] | NDArray[np.intp]) -> list[dict[str, str]]:
    """The contents at ``positions``, in their order."""
    found: dict[int, dict[str, str]] = {}
    for start in range(0, len(positions), MANY):
        some = [int(p) for p in positions[start : start + MANY]]
        rows = connection.execute(select(items.c.position, items.c.content).where(items.c.position.in_(some)))
        found.update({row.position: json.loads(row.content) for row in rows})
    if missing := [int(p) for p in positions if int(p) not in found]:
        raise NotFound(beyond(missing[0], count(connection)))
    return [found[int(p)] for p in positions]


def stretch(connection: Connection, start: int, stop: int) -> list[dict[str, str]]:
    """The contents of positions ``start`` up to ``stop``."""
    inside = items.c.position.between(start, stop - 1)
    rows = connection.execute(select(items.c.content).where(inside).order_by(items.c.position)).scalars()
    return [json.loads(content) for content in rows]


def search(connection: Connection, query: str, limit: int | None) -> NDArray[np.intp]:
    """Positions whose text holds every word of ``query``, ascending."""
    wanted = words_of(query)
    # instr takes its argument literally, unlike LIKE and MATCH: there is no syntax to break out into.
    conditions = [func.instr(words.c.text, bindparam(f"word{i}", w, String)) > 0 for i, w in enumerate(wanted)]
    found = select(words.c.position).where(*conditions).order_by(words.c.position).limit(limit)
    return np.fromiter(connection.execute(found).scalars(), np.intp)


def blocks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows in lists of a few thousand."""
    stream = iter(rows)
    while block := list(islice(stream, BLOCK)):
        yield block


def repeated(connection: Connection, names: list[str], position: int) -> str:
    """The message about an id that stands twice, within ``names`` or among the items before ``position``."""
    seen: set[str] = set()
    for name in names:
        before = select(items.c.position).where(items.c.id == name, items.c.position < position)
        if name in seen or connection.execute(before).scalar() is not None:
            break
        seen.add(name)
    return f"id {name!r} stands twice; ids must be unique: name another id column, or none to number the rows"


def beyond(position: int, size: int) -> str:
    """The message about a position that no item has."""
    return f"no item at position {position}; there are {size}, counted from 0"


def _insert(connection: Connection, first: int, rows: list[tuple[str, str]]) -> None:
    # Straight to the driver: building a statement for each row would take longer than writing it.
    values = [(first + i, storable(name), content) for i, (name, content) in enumerate(rows)]
    connection.exec_driver_sql("INSERT INTO items (position, id, content) VALUES (?, ?, ?)", values)
