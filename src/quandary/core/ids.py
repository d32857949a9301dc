"""Item ids and their positions, without a dictionary of a million objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import ConfigError, NotFound


class ItemIds:
    """An ordered set of item ids: id -> position by binary search, position -> id by index.

    Ids that are the row numbers "0", "1", ... take no memory at all.

    >>> ids = ItemIds(["a", "b", "c"])
    >>> ids.position("b"), ids[2], "z" in ids
    (1, 'c', False)
    """

    def __init__(self, ids: Sequence[str] | int) -> None:
        self._names: list[str] | None = None
        if isinstance(ids, int):
            self._size = ids
            return
        self._names = list(ids)
        self._size = len(self._names)
        # Python's own string hash: fast, and only ever compared within this process.
        hashes = np.fromiter((hash(name) for name in self._names), np.int64, self._size)
        self._order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._order]
        self._refuse_repeats()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, position: int) -> str:
        return str(position) if self._names is None else self._names[position]

    def __iter__(self) -> Iterator[str]:
        return (self[p] for p in range(self._size))

    def __contains__(self, item: object) -> bool:
        return isinstance(item, str) and self._find(item) >= 0

    def position(self, item: str) -> int:
        """The position of ``item``; ``NotFound`` if there is no such item."""
        found = self._find(item)
        if found < 0:
            raise NotFound(f"no item called {item!r}; {self._example()}")
        return found

    def positions(self, items: Sequence[str]) -> NDArray[np.intp]:
        """The positions of ``items``, shape (len(items),)."""
        return np.array([self.position(item) for item in items], dtype=np.intp)

    def names(self, positions: Sequence[int] | NDArray[np.intp]) -> list[str]:
        """The ids at ``positions``."""
        return [self[int(p)] for p in positions]

    def _find(self, item: str) -> int:
        if self._names is None:
            canonical = item.isascii() and item.isdigit() and (item == "0" or item[0] != "0")
            return int(item) if canonical and len(item) < 19 and int(item) < self._size else -1
        wanted = hash(item)
        at = int(np.searchsorted(self._hashes, wanted))
        while at < self._size and self._hashes[at] == wanted:
            if self._names[self._order[at]] == item:
                return int(self._order[at])
            at += 1
        return -1

    def _example(self) -> str:
        return f"there are {self._size} items, the first is {self[0]!r}" if self._size else "there are no items"

    def _refuse_repeats(self) -> None:
        same = np.flatnonzero(self._hashes[1:] == self._hashes[:-1])
        for at in same:  # equal hashes are nearly always equal ids
            first, second = int(self._order[at]), int(self._order[at + 1])
            if self[first] == self[second]:
                raise ConfigError(f"id {self[first]!r} stands twice, at rows {first} and {second}; ids must be unique")
