"""Images: embeddings by a vision model of your own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from quandary.core.content import Content
from quandary.core.errors import ConfigError
from quandary.core.features import FeatureKind
from quandary.core.registry import extractors
from quandary.features.image import ImageFeatures
from quandary.features.onnx import find_model, fingerprint, start, unit

if TYPE_CHECKING:
    from PIL.Image import Image

Array = NDArray[np.float32]
VARIABLE, PURPOSE = "QUANDARY_IMAGE_MODEL", "the extractor 'backbone'"
SIDE = 224  # pixels a side where the model takes any
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, which most models were trained on


@extractors("backbone")
class BackboneFeatures(ImageFeatures):
    """What a vision model in an ONNX file says of an image, at unit length

    Radford et al. 2021 (features that transfer from pretrained models). ``model`` is an ONNX file that takes images
    (n, 3, height, width), a folder with model.onnx, or the name of a model on a hub that was downloaded before; without
    it the environment variable QUANDARY_IMAGE_MODEL says it. Maps and tokens are averaged. ``mean`` and ``spread`` are
    those that the model was trained with. An image that cannot be read is the zero vector. Needs the extra ``images``.
    """

    kind: FeatureKind = "text"  # directions, compared by angle
    reads = "image"
    needs = ("onnxruntime", "images")
    version = 1
    sample = 1
    near = 2 * SIDE

    def __init__(
        self,
        columns: tuple[str, ...] = ("name",),
        root: str = "",
        model: str = "",
        mean: Sequence[float] = MEAN,
        spread: Sequence[float] = SPREAD,
    ) -> None:
        self.columns = columns
        self.root = root
        self.model = model
        self.mean = mean
        self.spread = spread

    def fingerprint(self, names: Sequence[Content]) -> str:
        """Stands for the pixels of these images and the weights of the model."""
        return super().fingerprint(names) + fingerprint(find_model(self.model, VARIABLE, PURPOSE))

    def fit(self, contents: Sequence[Content], y: Any = None) -> Self:
        """Note where the model is, and how long its vectors are."""
        from PIL import Image

        self.path_ = str(find_model(self.model, VARIABLE, PURPOSE))
        self._ready: Any = None
        self.width_ = int(self._embed([Image.new("RGB", (SIDE, SIDE))]).shape[1])
        return self

    def transform(self, contents: Sequence[Content]) -> Array:
        """Unit vectors of the images, (n, d)."""
        images = [self._open(content) for content in contents]
        out = np.zeros((len(images), self.width_), np.float32)
        known = [i for i, image in enumerate(images) if image is not None]
        for first in range(0, len(known), 16):
            some = known[first : first + 16]
            out[some] = self._embed([image for i in some if (image := images[i]) is not None])
        return out

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_ready"}

    def _embed(self, images: list[Image]) -> Array:
        if getattr(self, "_ready", None) is None:
            self._ready = start(find_model(self.path_, VARIABLE, PURPOSE), "images", PURPOSE)
        session = self._ready
        asked = session.get_inputs()[0]
        if len(asked.shape) != 4 or asked.shape[1] != 3:
            raise ConfigError(f"{self.path_!r} takes {asked.shape}; a model of images takes (n, 3, height, width)")
        high, wide = (side if isinstance(side, int) and side > 0 else SIDE for side in asked.shape[2:])
        pixels = np.stack([self._pixels(image, (wide, high)) for image in images])
        said = np.asarray(session.run(None, {asked.name: pixels})[0])
        if said.ndim == 4:
            said = said.mean(axis=(2, 3))
        return unit(said.mean(axis=1) if said.ndim == 3 else said)

    def _pixels(self, image: Image, size: tuple[int, int]) -> Array:
        from PIL.Image import Resampling

        flat = np.asarray(image.convert("RGB").resize(size, Resampling.BICUBIC), np.float32) / np.float32(255)
        scaled = (flat - np.asarray(self.mean, np.float32)) / np.asarray(self.spread, np.float32)
        return np.ascontiguousarray(scaled.transpose(2, 0, 1), np.float32)
