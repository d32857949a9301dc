"""What every feature extractor promises, by merely being registered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from quandary.core.content import Content
from quandary.core.extras import installed
from quandary.core.features import FeatureKind
from quandary.core.ports import silent
from quandary.core.registry import extractors
from quandary.features.cache import pool_features
from tests.features.models import image_model, text_model
from tests.features.worlds import Pool, digits, table, texts

HOSTILE = [
    "<script>alert(1)</script>",
    "=1+1",
    "../../etc/passwd",
    "a\x00b",
    "\u202e",
    "👩‍👩‍👧",
    "9" * 400,
    "1e999",
    "-inf",
    "NaN",
    " ",
]
NAMES = sorted(name for name, part in extractors.all().items() if installed(part))
SIZE = 60


@pytest.fixture(scope="module", autouse=True)
def _models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tiny models for the extractors that want one."""
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUANDARY_TEXT_MODEL", str(text_model(folder / "text")))
        patch.setenv("QUANDARY_TEXT_NETWORK", str(folder / "text"))
        patch.setenv("QUANDARY_IMAGE_MODEL", str(image_model(folder / "image")))
        yield


def read_by(part: Any) -> str:
    """The kind of items that an extractor is for; mostly that of its numbers too."""
    return str(getattr(part, "reads", getattr(part, "kind", "")))


def world(name: str, folder: Path, size: int = SIZE) -> tuple[Any, Sequence[Content]]:
    """An extractor, not fitted, and contents of its kind."""
    part: Any = extractors.get(name)
    reads = read_by(part)
    if reads == "image":
        return part(columns=("name",), root=str(folder / "p")), digits(folder / "p", size)
    if reads == "vectors":
        np.savez(folder / "a.npz", X=np.random.default_rng(0).normal(size=(size, 4)))
        return part(columns=(), root=str(folder / "a.npz")), [{}] * size
    contents: list[dict[str, str]] = texts(size) if reads == "text" else table(size)
    return part(columns=tuple(contents[0]), root=""), contents


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_is(name: str) -> None:
    part: Any = extractors.get(name)
    assert part.kind in get_args(FeatureKind)
    assert isinstance(part.version, int)
    assert part.sample >= 1
    assert extractors.describe()[name]


@pytest.mark.parametrize("name", NAMES)
def test_it_gives_finite_rows_of_one_width(name: str, tmp_path: Path) -> None:
    extractor, contents = world(name, tmp_path)
    assert extractor.fit(contents) is extractor
    X = np.asarray(extractor.transform(contents))
    assert X.dtype == np.float32
    assert X.shape[0] == len(contents)
    assert X.shape[1] >= 1
    assert np.isfinite(X).all()
    assert X.std(axis=0).max() > 0, "it must tell items apart"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_pool_gives_the_same_numbers(name: str, tmp_path: Path) -> None:
    extractor, contents = world(name, tmp_path)
    first = extractor.fit(contents).transform(contents)
    assert np.array_equal(clone(extractor).fit(contents).transform(contents), first)


@pytest.mark.parametrize("name", NAMES)
def test_what_it_is_given_stays_unchanged(name: str, tmp_path: Path) -> None:
    extractor, contents = world(name, tmp_path)
    before, params = [dict(content) for content in contents], extractor.get_params()
    extractor.fit(contents).transform(contents)
    assert [dict(content) for content in contents] == before
    assert extractor.get_params() == params


@pytest.mark.parametrize("name", NAMES)
def test_rows_do_not_depend_on_their_neighbors(name: str, tmp_path: Path) -> None:
    extractor, contents = world(name, tmp_path)
    if read_by(extractor) == "vectors":  # these rows come from the file, all at once
        contents = np.random.default_rng(1).normal(size=(SIZE, 4)).astype(np.float32)  # type: ignore[assignment]
    X = extractor.fit(contents).transform(contents)
    assert np.allclose(extractor.transform(contents[7:9]), X[7:9], atol=1e-5)
    assert np.allclose(extractor.transform(contents[::-1]), X[::-1], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_kept_and_loaded_again(name: str, tmp_path: Path) -> None:
    extractor, contents = world(name, tmp_path)
    features, _ = pool_features(tmp_path / "cache", extractor, Pool(contents), "d", silent)
    again, loaded = pool_features(tmp_path / "cache", clone(extractor), Pool(contents), "d", silent)
    assert features.kind == again.kind == extractor.kind
    assert isinstance(again[:], np.memmap)
    assert np.allclose(np.asarray(loaded.transform(contents)), again[:], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_tiny_pools(name: str, size: int, tmp_path: Path) -> None:
    extractor, contents = world(name, tmp_path, size)
    X = extractor.fit(contents).transform(contents)
    assert X.shape[0] == size
    assert np.isfinite(X).all()


@pytest.mark.parametrize("name", [name for name in NAMES if read_by(extractors.get(name)) != "vectors"])
def test_hostile_contents_do_no_harm(name: str, tmp_path: Path) -> None:
    extractor, contents = world(name, tmp_path)
    odd: list[Content] = [dict.fromkeys(contents[0], text) for text in HOSTILE]
    X = extractor.fit([*contents, *odd]).transform([*odd, {}])
    assert X.shape[0] == len(odd) + 1
    assert np.isfinite(X).all()


@pytest.mark.parametrize("name", [name for name in NAMES if read_by(extractors.get(name)) in ("text", "table")])
@settings(max_examples=30, deadline=None)
@given(cells=st.lists(st.text(max_size=20), min_size=1, max_size=10))
def test_any_cells_give_finite_numbers(name: str, cells: list[str]) -> None:
    part: Any = extractors.get(name)
    contents = [{"a": cell, "b": cell[::-1]} for cell in cells]
    X = part(columns=("a", "b"), root="").fit(contents).transform(contents)
    assert X.shape[0] == len(cells)
    assert np.isfinite(X).all()
