"""The lock that lets one process at a time write a project."""

from __future__ import annotations

import os
import sys
import weakref
from pathlib import Path

from quandary.core.errors import ProjectBusy, StorageFull

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        os.lseek(handle, 4096, os.SEEK_SET)  # away from the process id, which others must be able to read
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ProjectLock:
    """Held from construction to ``release``, or until the process ends, however it ends.

    Raises ``ProjectBusy`` if another holder is there; the message names its process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._handle: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StorageFull(f"cannot write to {path.parent} ({error.strerror}); check its permissions") from error
        try:
            _take(self._handle)
        except OSError as error:
            holder = _holder(self._handle)
            self._close()
            raise ProjectBusy(
                f"{path.parent} is in use by process {holder}; close Quandary there, or wait until it is done"
            ) from error
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, f"{os.getpid()}\n".encode())
        _held.add(self)

    def release(self) -> None:
        """Let others write."""
        _held.discard(self)
        self._close()

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


_held: weakref.WeakSet[ProjectLock] = weakref.WeakSet()


def _forget_in_child() -> None:
    # A forked worker shares the lock and would keep it after its parent was killed.
    for lock in list(_held):
        lock.release()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_forget_in_child)


def _holder(handle: int) -> str:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        return os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
    except OSError:
        return "unknown"
