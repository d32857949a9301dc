"""Networks trained whole on texts and images, with tiny models made here."""

from __future__ import annotations

import csv
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from quandary.core.errors import ConfigError
from quandary.core.events import AnswerGiven
from quandary.features.pixels import PixelFeatures
from quandary.features.tokens import TokenFeatures
from quandary.learners.image_network import ImageNetwork
from quandary.learners.text_network import TextNetwork
from quandary.project.create import create_project
from quandary.project.model import build_model, load_model, save_model
from quandary.project.predict import predict
from quandary.readers.source import open_source
from tests.features.models import WORDS, text_model
from tests.features.worlds import digits, texts

transformers = pytest.importorskip("transformers")
Rows = NDArray[np.float32]
TOPIC = np.arange(120) % 2


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*_: Any, **__: Any) -> None:
        raise AssertionError("it must not use the network")

    monkeypatch.setattr(socket.socket, "connect", call)
    for variable in ("QUANDARY_TEXT_NETWORK", "QUANDARY_IMAGE_NETWORK"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="module")
def language(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model that never read anything, with its tokenizer."""
    folder = text_model(tmp_path_factory.mktemp("models") / "language")
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    torch.manual_seed(0)
    config = transformers.BertConfig(vocab_size=len(WORDS), max_position_embeddings=128, initializer_range=0.2, **sizes)
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def vision(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vision model that never saw anything."""
    folder = tmp_path_factory.mktemp("models") / "vision"
    torch.manual_seed(0)
    config = transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
    transformers.ResNetModel(config).save_pretrained(folder)
    return folder


def tokens(language: Path, contents: Sequence[dict[str, str]]) -> Rows:
    return TokenFeatures(model=str(language)).fit(contents).transform(contents)


def pixels(folder: Path, size: int) -> tuple[Rows, NDArray[np.intp]]:
    contents = digits(folder, size)
    features = PixelFeatures(root=str(folder), side=16).fit(contents).transform(contents)
    return features, load_digits().target[:size].astype(np.intp)


def test_texts_are_told_apart_and_what_was_learned_needs_no_folder(language: Path, tmp_path: Path) -> None:
    X = tokens(language, texts(120))
    lent = shutil.copytree(language, tmp_path / "lent")
    model = TextNetwork(str(lent), epochs=8, learning_rate=1e-3).fit(X[:60], TOPIC[:60] * 3)
    shutil.rmtree(lent)
    assert model.score(X[60:], TOPIC[60:] * 3) > 0.9
    saved = skops.io.dumps(model)
    foreign = skops.io.get_untrusted_types(data=saved)
    assert foreign == ["quandary.learners.text_network.TextNetwork"]
    again = skops.io.loads(saved, trusted=foreign)
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.embed(X[:5]).shape == (5, 32)
    assert model.predict_proba(X[:0]).shape == (0, 2)


def test_a_text_network_predicts_what_transformers_does(language: Path) -> None:
    X = tokens(language, texts(20))
    model = TextNetwork(str(language), epochs=1).fit(X, TOPIC[:20])
    network = model._module().network
    for row, said in zip(X, model.predict_proba(X), strict=True):
        ids = torch.tensor(row[row > 0].astype(np.int64) - 1)[None]
        with torch.no_grad():
            theirs = network(input_ids=ids, attention_mask=torch.ones_like(ids)).logits.softmax(dim=1)
        np.testing.assert_allclose(said, theirs.numpy()[0], atol=1e-5)


def test_pretrained_layers_learn_at_their_own_rate_from_where_they_were(language: Path) -> None:
    X = tokens(language, texts(40))
    name = "embeddings.word_embeddings.weight"
    before = transformers.AutoModel.from_pretrained(language).state_dict()[name].numpy()
    still = TextNetwork(str(language), epochs=2, learning_rate=0.0).fit(X, TOPIC[:40])
    moved = TextNetwork(str(language), epochs=2, learning_rate=1e-3).fit(X, TOPIC[:40])
    assert np.array_equal(still.arrays_[f"network.bert.{name}"], before)
    assert abs(moved.arrays_[f"network.bert.{name}"] - before).max() > 1e-4


def test_a_text_without_a_word_is_no_obstacle(language: Path) -> None:
    X = tokens(language, [{"text": "bank card"}, {"text": ""}, {"text": "soup \ud800"}, {"text": "fee " * 999}])
    assert X.shape == (4, 128)
    assert not X[1].any()
    model = TextNetwork(str(language), epochs=1).fit(X, [0, 1, 1, 0])
    assert np.isfinite(model.predict_proba(X)).all()


def test_digits_are_read_from_pixels_alone(tmp_path: Path) -> None:
    X, y = pixels(tmp_path, 250)
    model = ImageNetwork(epochs=8).fit(X[:150], y[:150])
    assert model.score(X[150:], y[150:]) > 0.8
    assert model.embed(X[:5]).shape == (5, 2048)
    saved = skops.io.dumps(model)
    again = skops.io.loads(saved, trusted=skops.io.get_untrusted_types(data=saved))
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))


