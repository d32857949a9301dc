"""Small sources made here, and projects of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from quandary.core.events import AnswerGiven
from quandary.project.create import create_project
from quandary.project.folder import Project
from quandary.readers.source import open_source

PLAN: Mapping[str, Any] = {"strategy": "margin", "learner": "logistic", "audit": 0.0}
TOPICS = {"refund": ("money back please", "charged twice again"), "delay": ("late once more", "still not arrived here")}


def texts_csv(folder: Path, size: int = 60, labels: int = 0) -> Path:
    """Texts about two topics; the first ``labels`` rows have their label."""
    rng, names = np.random.default_rng(0), list(TOPICS)
    rows = []
    for i in range(size):
        topic = names[i % 2]
        words = f"{TOPICS[topic][int(rng.integers(2))]} order {rng.integers(1000)} for my parcel"
        rows.append([words, f"city{i % 3}", topic if i < labels else ""])
    return write_csv(folder / "texts.csv", ["text", "city", "topic"], rows)


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def table_csv(folder: Path, size: int = 120) -> Path:
    rng = np.random.default_rng(0)
    rows = [
        [
            f"c{i}",
            str(rng.integers(20, 60)),
            ("red", "blue")[int(rng.integers(2))],
            ("no", "yes")[i % 2] if i < 30 else "",
        ]
        for i in range(size)
    ]
    rows[5][1], rows[6][1] = "5000", ""
    return write_csv(folder / "table.csv", ["customer", "age", "color", "churn"], rows)


def images(folder: Path, size: int = 6) -> Path:
    """Dark cats, light dogs, one file that is no image."""
    rng = np.random.default_rng(0)
    for kind, gray in (("cat", 60), ("dog", 190)):
        (folder / "pics" / kind).mkdir(parents=True)
        for i in range(size):
            pixels = rng.normal(gray, 15, (24, 32, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "pics" / kind / f"{i}.png")
    (folder / "pics" / "dog" / "broken.png").write_bytes(b"no image")
    return folder / "pics"


def vectors_npz(folder: Path, size: int = 50) -> Path:
    X = np.random.default_rng(0).normal(size=(size, 4)).astype(np.float32)
    np.savez(folder / "vectors.npz", X=X, ids=np.array([f"v{i}" for i in range(size)]))
    return folder / "vectors.npz"


def made(source: Path, *, classes: Sequence[str] = (), plan: Mapping[str, Any] = PLAN, **columns: str) -> Project:
    """The project of ``source``, beside it."""
    folder = source.with_name(f"{source.stem}.quandary")
    return create_project(folder, open_source(source, **columns), classes=classes, plan=plan)


def say(project: Project, *answers: tuple[str, str | None], annotator: str = "ana", **more: Any) -> None:
    """Answer items of ``project``."""
    version = project.state().version
    project.append(
        [
            AnswerGiven(item, value, annotator, "label" if value else "skip", key=f"{annotator}{version}-{i}", **more)
            for i, (item, value) in enumerate(answers)
        ]
    )
