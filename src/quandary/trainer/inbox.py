"""News from the server: one line a version, and the end of the stream when it is gone."""

from __future__ import annotations

import os
from threading import Condition, Thread
from typing import IO


class Inbox:
    """The newest version that was told of, read from ``stream`` by a thread of its own.

    When the stream ends the process ends, at once and whatever it does: whoever started it is gone.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._newest = 0
        self._changed = Condition()
        Thread(target=self._read, name="inbox", daemon=True).start()

    def newer(self, version: int) -> bool:
        """Whether a version after ``version`` was told of."""
        return self._newest > version

    def wait_for(self, version: int) -> None:
        """Return when a version after ``version`` was told of."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest > version)

    def _read(self) -> None:
        for line in self._stream:
            if line.strip().isdigit():
                with self._changed:
                    self._newest = max(self._newest, int(line))
                    self._changed.notify_all()
        os._exit(0)
