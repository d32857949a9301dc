"""Images by their small pieces alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from quandary.core.registry import extractors
from quandary.features.image import Array, ImageFeatures

if TYPE_CHECKING:
    from PIL.Image import Image


@extractors("patches")
class PatchFeatures(ImageFeatures):
    """Small pieces of images, compared with a dictionary of them that is learned from the pool, by quadrant

    Coates, Ng, Lee 2011 (single-layer networks in unsupervised feature learning). What ``image`` is for tiny images,
    for images of any size: for shapes and textures whose brightness says nothing.
    """

    version = 1

    def _parts(self) -> Sequence[tuple[Callable[[Image], Array], float]]:
        return ((self.pieces_.encode, 1.0),)
