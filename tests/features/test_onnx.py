"""Embeddings by models in ONNX files, against the same by hand."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate
from sklearn.base import clone

from quandary.features.backbone import MEAN, SPREAD, BackboneFeatures
from quandary.features.onnx import find_model
from quandary.features.sentences import SentenceFeatures
from tests.features.models import FILTERS, VECTORS, WORDS, image_model, text_model
from tests.features.worlds import digits, texts


def test_a_text_is_the_mean_of_its_words_whatever_stands_beside_it(tmp_path: Path) -> None:
    contents = [*texts(40), {"text": "bank"}, {"text": ""}, {"text": "loan " * 30}]
    found = SentenceFeatures(model=str(text_model(tmp_path))).fit(contents).transform(contents)
    for content, row in zip(contents, found, strict=True):
        ids = [WORDS.index(word) for word in content["text"].split()]
        mean = VECTORS[ids].mean(axis=0) if ids else np.zeros(8)
        np.testing.assert_allclose(row, mean / (np.linalg.norm(mean) or 1.0), atol=1e-5)


def test_words_beyond_the_longest_do_not_count(tmp_path: Path) -> None:
    extractor = SentenceFeatures(model=str(text_model(tmp_path)), longest=2).fit([])
    long, short = extractor.transform([{"text": "bank card apple"}, {"text": "bank card"}])
    np.testing.assert_allclose(long, short, atol=1e-6)


def test_an_image_is_the_mean_of_what_the_model_finds_in_it(tmp_path: Path) -> None:
    contents = digits(tmp_path / "p", 3, 2)
    root = str(tmp_path / "p")
    found = BackboneFeatures(root=root, model=str(image_model(tmp_path / "m"))).fit(contents).transform(contents)
    for content, row in zip(contents, found, strict=True):
        pixels = np.asarray(Image.open(tmp_path / "p" / content["name"]).convert("RGB"), np.float64) / 255
        scaled = ((pixels - MEAN) / SPREAD).transpose(2, 0, 1)
        maps = [correlate(scaled, kernel, "valid")[0, ::2, ::2] for kernel in FILTERS.astype(np.float64)]
        means = np.array([np.maximum(each, 0).mean() for each in maps])
        np.testing.assert_allclose(row, means / np.linalg.norm(means), atol=1e-4)


def test_an_image_that_is_gone_is_zero(tmp_path: Path) -> None:
    contents = digits(tmp_path / "p", 2)
    extractor = BackboneFeatures(root=str(tmp_path / "p"), model=str(image_model(tmp_path / "m"))).fit(contents)
    assert extractor.transform([{"name": "gone.png"}, contents[0]]).any(axis=1).tolist() == [False, True]


@pytest.mark.parametrize("place", ["model.onnx", "onnx/model.onnx"])
def test_a_model_is_found_as_file_in_a_folder_or_by_the_environment(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_model(tmp_path / "made")
    path = tmp_path / "folder" / place
    path.parent.mkdir(parents=True)
    (tmp_path / "made" / "model.onnx").rename(path)
    monkeypatch.setenv("A_MODEL", str(tmp_path / "folder"))
    assert find_model(str(path), "", "") == find_model(str(tmp_path / "folder"), "", "") == path
    assert find_model("", "A_MODEL", "") == path


def test_a_model_of_a_hub_is_taken_from_the_cache_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    asked: list[Any] = []

    def snapshot(name: str, **options: Any) -> str:
        asked.append((name, options))
        return str(text_model(tmp_path / "cached"))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    assert find_model("someone/model", "", "") == tmp_path / "cached" / "model.onnx"
    assert asked == [("someone/model", {"local_files_only": True})]


def test_other_weights_have_another_fingerprint(tmp_path: Path) -> None:
    first = SentenceFeatures(model=str(text_model(tmp_path / "a")))
    second = clone(first).set_params(model=str(image_model(tmp_path / "b")))
    assert first.fingerprint([]) != second.fingerprint([])


def test_what_cannot_work_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("QUANDARY_TEXT_MODEL", "QUANDARY_IMAGE_MODEL"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.onnx").write_bytes(b"no model")
    image_model(tmp_path / "images")
    text_model(tmp_path / "text")
    cases: list[tuple[Any, str]] = [
        (SentenceFeatures(), "give model=FOLDER, or set QUANDARY_TEXT_MODEL"),
        (BackboneFeatures(), "set QUANDARY_IMAGE_MODEL"),
        (SentenceFeatures(model=str(tmp_path)), "no ONNX model at .* hf download"),
        (SentenceFeatures(model=str(tmp_path / "broken")), "cannot be read as an ONNX model"),
        (SentenceFeatures(model=str(tmp_path / "images")), "no tokenizer.json beside"),
        (BackboneFeatures(model=str(tmp_path / "text")), r"takes \['n', 'length'\]; a model of images takes"),
    ]
    for extractor, said in cases:
        with pytest.raises(ValueError, match=said):
            extractor.fit([])


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_a_missing_package_names_its_extra(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, whole = str(text_model(tmp_path)), builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == package:
            raise ImportError(name)
        return whole(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=rf"needs {package}.*pip install 'quandary\[text\]'"):
        SentenceFeatures(model=model).fit([])