def test_a_vision_model_from_a_folder_is_trained_on(vision: Path, tmp_path: Path) -> None:
    X, y = pixels(tmp_path, 80)
    two = y % 2
    lent = shutil.copytree(vision, tmp_path / "lent")
    model = ImageNetwork(str(lent), epochs=15, learning_rate=3e-3).fit(X, two)
    shutil.rmtree(lent)
    assert model.score(X, two) > 0.8
    assert model.embed(X[:5]).shape == (5, 16)
    saved = skops.io.dumps(model)
    again = skops.io.loads(saved, trusted=skops.io.get_untrusted_types(data=saved))
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))


def test_same_labels_same_model_and_the_randomness_of_others_is_left_alone(language: Path, tmp_path: Path) -> None:
    X, (P, y) = tokens(language, texts(30)), pixels(tmp_path, 30)
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    for model, rows, codes in ((TextNetwork(str(language), epochs=2), X, TOPIC[:30]), (ImageNetwork(epochs=2), P, y)):
        first, second = (model.fit(rows, codes).predict_proba(rows) for _ in range(2))
        assert np.array_equal(first, second)
    assert torch.equal(torch.rand(3), expected)


def test_a_class_that_is_rare_counts_as_much_where_asked(language: Path) -> None:
    X = tokens(language, texts(60))
    rare = ((TOPIC[:60] == 1) & (np.arange(60) < 8)).astype(int)
    plain, balanced = (
        TextNetwork(str(language), epochs=4, class_weight=each).fit(X, rare) for each in (None, "balanced")
    )
    assert balanced.predict_proba(X)[:, 1].mean() > plain.predict_proba(X)[:, 1].mean() + 0.1


def test_one_class_needs_no_network() -> None:
    model = TextNetwork().fit(np.ones((4, 8)), [5, 5, 5, 5])
    assert model.predict(np.ones((2, 8))).tolist() == [5, 5]


def test_what_does_not_fit_is_told(language: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    X = tokens(language, texts(20))
    with pytest.raises(ConfigError, match=r"reads the representation 'tokens'.*--representation tokens"):
        TextNetwork(str(language)).fit(X + 0.5, TOPIC[:20])
    with pytest.raises(ConfigError, match="reads the representation 'pixels'"):
        ImageNetwork().fit(X, TOPIC[:20])
    with pytest.raises(ConfigError, match="set QUANDARY_TEXT_NETWORK to its path"):
        TextNetwork().fit(X, TOPIC[:20])
    with pytest.raises(ConfigError, match="tokens are not of it; take both from one folder"):
        TextNetwork(str(language)).fit(X + 1000, TOPIC[:20])
    with pytest.raises(ConfigError, match=r"cannot read a network from .*config\.json and model\.safetensors"):
        TextNetwork(str(tmp_path)).fit(X, TOPIC[:20])
    monkeypatch.setenv("QUANDARY_IMAGE_NETWORK", str(tmp_path / "gone"))
    with pytest.raises(ConfigError, match=r"gone' is not there"):
        ImageNetwork().fit(np.ones((4, 12)), [0, 1, 0, 1])


def test_weights_that_could_run_code_are_not_read(language: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(language, tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    torch.save(transformers.AutoModel.from_pretrained(language).state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(ConfigError, match="cannot read a network"):
        TextNetwork(str(folder)).fit(tokens(language, texts(20)), TOPIC[:20])


def test_a_project_by_tokens_is_exported_and_predicts(
    language: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    knows = TextNetwork(str(language), learning_rate=1e-3).fit(tokens(language, texts(120, seed=1)), TOPIC)
    folder = shutil.copytree(language, tmp_path / "knows")
    knows._module().network.save_pretrained(folder)
    monkeypatch.setenv("QUANDARY_TEXT_NETWORK", str(folder))
    source = tmp_path / "mail.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["text"], *([content["text"]] for content in texts(80))])
    plan = {"strategy": "margin", "learner": "text_network", "representation": "tokens", "audit": 0.0}
    with create_project(tmp_path / "mail.quandary", open_source(source, text="text"), plan=plan) as project:
        project.append([AnswerGiven(str(i), ("money", "food")[i % 2], "ann", key=f"k{i}") for i in range(60)])
        predict(project, source, tmp_path / "out.csv")
        save_model(build_model(project), tmp_path / "model.skops")
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        said = [row["class"] for row in csv.DictReader(file)]
    assert np.mean(np.array(said) == np.array(["money", "food"] * 40)) > 0.9
    monkeypatch.delenv("QUANDARY_TEXT_NETWORK")
    assert load_model(tmp_path / "model.skops").predict(texts(80)).tolist() == said
