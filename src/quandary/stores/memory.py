"""A store that lives and dies with the process, for notebooks and tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import ConfigError, Conflict, NotFound
from quandary.core.events import Event, ItemsAdded
from quandary.core.ids import ItemIds
from quandary.core.registry import stores
from quandary.stores.codec import RowsDigest, encode, encode_content, link, origin, searchable, words_of
from quandary.stores.records import Entry, Reply


@stores("memory")
class MemoryStore:
    """Everything in this process's memory: nothing is written, nothing survives."""

    durable = False
    read_only = False

    def __init__(self) -> None:
        self._logs: dict[str, list[Entry]] = {}
        self._keys: set[tuple[str, str]] = set()
        self._replies: dict[str, Reply] = {}
        self._items: dict[str, str] = {}  # id -> encoded content
        self._words: list[str] = []
        self._meta: dict[str, str] = {}
        self._turn = RLock()

    @classmethod
    def create(cls, path: str | Path = "") -> MemoryStore:
        """Make an empty store; ``path`` is not used."""
        return cls()

    def close(self) -> None:
        """Nothing to let go of."""

    def read(self, project: str, after: int = 0) -> list[Event]:
        """Events with version > ``after``, oldest first."""
        return [entry.event for entry in self.stream(project, after)]

    def entries(self, project: str, after: int = 0) -> list[Entry]:
        """Entries with version > ``after``, oldest first."""
        return list(self.stream(project, after))

    def stream(self, project: str, after: int = 0) -> Iterator[Entry]:
        """The same, one at a time."""
        yield from self._logs.get(project, [])[after:]

    def about(self, project: str, item: str) -> list[Event]:
        """Events about one item, oldest first."""
        return [event for event in self.read(project) if getattr(event, "item", None) == item]

    def version(self, project: str) -> int:
        """The number of events."""
        return len(self._logs.get(project, []))

    def append(
        self, project: str, events: Sequence[Event], *, expected: int | None = None, reply: Reply | None = None
    ) -> int:
        """Add events, and the reply to keep, together; return the new version."""
        with self._turn:
            at = self.version(project)
            if expected is not None and expected != at:
                raise Conflict(f"the log is at version {at}, not {expected}; read what is new and decide again")
            keys = [(project, key) for event in events if (key := getattr(event, "key", ""))]
            known = reply is not None and reply.key in self._replies
            if known or len(set(keys)) < len(keys) or not self._keys.isdisjoint(keys):
                raise Conflict("the key of this request is there already; give a new request a new key")
            new = _chained(self._logs.get(project, []), project, events)
            self._logs.setdefault(project, []).extend(new)
            self._keys.update(keys)
            if reply is not None:
                self._replies[reply.key] = replace(reply, version=at + len(new))
            return at + len(new)

    def reply(self, key: str) -> Reply | None:
        """What the request of that key was answered with, or None."""
        return self._replies.get(key)

    def verify(self, project: str) -> None:
        """Nothing to check: no other process can reach this memory."""

    def add_items(
        self, rows: Iterable[tuple[str, Mapping[str, str]]], *, source: str = "", hidden: Iterable[str] = ()
    ) -> ItemsAdded:
        """Put items after those that are there, all or none; append the event that comes back."""
        with self._turn:
            new: dict[str, str] = {}
            words, unseen = [], frozenset(hidden)
            for name, content in rows:
                if name in self._items or name in new:
                    raise ConfigError(f"id {name!r} stands twice; ids must be unique: number the rows instead")
                new[name] = encode_content(content)
                words.append(searchable(content, unseen))
            first = self.count()
            self._items.update(new)
            self._words.extend(words)
            running = RowsDigest()
            running.add(new.items())
            return ItemsAdded(first, len(new), source, running.hex())

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def ids(self) -> ItemIds:
        """The ids, by position."""
        return ItemIds(list(self._items))

    def item_id(self, position: int) -> str:
        """The id of one item; ``NotFound`` for a position beyond the end."""
        if not 0 <= position < len(self._items):
            raise NotFound(f"no item at position {position}; there are {len(self._items)}, counted from 0")
        return self.ids()[position]

    def content(self, position: int) -> dict[str, str]:
        """The content of one item."""
        return self.contents_of([position])[0]

    def contents(self, start: int, stop: int) -> list[dict[str, str]]:
        """The contents of positions ``start`` up to ``stop``."""
        return [json.loads(text) for text in list(self._items.values())[start:stop]]

    def contents_of(self, positions: Sequence[int] | NDArray[np.intp]) -> list[dict[str, str]]:
        """The contents at ``positions``, in their order; ``NotFound`` for a position beyond the end."""
        texts = list(self._items.values())
        for position in positions:
            if not 0 <= position < len(texts):
                raise NotFound(f"no item at position {position}; there are {len(texts)}, counted from 0")
        return [json.loads(texts[int(p)]) for p in positions]

    def search(self, query: str, limit: int | None = None) -> NDArray[np.intp]:
        """Positions whose searchable text holds every word of ``query``, in any case, ascending."""
        wanted = words_of(query)
        found = [p for p, text in enumerate(self._words) if all(word in text for word in wanted)]
        return np.array(found[:limit], dtype=np.intp)

    def meta(self, name: str, default: Any = None) -> Any:
        """The JSON value kept under ``name``, or ``default``."""
        return json.loads(self._meta[name]) if name in self._meta else default

    def set_meta(self, name: str, value: Any) -> None:
        """Keep a JSON value under ``name``."""
        self._meta[name] = json.dumps(value)


def _chained(log: list[Entry], project: str, events: Sequence[Event]) -> list[Entry]:
    version, previous = len(log), log[-1].hash if log else origin(project)
    new = []
    for event in events:
        version += 1
        digest = link(previous, version, type(event).__name__, encode(event))
        new.append(Entry(version, event, digest, previous))
        previous = digest
    return new
