"""The data of the demo: scikit-learn's handwritten digits as image files, some held out."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

HELD_OUT = 450
SCALE = 8  # 8 x 8 pixels are too few to look at
CLASSES = tuple(map(str, range(10)))


@dataclass(frozen=True)
class Digits:
    """The digits in an order that says nothing about them.

    images  (n, 8, 8) gray values 0 to 16        answers  (n,) class names
    """

    images: NDArray[np.float64]
    answers: tuple[str, ...]

    @property
    def pool(self) -> range:
        """Digits that are asked about."""
        return range(len(self.answers) - HELD_OUT)

    @property
    def held_out(self) -> range:
        """Digits that only measure."""
        return range(len(self.answers) - HELD_OUT, len(self.answers))

    def truth(self, name: str) -> str:
        """The class of the file called ``name``."""
        return self.answers[int(Path(name).stem)]


def load() -> Digits:
    """The 1,797 digits of scikit-learn, shuffled always alike."""
    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    return Digits(data.images[order], tuple(str(data.target[i]) for i in order))


def file_name(number: int) -> str:
    """The file of a digit; tells nothing of what it shows.

    >>> file_name(7)
    '0007.png'
    """
    return f"{number:04d}.png"


def write(digits: Digits, numbers: range, folder: Path) -> None:
    """Write some of the digits as PNG files, the folder whole or not at all."""
    if folder.is_dir():
        return
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for number in numbers:
        picture(digits.images[number]).save(draft / file_name(number))
    try:
        draft.replace(folder)
    except OSError:  # another demo was faster
        shutil.rmtree(draft)


def picture(gray: NDArray[np.float64]) -> Image.Image:
    """Gray values 0 to 16 as an image large enough to look at."""
    small = Image.fromarray(np.round(gray * (255 / 16)).astype(np.uint8))
    return small.resize((small.width * SCALE, small.height * SCALE), Image.Resampling.BICUBIC)


def home() -> Path:
    """Where the demo keeps its files: the user's cache."""
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen) / "quandary"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "quandary"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "quandary"
    return Path.home() / ".cache" / "quandary"
