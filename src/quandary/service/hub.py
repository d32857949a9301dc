"""Tells whoever listens what changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Listener = Callable[[str, dict[str, Any]], None]


class Hub:
    """Listeners, each called with the name of what changed and what it is now."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._listeners)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` from now on, until the function that comes back is called."""
        self._count += 1
        number = self._count
        self._listeners[number] = listener
        return lambda: self._listeners.pop(number, None) and None

    def say(self, name: str, value: dict[str, Any]) -> None:
        """Tell everybody."""
        for listener in list(self._listeners.values()):
            listener(name, value)
