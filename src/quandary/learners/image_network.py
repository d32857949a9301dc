"""A network that finds its own features in pixels."""

from __future__ import annotations

import json
from typing import Any

from quandary.core.registry import learners
from quandary.learners.finetune import Array, FineTuned, from_config
from quandary.learners.weights import find_weights, named_weights

VARIABLE, TASK = "QUANDARY_IMAGE_NETWORK", "ImageClassification"
CHANNELS = (32, 64, 128)


@learners("image_network")
class ImageNetwork(FineTuned):
    """A convolutional network trained on the pixels, or a vision model from a folder trained on, by PyTorch.

    LeCun et al. 1998 (convolutional networks); Loshchilov and Hutter 2019 (AdamW); through skorch and transformers. It
    reads the representation ``pixels``. Without a folder it is three layers of filters from chance, for hundreds of
    labels of small simple images. What is learned is kept as arrays, so that a saved one needs no folder. The same
    labels always give the same model on one machine. Needs the extra ``torch``.

    model          folder with config.json and model.safetensors; without it QUANDARY_IMAGE_NETWORK may say it
    epochs         passes over the labels
    learning_rate  of AdamW for the layers of a model from a folder; whatever is new learns at 0.001
    mean           of each color, 0 to 1, that the model was trained with
    spread         of each color that the model was trained with
    class_weight   None: every label counts the same; "balanced": every class does
    random_state   seed
    """

    needs = ("transformers", "torch")
    demands = "the representation pixels"
    reads = "pixels"
    purpose = "the learner 'image_network'"

    def __init__(
        self,
        model: str = "",
        epochs: int = 30,
        learning_rate: float = 1e-4,
        mean: tuple[float, float, float] = (0.485, 0.456, 0.406),
        spread: tuple[float, float, float] = (0.229, 0.224, 0.225),
        class_weight: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.model = model
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.mean = mean
        self.spread = spread
        self.class_weight = class_weight
        self.random_state = random_state

    def _check(self, rows: Array) -> bool:
        side = round((rows.shape[1] / 3) ** 0.5)
        return 3 * side**2 == rows.shape[1] and bool((rows >= 0).all() and (rows <= 1).all())

    def _start(self, classes: int) -> Any:
        self.config_ = ""
        if not (self.model or named_weights(VARIABLE)):
            return self._seeing(small(classes))
        path = find_weights(self.model, VARIABLE, self.purpose, "a folder with a network")
        return self._seeing(self._open(path, TASK, classes))

    def _again(self, classes: int) -> Any:
        if not self.config_:
            return self._seeing(small(classes))
        return self._seeing(from_config(json.loads(self.config_), TASK, self.purpose))

    def _seeing(self, network: Any) -> Any:
        return seeing(network, self.mean, self.spread)


def seeing(network: Any, mean: tuple[float, ...], spread: tuple[float, ...]) -> Any:
    """A module from rows of pixels to scores and features."""
    import torch

    pretrained = hasattr(network, "base_model")
    side = getattr(network.config, "image_size", None) if pretrained else None

    class Seeing(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network
            self.learned_before = [f"network.{network.base_model_prefix}.*"] if pretrained else []

        def forward(self, rows: Any) -> tuple[Any, Any]:
            own = round((rows.shape[1] / 3) ** 0.5)
            pixels = rows.view(len(rows), 3, own, own)
            pixels = (pixels - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(spread).view(3, 1, 1)
            if not pretrained:
                found = self.network[:-1](pixels)
                return self.network[-1](found), found
            if isinstance(side, int) and side != own:
                pixels = torch.nn.functional.interpolate(pixels, (side, side), mode="bilinear")
            said = self.network(pixels, output_hidden_states=True)
            last = said.hidden_states[-1]
            return said.logits, last.mean(dim=(2, 3)) if last.ndim == 4 else last.mean(dim=1)

    return Seeing()


def small(classes: int) -> Any:
    """Three layers of filters, each seeing twice as far as the one before, and a layer of scores."""
    from torch import nn

    layers: list[Any] = []
    before = 3
    for channels in CHANNELS:
        layers += [nn.Conv2d(before, channels, 3, padding=1), nn.GroupNorm(8, channels), nn.ReLU(), nn.MaxPool2d(2)]
        before = channels
    layers[-1] = nn.AdaptiveAvgPool2d(4)
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(before * 16, classes))
