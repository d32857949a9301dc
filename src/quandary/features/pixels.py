"""Images as they are, for a network that finds its own features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from quandary.core.content import Content
from quandary.core.registry import extractors
from quandary.features.image import Array, ImageFeatures


@extractors("pixels")
class PixelFeatures(ImageFeatures):
    """The pixels of a small copy, for the learner image_network; others see little in them

    Values from 0 to 1, first all red, then all green, then all blue ones, each row by row. ``side``: pixels a side.
    An image that cannot be read is gray.
    """

    version = 1
    sample = 1
    compared = False  # with other representations: only networks read it
    near = 256

    def __init__(self, columns: tuple[str, ...] = ("name",), root: str = "", side: int = 32) -> None:
        self.columns = columns
        self.root = root
        self.side = side

    def fit(self, contents: Sequence[Content], y: Any = None) -> Self:
        """There is nothing to learn."""
        self.width_ = 3 * self.side**2
        return self

    def transform(self, contents: Sequence[Content]) -> Array:
        """The pixels, (n, 3 * side * side)."""
        from PIL.Image import Resampling

        out = np.full((len(contents), 3, self.side, self.side), 0.5, np.float32)
        for i, content in enumerate(contents):
            if (image := self._open(content)) is not None:
                small = image.convert("RGB").resize((self.side, self.side), Resampling.BOX)
                out[i] = np.asarray(small, np.float32).transpose(2, 0, 1) / np.float32(255)
        return out.reshape(len(contents), -1)
