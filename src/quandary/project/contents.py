"""An item as it is shown to a person: plain text and numbers, never markup, never its label."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from quandary.core.content import columns_of, text_of
from quandary.core.errors import InputError
from quandary.stores.sqlite import SqliteStore

MOST_VALUES = 256  # numbers of a vector that anybody looks at


class Unusual(Protocol):
    """Says what is unusual about a value in its column, or None."""

    def unusual(self, column: str, value: str) -> str | None: ...


class PoolContents:
    """The contents of a project's items without the hidden columns; satisfies ``core.content.Contents``."""

    def __init__(self, store: SqliteStore, hidden: Collection[str] = ()) -> None:
        self._store = store
        self._hidden = frozenset(hidden)
        self._size = store.count()

    def __len__(self) -> int:
        return self._size

    def slice(self, start: int, stop: int) -> list[dict[str, str]]:
        """The contents at positions ``start`` to ``stop - 1``."""
        return [without(content, self._hidden) for content in self._store.contents(start, stop)]


def without(content: Mapping[str, str], hidden: Collection[str]) -> dict[str, str]:
    """``content`` without the hidden columns."""
    return {name: value for name, value in content.items() if name not in hidden}


def text_view(content: Mapping[str, str], role: str, profile: Unusual) -> dict[str, Any]:
    """The ``text`` content, with the row's other columns as fields."""
    other = without(content, columns_of(role, list(content)))
    view: dict[str, Any] = {"type": "text", "text": text_of(content, role)}
    return {**view, "fields": fields(other, profile)} if other else view


def table_view(content: Mapping[str, str], profile: Unusual) -> dict[str, Any]:
    """The ``table`` content."""
    return {"type": "table", "fields": fields(content, profile)}


def fields(content: Mapping[str, str], profile: Unusual) -> list[dict[str, Any]]:
    """Name and value of each column, and what is unusual about the value."""
    return [
        {"name": name, "value": value, "unusual": profile.unusual(name, value), "missing": not value.strip()}
        for name, value in content.items()
    ]


def image_view(root: Path, name: str, url: str) -> dict[str, Any]:
    """The ``image`` content with its size as shown, or ``broken``."""
    from quandary.files.images import open_image

    try:
        width, height = open_image(root, name).size
    except InputError as error:
        return {"type": "broken", "name": name, "message": str(error)}
    return {"type": "image", "url": url, "width": width, "height": height, "name": name}


def vector_view(values: Sequence[float]) -> dict[str, Any]:
    """The ``vector`` content: the first numbers and how many there are."""
    return {"type": "vector", "values": [float(v) for v in values[:MOST_VALUES]], "length": len(values)}
