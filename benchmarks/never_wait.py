"""How long a person waits between an answer and the next item while the model learns behind it.

    python benchmarks/never_wait.py [--items 100000] [--numbers 384] [--classes 10] [--seconds 60]

Starts ``quandary label`` on random clusters, answers over HTTP from a process of its own, first one label a second,
then ten, and prints milliseconds from sending an answer to having the next item, commit included; how many labels
the ranking was behind; and, between the answers, what a bare SQLite commit to the same disk costs.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

SEED_LABELS = 30


def make_source(path: Path, items: int, numbers: int, classes: int) -> list[str]:
    """Write random clusters to ``path``; return the class of each item."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, items)
    centers = rng.standard_normal((classes, numbers)) * 0.5
    X = (centers[y] + rng.standard_normal((items, numbers))).astype(np.float32)
    np.savez(path, X=X)
    return [f"c{code}" for code in y]


@contextmanager
def server(source: Path, classes: int, options: list[str]) -> Iterator[str]:
    """The address that ``quandary label`` prints."""
    names = ",".join(f"c{code}" for code in range(classes))
    command = [sys.executable, "-m", "quandary", "label", str(source), "--classes", names, "--no-browser", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait()


class Person:
    """Asks and answers over one connection."""

    def __init__(self, url: str, truth: list[str]) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        self._headers = {
            "Authorization": f"Bearer {parse_qs(parts.query)['token'][0]}",
            "Content-Type": "application/json",
            "X-Quandary-Client": "person",
        }
        self._base = f"/api/projects/{parts.path.rpartition('/')[2]}"
        self._truth = truth
        self._item = self.ask("GET", "/next?n=1")["items"][0]["item"]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The reply to one request."""
        self._connection.request(method, self._base + path, json.dumps(body) if body else None, self._headers)
        response = self._connection.getresponse()
        reply: dict[str, Any] = json.loads(response.read())
        assert response.status == 200, reply
        return reply

    def wait_until_learned(self) -> None:
        """Let the model catch up, so that what is measured next is what it causes itself."""
        while (model := self.ask("GET", "")["model"])["knows"] < model["labels"]:
            time.sleep(0.05)

    def answer(self) -> tuple[float, int]:
        """Answer an item; milliseconds until the next one was there, and labels the ranking was behind."""
        body = {"key": str(uuid.uuid4()), "item": self._item, "value": self._truth[int(self._item)], "seconds": 1.0}
        began = time.perf_counter()
        reply = self.ask("POST", "/answers", body)
        waited = 1000 * (time.perf_counter() - began)
        self._item = reply["next"][0]["item"]
        return waited, reply["model"]["labels"] - 1 - reply["model"]["knows"]


class BareCommit:
    """One row a commit, as durable as the project's own."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma journal_mode=WAL")
        self._db.execute("pragma synchronous=FULL")
        self._db.execute("create table label (id integer primary key, item text)")

    def __call__(self) -> float:
        """Milliseconds of one commit."""
        began = time.perf_counter()
        self._db.execute("insert into label (item) values (?)", ("x" * 200,))
        return 1000 * (time.perf_counter() - began)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


@dataclass
class Run:
    """Milliseconds of each answer and of each bare commit, and how far the ranking was behind at each answer."""

    waited: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """The numbers to print."""
        ms = {f"p{q}": round(float(np.percentile(self.waited, q)), 2) for q in (50, 95, 99)}
        bare = {f"p{q}": round(float(np.percentile(self.bare, q)), 2) for q in (50, 95, 99)}
        ratio = round(float(np.median(self.waited) / np.median(self.bare)), 2)
        behind = {"p50": float(np.median(self.behind)), "most": max(self.behind)}
        return {"answers": len(self.waited), "ms": ms, "bare_commit_ms": bare, "ratio_p50": ratio, "behind": behind}


def run(person: Person, bare: BareCommit, seconds: float, pause: float) -> Run:
    """Answer for so many seconds, one answer every ``pause`` seconds."""
    out, end = Run(), time.perf_counter() + seconds
    while (now := time.perf_counter()) < end:
        waited, behind = person.answer()
        out.waited.append(waited)
        out.behind.append(behind)
        out.bare.append(bare())
        time.sleep(max(0.0, now + pause - time.perf_counter()))
    return out


def main() -> int:
    """Print the numbers; 1 where somebody would have waited."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--numbers", type=int, default=384)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("options", nargs="*", help="passed on to quandary label, after --")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "pool.npz"
        truth = make_source(source, args.items, args.numbers, args.classes)
        began = time.perf_counter()
        with server(source, args.classes, args.options) as url, closing(BareCommit(Path(scratch) / "bare.db")) as bare:
            first = time.perf_counter() - began
            person = Person(url, truth)
            for _ in range(SEED_LABELS):
                person.answer()
            person.wait_until_learned()
            slow = run(person, bare, args.seconds, 1.0)
            fast = run(person, bare, args.seconds / 2, 0.1)
            model = person.ask("GET", "")["model"]
    print(json.dumps({"items": args.items, "numbers": args.numbers, "first_question_s": round(first, 1)}))
    print(json.dumps({"one a second": slow.told(), "ten a second": fast.told(), "trainer": model["state"]}, indent=1))
    waits = max(np.percentile(slow.waited, 99), np.percentile(fast.waited, 99)) > 50 or max(slow.behind) > 5
    return int(waits)


if __name__ == "__main__":
    sys.exit(main())
