"""A language model, trained on to tell your texts apart."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from quandary.core.errors import ConfigError
from quandary.core.registry import learners
from quandary.learners.finetune import Array, FineTuned, from_config
from quandary.learners.weights import find_weights

VARIABLE, TASK = "QUANDARY_TEXT_NETWORK", "SequenceClassification"


@learners("text_network")
class TextNetwork(FineTuned):
    """A language model from a folder, all of its layers trained on with the labels, by PyTorch: for texts.

    Devlin et al. 2019 (BERT); Loshchilov and Hutter 2019 (AdamW); through skorch and transformers. It reads the
    representation ``tokens`` of the same model. What is learned is kept as arrays, so that a saved one needs no folder.
    The same labels always give the same model on one machine. Needs the extra ``torch``.

    model          folder with config.json and model.safetensors; without it QUANDARY_TEXT_NETWORK says it
    epochs         passes over the labels
    learning_rate  of AdamW for the model's own layers; the new one on top learns at 0.001
    class_weight   None: every label counts the same; "balanced": every class does
    random_state   seed
    """

    needs = ("transformers", "torch")
    demands = "the representation tokens, and a network in a folder"
    reads = "tokens"
    purpose = "the learner 'text_network'"

    def __init__(
        self,
        model: str = "",
        epochs: int = 10,
        learning_rate: float = 1e-4,
        class_weight: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.model = model
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.class_weight = class_weight
        self.random_state = random_state

    def _check(self, rows: Array) -> bool:
        return bool((rows >= 0).all() and (rows == np.floor(rows)).all())

    def _start(self, classes: int) -> Any:
        path = find_weights(self.model, VARIABLE, self.purpose, "a folder with a network")
        return reading(self._open(path, TASK, classes), self.purpose)

    def _again(self, classes: int) -> Any:
        return reading(from_config(json.loads(self.config_), TASK, self.purpose), self.purpose)


def reading(network: Any, purpose: str) -> Any:
    """A module from rows of numbers of pieces to scores and features."""
    import torch

    words, most = network.config.vocab_size, getattr(network.config, "max_position_embeddings", 0)

    class Reading(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network
            self.learned_before = [f"network.{network.base_model_prefix}.*"]

        def forward(self, rows: Any) -> tuple[Any, Any]:
            numbers = rows.long()
            numbers = numbers[:, : max(int((numbers > 0).sum(dim=1).max()), 1)]
            if int(numbers.max()) > words or numbers.shape[1] > (most or numbers.shape[1]):
                raise ConfigError(
                    f"{purpose} has a network of {words} pieces of words, {most} in a text, and the tokens are not of "
                    "it; take both from one folder"
                )
            mask = (numbers > 0).long()
            mask[:, 0] = 1  # a text without a word
            said = self.network((numbers - 1).clamp(min=0), attention_mask=mask, output_hidden_states=True)
            last = said.hidden_states[-1]
            return said.logits, (last * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)

    return Reading()
