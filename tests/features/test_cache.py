from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from PIL import Image
from sklearn.base import BaseEstimator

from quandary.core.errors import ConfigError, StorageFull
from quandary.core.ports import silent
from quandary.features.cache import Kept, make_extractor, pool_features, trusted
from quandary.features.compute import compute
from quandary.features.image import ImageFeatures
from quandary.features.table import TableFeatures
from quandary.features.text import TextFeatures
from tests.features.worlds import Pool, digits, table, texts


def count(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one each time features are computed."""
    computed: list[int] = []

    def counted(*args: Any) -> Iterator[Any]:
        computed.append(1)
        return compute(*args)

    monkeypatch.setattr("quandary.features.cache.compute", counted)
    return computed


def test_features_are_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed = count(monkeypatch)
    pool = Pool(table(100))
    first, fitted = pool_features(tmp_path, TableFeatures(), pool, "d", silent)
    again, loaded = pool_features(tmp_path, TableFeatures(), pool, "d", silent)
    assert len(computed) == 1
    assert isinstance(again[:], np.memmap)
    assert (first.kind, first.shape) == ("table", again.shape)
    assert np.array_equal(first[:], again[:])
    assert np.array_equal(first[:], TableFeatures().fit(pool.contents).transform(pool.contents))
    new = table(10, seed=1)
    assert np.array_equal(fitted.transform(new), loaded.transform(new))


@pytest.mark.parametrize("kind", ["text", "table", "image"])
def test_the_extractor_that_was_kept_gives_the_same_numbers(tmp_path: Path, kind: str) -> None:
    images = digits(tmp_path / "p", 60, 3)
    rows = [{**row, "note": f"{a['text']} {i}"} for i, (row, a) in enumerate(zip(table(60), texts(60), strict=True))]
    pools: dict[str, tuple[Any, list[dict[str, str]]]] = {
        "text": (TextFeatures(), texts(60)),
        "table": (TableFeatures(), rows),
        "image": (ImageFeatures(root=str(tmp_path / "p")), images),
    }
    extractor, contents = pools[kind]
    kept = Kept(tmp_path / "cache", extractor, Pool(contents), "d")
    X = kept.build(silent)
    assert not hasattr(extractor, "n_features_in_")
    assert np.allclose(kept.extractor().transform(contents), X[:], atol=1e-5)
    # A moved source is still the same one.
    other = Kept(
        tmp_path / "cache", type(extractor)(**{**extractor.get_params(), "root": str(tmp_path)}), Pool(contents), "d"
    )
    assert kind == "image" or other.key == kept.key


def test_other_contents_parameters_or_versions_compute_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed = count(monkeypatch)
    pool = Pool(texts(40))
    for extractor, digest in ((TextFeatures(), "a"), (TextFeatures(), "b"), (TextFeatures(components=5), "b")):
        pool_features(tmp_path, extractor, pool, digest, silent)
    monkeypatch.setattr(TextFeatures, "version", 99)
    features, _ = pool_features(tmp_path, TextFeatures(components=5), pool, "b", silent)
    assert len(computed) == 4
    assert features.shape == (40, 105)  # words, and what they mean
    assert len(list(tmp_path.iterdir())) == 3, "what was kept for others goes"


def test_a_changed_image_computes_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed = count(monkeypatch)
    pool = Pool(digits(tmp_path / "p", 20))
    for _ in range(2):
        pool_features(tmp_path / "cache", ImageFeatures(root=str(tmp_path / "p")), pool, "d", silent)
    assert len(computed) == 1
    Image.new("L", (8, 8), 200).save(tmp_path / "p" / "3.png")
    pool_features(tmp_path / "cache", ImageFeatures(root=str(tmp_path / "p")), pool, "d", silent)
    assert len(computed) == 2


@pytest.mark.parametrize("suffix", [".npy", ".skops", ".json"])
@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "flipped", "longer"])
def test_damage_is_found_and_mended(tmp_path: Path, suffix: str, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(table(50))
    expected = pool_features(tmp_path, TableFeatures(), pool, "d", silent)[0][:].copy()
    path = next(tmp_path.glob(f"*{suffix}"))
    data = bytearray(path.read_bytes())
    path.unlink()
    if damage == "flipped":
        data[len(data) // 2] ^= 1
    if damage != "gone":
        path.write_bytes(
            {"empty": b"", "cut": bytes(data[:-7]), "flipped": bytes(data), "longer": bytes(data) + b"x"}[damage]
        )
    computed = count(monkeypatch)
    features, fitted = pool_features(tmp_path, TableFeatures(), pool, "d", silent)
    assert len(computed) == 1
    assert np.array_equal(features[:], expected)
    assert len(fitted.transform(table(3))) == 3


def test_nothing_is_kept_of_a_computation_that_fails(tmp_path: Path) -> None:
    class Broken(TableFeatures):
        def transform(self, contents: Any) -> Any:
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        pool_features(tmp_path, Broken(), Pool(table(50)), "d", silent)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("quandary.features.matrix.os.fsync", full)
    with pytest.raises(StorageFull, match="No space left on device; free some space"):
        pool_features(tmp_path, TableFeatures(), Pool(table(50)), "d", silent)
    assert list(tmp_path.iterdir()) == []


class Strange(BaseEstimator):  # type: ignore[misc, unused-ignore]
    """A type that nobody registered."""


def test_a_kept_extractor_of_an_unknown_type_is_not_loaded(tmp_path: Path) -> None:
    pool = Pool(table(50))
    pool_features(tmp_path, TableFeatures(), pool, "d", silent)
    data = skops.io.dumps(Strange())
    about = next(tmp_path.glob("*.json"))
    digest = hashlib.sha256(data).hexdigest()
    about.write_text(json.dumps({**json.loads(about.read_text()), "extractor": digest}))
    next(tmp_path.glob("*.skops")).write_bytes(data)
    with pytest.raises(ConfigError, match=r"test_cache.Strange, which is no installed extractor"):
        pool_features(tmp_path, TableFeatures(), pool, "d", silent)
    assert trusted(["quandary.features.columns.Numbers"]) == ["quandary.features.columns.Numbers"]


def test_label_and_id_never_become_features(tmp_path: Path) -> None:
    extractor = make_extractor("table", {"label": "y", "id": "key"}, ["key", "a", "y", "b"], tmp_path)
    assert extractor.columns == ("a", "b")
    assert make_extractor("text", {"text": "t+u"}, ["t", "u", "y"], tmp_path).columns == ("t", "u")
    assert make_extractor("image", {"image": "name"}, ["name"], tmp_path).columns == ("name",)
    assert make_extractor("vectors", {"vector": "v"}, ["a"], tmp_path).columns == ()
