"""Images: small pieces of tiny ones; edges, a thumbnail, colors and pieces of others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA

from quandary.core.content import Content
from quandary.core.errors import InputError
from quandary.core.features import FeatureKind
from quandary.core.registry import extractors
from quandary.features.pieces import Pieces
from quandary.files.archives import open_zip
from quandary.files.images import open_image

if TYPE_CHECKING:
    from PIL.Image import Image

Array = NDArray[np.float32]
TINY = 16  # pixels a side up to which an image has no more edges than pixels
SIDE = 64  # pixels a side that edges are found at
COMPONENTS = 128
PIECES = 0.7  # weight of small pieces beside edges, which are 1


@extractors("image")
class ImageFeatures(TransformerMixin, BaseEstimator):
    """Small pieces of images, and of those above 16 x 16 edges (HOG), a thumbnail and colors, by principal components

    Dalal and Triggs 2005 (histograms of oriented gradients); Coates, Ng, Lee 2011 (pieces, compared with a dictionary
    learned from the pool). An image that cannot be read is the mean of the others.
    """

    kind: FeatureKind = "image"
    version = 2
    sample = 1_000  # images that scales and components are learned from
    block = 64
    near = 2 * SIDE  # pixels a side that an image may be read at

    def __init__(self, columns: tuple[str, ...] = ("name",), root: str = "", seed: int = 0) -> None:
        self.columns = columns
        self.root = root
        self.seed = seed

    def fingerprint(self, names: Sequence[Content]) -> str:
        """Stands for the pixels of these images, without reading them: another one if a file was changed."""
        root, column = Path(self.root), self.columns[0]
        if root.is_dir():
            stats = ((root / name[column]).stat() for name in names if (root / name[column]).exists())
            seen = [(stat.st_size, stat.st_mtime_ns) for stat in stats]
        else:
            with open_zip(root) as archive:
                sums = {info.filename: (info.file_size, info.CRC) for info in archive.filelist}
            seen = [sums.get(name[column], (0, 0)) for name in names]
        return hashlib.sha256(repr(seen).encode()).hexdigest()

    def fit(self, contents: Sequence[Content], y: Any = None) -> Self:
        """Choose parts by the sizes of some images, and learn their scales and components."""
        images = [image for content in contents if (image := self._open(content)) is not None]
        self.tiny_ = max((side for image in images for side in image.size), default=SIDE) <= TINY
        self.gray_ = all(is_gray(image) for image in images)
        images = images or [blank()]
        self.pieces_ = Pieces(seed=self.seed).learn(images, self.gray_)
        parts = [np.stack([part(image) for image in images]) for part, _ in self._parts()]
        self.means_ = [part.mean(axis=0) for part in parts]
        # Each part weighs what it is worth, not what its numbers happen to be.
        spreads = [
            np.sqrt(((part - mean) ** 2).sum(axis=1).mean()) or 1.0
            for part, mean in zip(parts, self.means_, strict=True)
        ]
        self.scales_ = [float(weight / s) for (_, weight), s in zip(self._parts(), spreads, strict=True)]
        joined = self._join(parts)
        size = min(COMPONENTS, *joined.shape)
        self.pca_ = None if len(joined) < 2 else PCA(size, svd_solver="randomized", random_state=self.seed).fit(joined)
        return self

    def transform(self, contents: Sequence[Content]) -> Array:
        """Numbers on one scale; shape (n, at most 128)."""
        images = [self._open(content) for content in contents]
        known = [image for image in images if image is not None]
        width = sum(len(mean) for mean in self.means_) if self.pca_ is None else self.pca_.n_components_
        out = np.zeros((len(images), width), np.float32)
        if known:
            joined = self._join([np.stack([part(image) for image in known]) for part, _ in self._parts()])
            out[[image is not None for image in images]] = joined if self.pca_ is None else self.pca_.transform(joined)
        return out

    def _open(self, content: Content) -> Image | None:
        try:
            return open_image(Path(self.root), content.get(self.columns[0], "").strip(), near=self.near)
        except InputError:
            return None

    def _parts(self) -> Sequence[tuple[Callable[[Image], Array], float]]:
        """What is measured of an image, and its weight."""
        pieces = (self.pieces_.encode, 1.0 if self.tiny_ else PIECES)
        if self.tiny_:
            return (pieces,)
        thumbnail = lambda image: pixels(image, (16, 16), self.gray_)  # noqa: E731
        return ((edges, 1.0), (coarse_edges, 0.7), (thumbnail, 0.6), (colors, 0.5), pieces)

    def _join(self, parts: Sequence[Array]) -> Array:
        scaled = zip(parts, self.means_, self.scales_, strict=True)
        return np.concatenate([(part - mean) * scale for part, mean, scale in scaled], axis=1)


def pixels(image: Image, size: tuple[int, int], gray: bool) -> Array:
    """The image at ``size`` (width, height) as numbers from 0 to 1, flat."""
    from PIL.Image import Resampling

    shown = image.convert("L" if gray else "RGB")
    flat = np.asarray(shown if shown.size == size else shown.resize(size, Resampling.BOX), np.float32).ravel()
    return flat / np.float32(255)


def edges(image: Image, cell: int = 8) -> Array:
    """Histogram of oriented gradients in cells of ``cell`` of 64 x 64 pixels."""
    from skimage.feature import hog

    flat = pixels_of(image)
    return np.asarray(hog(flat, 9, (cell, cell), (2, 2), "L2-Hys", feature_vector=True), np.float32)


def coarse_edges(image: Image) -> Array:
    """The same in cells four times as large."""
    return edges(image, 16)


def pixels_of(image: Image) -> Array:
    """Gray values from 0 to 1 at 64 x 64 pixels."""
    from PIL.Image import Resampling

    return np.asarray(image.convert("L").resize((SIDE, SIDE), Resampling.BILINEAR), np.float32) / np.float32(255)


def colors(image: Image) -> Array:
    """Square roots of the shares of 8 hues, 3 saturations and 3 brightnesses; shape (72,)."""
    from PIL.Image import Resampling

    hsv = np.asarray(image.convert("RGB").resize((32, 32), Resampling.BILINEAR).convert("HSV"), np.intp).reshape(-1, 3)
    bins = hsv * np.array([8, 3, 3]) // 256
    counts = np.bincount(bins @ np.array([9, 3, 1]), minlength=72)
    return np.sqrt(counts / len(hsv)).astype(np.float32)


def is_gray(image: Image) -> bool:
    """Whether there is no color in an image, even if it is stored as RGB."""
    if image.mode == "L":
        return True
    small = image.copy()
    small.thumbnail((SIDE, SIDE))
    values = np.asarray(small, np.int16)
    return bool(np.abs(values - values[..., :1]).max() <= 8)  # JPEG may tint gray a little


def blank() -> Image:
    """What stands for a pool without one readable image."""
    from PIL import Image

    return Image.new("L", (SIDE, SIDE))
