"""Projects of every kind, made here, and one server for all of them."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import numpy as np
from PIL import Image

from quandary.cli.http import Client
from quandary.project.create import create_project
from quandary.readers.source import open_source
from tests.cli.command import running

WORDS = {
    "praise": "wonderful kind quick helpful friendly lovely perfect thanks".split(),
    "complaint": "broken late rude missing wrong dirty slow refund".split(),
    "question": "where when how which could please anyone tell".split(),
}
COLORS = {"red": (200, 40, 40), "green": (40, 180, 60), "blue": (50, 70, 210)}
MANY = [f"intent {i:02d} {word}" for i, word in enumerate("card cash pin fee rate limit atm loan app code".split() * 4)]
CHECKS = 30  # fewer random checks, and the page tells no accuracy
Truth = Callable[[str], str]


def kind_of(item: str) -> str:
    """The class of a text or row: its id tells."""
    return list(WORDS)[int(item) % len(WORDS)]


def color_of(item: str) -> str:
    """The class of an image: its name tells."""
    return item.split("-")[0]


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def texts(path: Path, size: int, classes: bool = False) -> Path:
    """Messages of a few words up to several screens; with ``classes`` their class stands beside them."""
    rng = np.random.default_rng(0)
    rows = [["message", "branch", *(["class"] if classes else [])]]
    for i in range(size):
        words = rng.choice([*WORDS[kind_of(str(i))], "my", "order", "the"], size=(6, 40, 900)[i // 3 % 3])
        rows.append([" ".join(words), ("North", "South")[i % 2], *([kind_of(str(i))] if classes else [])])
    return write(path, rows)


def table(path: Path, size: int) -> Path:
    """Customers: numbers, words, dates, holes, one value far off."""
    rng = np.random.default_rng(1)
    rows = [["customer", "tenure in months", "plan", "monthly charge", "joined", "remarks"]]
    for i in range(size):
        charge = 20 + 30 * (i % 3) + rng.normal(0, 2)
        joined = f"20{rng.integers(10, 24)}-{rng.integers(1, 13):02d}-15"
        remarks = "" if i % 4 else "asked about the contract twice"
        rows.append(
            [f"C{i:04d}", str(rng.integers(1, 72)), ("basic", "plus", "pro")[i % 3], f"{charge:.2f}", joined, remarks]
        )
    rows[5][3] = "9999"
    return write(path, rows)


def pictures(folder: Path, each: int) -> Path:
    """Noisy squares in three colors."""
    rng = np.random.default_rng(2)
    folder.mkdir()
    for name, color in COLORS.items():
        for i in range(each):
            pixels = rng.normal(color, 25, (96, 128, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{name}-{i:02d}.png")
    return folder


@dataclass
class House:
    """A running server with several projects."""

    address: str

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    def url(self, name: str, rest: str = "") -> str:
        """Where to open a project, or one of its pages."""
        return f"{self.origin}/p/{quote(name)}{rest}?{urlsplit(self.address).query}"

    def client(self, name: str) -> closing[Client]:
        """Speaks to a project without a browser."""
        return closing(Client(self.url(name)))


def make(folder: Path, name: str, source: Path, classes: Sequence[str], audit: float = 0.3, **columns: str) -> None:
    """A project in ``folder`` for the server to find."""
    create_project(
        folder / f"{name}.quandary", open_source(source, **columns), classes=classes, plan={"audit": audit}
    ).close()


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Texts, images, a table, forty classes, one class, and one where everything is labeled."""
    kinds = list(WORDS)
    make(folder, "messages", texts(folder / "messages.csv", 360), kinds, audit=0.6, text="message")
    make(folder, "pictures", pictures(folder / "pictures", 50), list(COLORS), audit=0.0)
    make(folder, "customers", table(folder / "customers.csv", 300), ["stays", "leaves"])
    make(folder, "intents", texts(folder / "intents.csv", 300), MANY, audit=0.0, text="message")
    make(folder, "single", texts(folder / "single.csv", 150), ["only"], text="message")
    make(folder, "finished", texts(folder / "finished.csv", 12, classes=True), [], text="message", label="class")
    with running("serve", folder, "--port", "0") as server:
        yield House(server.url)


def answer(client: Client, truth: Truth, count: int) -> None:
    """Answer so many questions, as fast as the server takes them."""
    for _ in range(count):
        (item,) = client.get("/next?n=1")["items"]
        body = {"key": str(uuid.uuid4()), "item": item["item"], "value": truth(item["item"]), "n": 1}
        client.post("/answers", body)


def learned(client: Client) -> dict[str, Any]:
    """Wait until the model knows every label and has nothing else to do; the project as it is then."""
    with closing(client.events()) as told:
        project = client.get()
        while project["model"]["state"] != "idle" or project["model"]["knows"] < project["model"]["labels"]:
            next(told)
            project = client.get()
    return project


def give_a_curve(client: Client) -> None:
    """Answer until the accuracy is known and the curve has two points."""
    answer(client, kind_of, 56)
    for _ in range(20):
        answer(client, kind_of, 4)
        known = learned(client)["estimate"]
        if known and known["n"] >= CHECKS and len(client.get("/curve")["points"]) > 1:
            return
    raise AssertionError(f"no accuracy after {client.get()['progress']}")


def live_in(home: House) -> None:
    """Answers and a model in some of the projects."""
    with home.client("messages") as client:
        give_a_curve(client)
    with home.client("pictures") as client:
        answer(client, color_of, 12)
        learned(client)
