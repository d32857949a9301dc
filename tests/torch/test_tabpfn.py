"""The learner around TabPFN, with a tiny network of its own kind that was never trained."""

from __future__ import annotations

import socket
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
import torch
from numpy.typing import NDArray

import quandary
from quandary.core.errors import ConfigError
from quandary.learners.tabpfn import TabPFN

tabpfn = pytest.importorskip("tabpfn")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint as the package reads it."""
    from tabpfn.architectures import ARCHITECTURES

    kind = ARCHITECTURES["tabpfn_v2_5"]
    sizes = {"emsize": 24, "nlayers": 2, "nhead": 2, "num_thinking_rows": 4, "max_num_classes": 10, "num_buckets": 10}
    config, _ = kind.parse_config(sizes)
    network = kind.get_architecture(config)
    chance = torch.Generator().manual_seed(0)
    state = {name: torch.randn(each.shape, generator=chance) * 0.2 for name, each in network.state_dict().items()}
    path = tmp_path_factory.mktemp("weights") / "tiny.ckpt"
    torch.save({"state_dict": state, "config": asdict(config), "architecture_name": "tabpfn_v2_5"}, path)
    return path


def world(classes: int = 3) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    rng = np.random.default_rng(0)
    y = np.arange(60) % classes
    return (rng.standard_normal((60, 4)) + 3 * np.eye(classes, 4)[y]).astype(np.float32), y * 2


def test_it_says_what_the_package_says(weights: Path) -> None:
    X, y = world()
    ours = TabPFN(str(weights), members=2).fit(X[:30], y[:30])
    theirs = tabpfn.TabPFNClassifier(
        model_path=str(weights), n_estimators=2, random_state=0, device="cpu", ignore_pretraining_limits=True
    ).fit(X[:30], y[:30])
    said = ours.predict_proba(X[30:])
    assert said.std(axis=0).min() > 1e-3, "it must tell items apart"
    np.testing.assert_allclose(said, theirs.predict_proba(X[30:]), atol=1e-4)
    np.testing.assert_allclose(said.sum(axis=1), 1)
    assert ours.classes_.tolist() == [0, 2, 4]
    assert np.isin(ours.predict(X), y).all()


def test_same_labels_same_model_and_the_randomness_of_others_is_left_alone(weights: Path) -> None:
    X, y = world()
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    first, second = (TabPFN(str(weights)).fit(X[:30], y[:30]).predict_proba(X) for _ in range(2))
    assert np.array_equal(first, second)
    assert torch.equal(torch.rand(3), expected)


def test_it_is_saved_without_the_network_and_loaded(weights: Path) -> None:
    X, y = world()
    model = TabPFN(str(weights), members=1).fit(X[:30], y[:30])
    saved = skops.io.dumps(model)
    assert len(saved) < weights.stat().st_size
    foreign = skops.io.get_untrusted_types(data=saved)
    assert foreign == ["quandary.learners.tabpfn.TabPFN"]
    again = skops.io.loads(saved, trusted=foreign)
    np.testing.assert_allclose(again.predict_proba(X), model.predict_proba(X), atol=1e-6)


def test_one_class_needs_no_network(weights: Path) -> None:
    X, _ = world()
    model = TabPFN(str(weights)).fit(X, np.full(60, 5))
    assert model.predict(X[:2]).tolist() == [5, 5]
    assert model.predict_proba(X[:2]).tolist() == [[1.0], [1.0]]


def test_it_plays_in_the_loop(weights: Path) -> None:
    X, y = world()
    al = quandary.ActiveLearner(
        X, classes=["0", "2", "4"], strategy="margin", learner=TabPFN(str(weights), members=1), audit=0
    )
    for _ in range(2):
        batch = al.ask(6)
        al.tell(batch.ids, y[batch.positions].astype(str))
    assert al.model.predict_proba(X).shape == (60, 3)


def test_what_is_missing_is_told_and_never_downloaded(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*_: Any, **__: Any) -> None:
        raise AssertionError("it must not use the network")

    monkeypatch.setattr(socket.socket, "connect", call)
    monkeypatch.delenv("QUANDARY_TABPFN_MODEL", raising=False)
    X, y = world()
    with pytest.raises(ConfigError, match="needs a file with weights on this machine: set QUANDARY_TABPFN_MODEL"):
        TabPFN().fit(X, y)
    with pytest.raises(ConfigError, match=r"'.*gone\.ckpt' is not there"):
        TabPFN(str(tmp_path / "gone.ckpt")).fit(X, y)
    moved = tmp_path / "moved.ckpt"
    moved.write_bytes(weights.read_bytes())
    monkeypatch.setenv("QUANDARY_TABPFN_MODEL", str(moved))
    model = TabPFN(members=1).fit(X, y)
    moved.unlink()
    del model._ready
    with pytest.raises(ConfigError, match=r"moved\.ckpt' is not there"):
        model.predict(X)


@pytest.mark.parametrize("content", [b"", b"no weights at all"])
def test_a_file_that_holds_no_weights_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.ckpt").write_bytes(content)
    with pytest.raises(ConfigError, match=r"cannot learn with '.*broken\.ckpt'.*choose another learner"):
        TabPFN(str(tmp_path / "broken.ckpt")).fit(*world())


def test_more_classes_than_the_weights_know_are_told(weights: Path) -> None:
    X = np.random.default_rng(0).standard_normal((60, 4))
    with pytest.raises(ConfigError, match="choose another learner"):
        TabPFN(str(weights)).fit(X, np.arange(60) % 12)
