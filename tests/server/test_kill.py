"""kill -9 at random moments: every acknowledged answer is there once, nothing is there that nobody sent."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

from quandary.core.events import AnswerGiven
from quandary.project.folder import open_project
from tests.service.worlds import CLASSES, make_project

TOKEN = "token-of-the-kill-test"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
KILLS, CLIENTS, SEED = 50, 4, 20
ITEMS = 20_000


class Servers:
    """One server process after the other over one project."""

    def __init__(self, folder: Path, how: str) -> None:
        command = [sys.executable, "-m", "tests.server.standin", str(folder), TOKEN, how]
        self._parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *_: object) -> None:
        self._parent.kill()
        self._parent.communicate()

    def start(self) -> tuple[int, int]:
        """Port and process id of a new server."""
        assert self._parent.stdin is not None
        self._parent.stdin.write("\n")
        self._parent.stdin.flush()
        address, pid = self._line()
        return urlsplit(address).port or 0, int(pid)

    def end(self, pid: int, number: signal.Signals) -> int:
        """Send a signal and return the exit status."""
        os.kill(pid, number)
        gone, status = self._line()
        assert gone == "gone"
        return int(status)

    def _line(self) -> tuple[str, str]:
        assert self._parent.stdout is not None
        first, _, second = self._parent.stdout.readline().strip().partition(" ")
        return first, second


@dataclass
class Clients:
    """Threads that answer, each sending an answer again and again under its key until it is acknowledged."""

    port: int = 0
    stop: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)
    sent: dict[str, tuple[str, str]] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)

    def work(self, number: int) -> None:
        rng = random.Random(number)
        for count in range(ITEMS // CLIENTS):
            key, item, value = f"{number}-{count}", str(CLIENTS * count + number), rng.choice(CLASSES)
            with self.lock:
                self.sent[key] = item, value
            version = self._until_acknowledged({"key": key, "item": item, "value": value, "n": 1})
            if version is None:
                return
            with self.lock:
                self.acknowledged[key] = version

    def _until_acknowledged(self, body: dict[str, object]) -> int | None:
        while not self.stop.is_set():
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
                try:
                    connection.request("POST", "/api/projects/mail/answers", json.dumps(body), HEADERS)
                    response = connection.getresponse()
                    reply = json.loads(response.read())
                except (OSError, http.client.HTTPException):
                    self.stop.wait(0.01)
                    continue
            assert response.status == 200, reply
            return int(reply["version"])
        return None


def check(folder: Path, acknowledged: dict[str, int], sent: dict[str, tuple[str, str]]) -> int:
    """Compare the log with what clients know; return the answers in it."""
    with open_project(folder, write=False) as project:
        project.store.verify(project.key)
        given = {v: e for v, e in enumerate(project.read(), 1) if isinstance(e, AnswerGiven)}
    keys = Counter(event.key for event in given.values())
    assert not set(acknowledged) - set(keys), "an acknowledged answer is lost"
    assert set(keys.values()) <= {1}, "an answer is there twice"
    assert all(sent[event.key] == (event.item, event.value) for event in given.values()), "nobody sent this"
    assert all(given[version].key == key for key, version in acknowledged.items()), "the reply named another version"
    return len(given)


def test_no_answer_is_lost_or_doubled(tmp_path: Path) -> None:
    with make_project(tmp_path, ITEMS) as project:
        folder = project.folder
    clients, rng = Clients(), random.Random(SEED)
    threads = [Thread(target=clients.work, args=(number,), daemon=True) for number in range(CLIENTS)]
    with Servers(folder, "idle") as servers:
        for kill in range(KILLS):
            clients.port, pid = servers.start()
            if kill == 0:
                for thread in threads:
                    thread.start()
            Event().wait(rng.uniform(0.02, 0.4))
            assert servers.end(pid, signal.SIGKILL) == -signal.SIGKILL
            with clients.lock:
                known = dict(clients.acknowledged)
            if kill % 5 == 0:  # before a request sent again could hide a loss
                check(folder, known, clients.sent)
    clients.stop.set()
    for thread in threads:
        thread.join(20)
    total = check(folder, clients.acknowledged, clients.sent)
    print(f"{KILLS} kills, seed {SEED}: {len(clients.acknowledged)} acknowledged, {total} in the log")
    assert total > KILLS


def test_told_to_end_it_ends_within_five_seconds(tmp_path: Path) -> None:
    with make_project(tmp_path, 60) as project:
        folder = project.folder
    with Servers(folder, "learning") as servers:
        for number in (signal.SIGTERM, signal.SIGINT):
            port, pid = servers.start()
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as stream:
                stream.request("GET", "/api/projects/mail/events", headers=HEADERS)
                assert stream.getresponse().readline().startswith(b"retry")
                began = time.monotonic()
                assert servers.end(pid, number) == 0
                assert time.monotonic() - began < 5
