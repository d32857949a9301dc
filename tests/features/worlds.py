"""Pools to make features of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from quandary.core.content import Content


@dataclass(frozen=True)
class Pool:
    """Contents in memory."""

    contents: Sequence[Content]

    def __len__(self) -> int:
        return len(self.contents)

    def slice(self, start: int, stop: int) -> Sequence[Content]:
        return self.contents[start:stop]


TOPICS = {
    "money": ["bank", "card", "payment", "transfer", "account", "fee", "cash", "loan", "credit", "balance"],
    "food": ["apple", "bread", "cheese", "soup", "salad", "dinner", "lunch", "cook", "taste", "sweet"],
}


def texts(size: int, seed: int = 0) -> list[dict[str, str]]:
    """Texts of two topics in turn."""
    rng = np.random.default_rng(seed)
    names = list(TOPICS)
    return [{"text": " ".join(rng.choice(TOPICS[names[i % 2]], 6))} for i in range(size)]


def table(size: int, seed: int = 0) -> list[dict[str, str]]:
    """Rows of mixed columns with gaps."""
    rng = np.random.default_rng(seed)
    return [
        {
            "key": f"K{i:05d}",
            "age": "" if i % 11 == 5 else str(int(rng.integers(18, 90))),
            "pay": f"{rng.normal(3000, 900):,.2f}",
            "city": str(rng.choice(["Rome", "Oslo", "Bonn"])),
            "member": str(rng.choice(["yes", "no"])),
            "since": f"20{rng.integers(10, 24)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
            "same": "x",
        }
        for i in range(size)
    ]


def digits(folder: Path, size: int = 200, scale: int = 1) -> list[dict[str, str]]:
    """Handwritten digits as image files."""
    folder.mkdir(exist_ok=True)
    for i, gray in enumerate(load_digits().images[:size]):
        image = Image.fromarray(np.round(gray * (255 / 16)).astype(np.uint8))
        image.resize((8 * scale, 8 * scale), Image.Resampling.BICUBIC).save(folder / f"{i}.png")
    return [{"name": f"{i}.png"} for i in range(size)]
