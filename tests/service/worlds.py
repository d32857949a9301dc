"""Projects made for tests: a few texts of three kinds, and the answer to each."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from quandary.project.create import create_project
from quandary.project.folder import Project
from quandary.project.published import Ranked, Ranking
from quandary.readers.source import open_source
from quandary.service.service import Service

CLASSES = ["billing", "refund", "spam"]
WORDS = {"billing": "invoice charge account", "refund": "money return parcel", "spam": "winner prize click"}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def truth(position: int) -> str:
    """The class of an item."""
    return CLASSES[position % len(CLASSES)]


def make_project(folder: Path, size: int = 30, **plan: Any) -> Project:
    """A project of ``size`` texts with the ids "0", "1", ..."""
    source = folder / "mail.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text"])
        writer.writerows([f"{WORDS[truth(p)]} number {p}"] for p in range(size))
    chosen = {"strategy": "margin", "learner": "logistic", "audit": 0.0, **plan}
    return create_project(folder / "mail.quandary", open_source(source, text="text"), classes=CLASSES, plan=chosen)


def make_service(folder: Path, size: int = 30, clock: Clock | None = None, **plan: Any) -> Service:
    """A service over a new project, without a trainer."""
    project = make_project(folder, size, **plan)
    return Service(project, "mail", "ann", clock=clock or Clock(), now=lambda: 1_790_000_000.0)


def ranking(
    service: Service, items: list[str], audit: frozenset[str] = frozenset(), seen: int | None = None
) -> Ranking:
    """A ranking of the log as it is now, as a trainer would publish it."""
    described = service.describe()
    version = described["version"] if seen is None else seen
    labels = described["progress"]["labeled"]
    shares = (0.5, 0.3, 0.2) if labels else None
    ranked = tuple(
        Ranked(i, "audit" if i in audit else "uncertain", "", {"margin": 0.2}, 1.0, i in audit, shares) for i in items
    )
    rounds = service.rounds()
    return Ranking(version, rounds, labels, "margin", "logistic", (0, 1, 2), ranked, 1, 1_790_000_000.0)
