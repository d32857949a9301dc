"""The trainer's process, started, listened to, and started again when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Lock, Thread
from typing import IO, Any

from quandary.files.atomic import replace_file
from quandary.project.published import FOLDER, GENERATION

PAUSES = (0.2, 1.0, 3.0)  # seconds before each quick retry; after the last the next answer decides
GRACE = 2.0  # seconds a trainer has to end by itself
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR")} | {
    "VECLIB_MAXIMUM_THREADS": "1"
}
Heard = Callable[[dict[str, Any]], None]


class Worker:
    """Keeps one trainer running for the project in ``folder``.

    heard    called with each line the trainer says, and with ``{"event": "state"}`` when it ends or is started again
    command  what to run, with the folder and a number after it

    After a crash it is started again, three times quickly; then it has ``failed`` until the next answer.
    What the last one published goes on serving meanwhile.
    """

    def __init__(
        self, folder: Path, heard: Heard, command: Sequence[str] | None = None, pauses: Sequence[float] = PAUSES
    ) -> None:
        self.failed = False
        self.detail = ""
        self.restarts = 0
        self._folder = Path(folder)
        self._heard = heard
        self._command = command or [sys.executable, "-P", "-m", "quandary.trainer"]
        self._pauses = tuple(pauses)
        self._quick = 0  # retries since it last got ahead
        self._seen = -1
        self._closed = Event()
        self._wake = Event()
        self._process: subprocess.Popen[str] | None = None
        self._pipe = Lock()
        self._thread = Thread(target=self._keep_running, name=f"trainer of {folder.name}", daemon=True)

    def start(self) -> None:
        """Start the first trainer."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def tell(self, version: int) -> None:
        """Let the trainer know of a new version; wakes one that has failed."""
        self._wake.set()
        with self._pipe:
            process = self._process
            if process is not None and process.stdin is not None:
                # A full pipe holds newer news than it can read, a broken one is noticed elsewhere.
                with contextlib.suppress(OSError, ValueError):
                    process.stdin.write(f"{version}\n")
                    process.stdin.flush()

    def close(self) -> None:
        """End the trainer; it is gone when this returns."""
        self._closed.set()
        self._wake.set()
        with self._pipe:
            process = self._process
            if process is not None:
                _end(process)
        if self._thread.is_alive():
            self._thread.join(GRACE)

    def _keep_running(self) -> None:
        while not self._closed.is_set():
            self._wake.clear()
            try:
                process = self._spawn()
            except OSError as error:
                self.detail = f"the trainer cannot be started: {error.strerror}"
            else:
                if process is None:
                    return
                self._listen(process)
                self._died(process)
            self._wait()
            self.restarts += 1

    def _spawn(self) -> subprocess.Popen[str] | None:
        with self._pipe:
            if self._closed.is_set():
                return None
            self._process = subprocess.Popen(
                [*self._command, str(self._folder), str(self._next_generation())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # may hold what people labeled
                env={**os.environ, **ONE_THREAD},
                text=True,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C is for the server, which ends its trainers itself
            )
            if self._process.stdin is not None:
                os.set_blocking(self._process.stdin.fileno(), False)
            return self._process

    def _next_generation(self) -> int:
        path = self._folder / FOLDER / GENERATION
        path.parent.mkdir(exist_ok=True)
        try:
            number = int(path.read_text("ascii")) + 1
        except (OSError, ValueError):
            number = 1
        replace_file(path, str(number).encode())
        self._generation = number
        return number

    def _listen(self, process: subprocess.Popen[str]) -> None:
        stream: IO[str] | None = process.stdout
        for line in stream or ():
            message = _parsed(line)
            if message is not None and message.get("generation") == self._generation:
                self._note(message)
                self._heard(message)
        process.wait()
        with self._pipe:
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()

    def _note(self, message: dict[str, Any]) -> None:
        match message["event"]:
            case "ranking":
                self.failed, self.detail = False, ""
                if message["seen"] > self._seen:
                    self._seen, self._quick = message["seen"], 0
            case "failed" | "trouble":
                self.detail = str(message["detail"])

    def _died(self, process: subprocess.Popen[str]) -> None:
        code = process.returncode
        if code < 0 or not self.detail:
            self.detail = (
                f"the trainer ended by signal {-code}" if code < 0 else f"the trainer ended with status {code}"
            )

    def _wait(self) -> None:
        """Return when it is time to try again, or to end."""
        if self._closed.is_set():
            return
        if self._quick < len(self._pauses):
            self._quick += 1
            self._heard({"event": "state"})
            self._closed.wait(self._pauses[self._quick - 1])
            return
        self.failed = True
        self._heard({"event": "state"})
        self._wake.wait()


def _end(process: subprocess.Popen[str]) -> None:
    """Close its input, which ends it; kill it if it does not listen."""
    with contextlib.suppress(OSError, ValueError):
        if process.stdin is not None:
            process.stdin.close()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
