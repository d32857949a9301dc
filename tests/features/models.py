"""Tiny models in ONNX files that tests make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from tests.features.worlds import TOPICS

WORDS = ["[PAD]", "[UNK]", *(word for topic in TOPICS.values() for word in topic)]
VECTORS = np.random.default_rng(0).standard_normal((len(WORDS), 8)).astype(np.float32)
FILTERS = np.random.default_rng(1).standard_normal((6, 3, 5, 5)).astype(np.float32)


def save(nodes: list[onnx.NodeProto], inputs: list[onnx.ValueInfoProto], weights: np.ndarray, folder: Path) -> Path:
    output = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "tiny", inputs, [output], [numpy_helper.from_array(weights, "weights")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.onnx"))
    return folder


def text_model(folder: Path) -> Path:
    """A vector for each word."""
    names = ("input_ids", "attention_mask")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "length"]) for name in names]
    save([helper.make_node("Gather", ["weights", "input_ids"], ["out"])], inputs, VECTORS, folder)
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def image_model(folder: Path, side: int = 16) -> Path:
    """Six filters, and the mean of what each finds."""
    inputs = [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 3, side, side])]
    nodes = [
        helper.make_node("Conv", ["pixels", "weights"], ["found"], strides=[2, 2]),
        helper.make_node("Relu", ["found"], ["out"]),
    ]
    return save(nodes, inputs, FILTERS, folder)
