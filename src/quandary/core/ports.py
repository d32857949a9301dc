"""What the core asks of the world; adapters elsewhere answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from quandary.core.events import Event


class Store(Protocol):
    """An append-only log of events per project."""

    def read(self, project: str, after: int = 0) -> Sequence[Event]:
        """Events of ``project`` with version > ``after``, oldest first."""
        ...

    def append(self, project: str, events: Sequence[Event], *, expected: int | None = None) -> int:
        """Add ``events`` atomically and return the new version.

        Raises ``Conflict`` if ``expected`` is given and is not the current version,
        ``StorageFull`` if nothing could be written.
        """
        ...


class Progress(Protocol):
    """Told how far a long piece of work is."""

    def __call__(self, done: int, total: int, what: str) -> Any: ...


def silent(done: int, total: int, what: str) -> None:
    """A ``Progress`` that says nothing."""
