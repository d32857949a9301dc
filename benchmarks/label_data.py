"""Pool and test set of a seed as numbers, in a representation, kept on disk."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import quandary
from benchmarks.plain import plain_features
from benchmarks.sets import Raw, load
from quandary.bench.data import Data
from quandary.bench.split import split
from quandary.core.features import Features
from quandary.core.registry import extractors

DEFAULTS = {"text": "text", "image": "image", "table": "table"}
COLUMNS = {"text": ("text",), "image": ("name",), "table": (), "numbers": ()}
TEST_SHARE = 0.4
STREAM = 0x1AB


def data(name: str, seed: int, representation: str, sizes: tuple[int, int], folder: Path) -> tuple[Data, Data]:
    """Pool and test set of the set ``name``: made once for a seed and a representation, then read.

    representation  "default" (what the package makes of such rows), "plain" (what the baseline sees), the name of
                    an extractor, or a folder with one NAME.npy a set, row by row like the set
    sizes           the most items of the pool and of the test set
    """
    what = f"{Path(representation).name}.{representation_digest(representation)}"
    where = folder / f"{name}.{seed}.{sizes[0]}.{sizes[1]}.{what}"
    if not where.exists():
        where.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=where.parent, prefix="."))
        pool, test = _make(name, seed, representation, sizes)
        pool.save(draft / "pool")
        test.save(draft / "test")
        _publish(draft, where)
    return _read(where / "pool"), _read(where / "test")


def _publish(draft: Path, where: Path) -> None:
    try:
        draft.replace(where)
    except OSError:  # another process was quicker
        shutil.rmtree(draft)


def _read(folder: Path) -> Data:
    """The data in memory: a map of a file would cost the first strategy the reading."""
    kept = Data.load(folder)
    matrix = kept.features[:]
    return Data(kept.name, Features(matrix if kept.features.sparse else np.array(matrix), kept.features.kind),
                kept.codes, kept.classes)  # fmt: skip


def _make(name: str, seed: int, representation: str, sizes: tuple[int, int]) -> tuple[Data, Data]:
    raw = raw_set(name)
    classes, codes = np.unique(raw.y, return_inverse=True)
    pool, test = positions(codes.astype(np.intp), seed, sizes)
    kind, *matrices = encode(raw, pool, test, representation)
    names = tuple(str(value) for value in classes)
    made = (
        Data(name, Features(matrix, kind), codes[rows].astype(np.intp), names)
        for matrix, rows in zip(matrices, (pool, test), strict=True)
    )
    return next(made), next(made)


@lru_cache(maxsize=1)
def raw_set(name: str) -> Raw:
    """The set as it comes; the last one stays in memory."""
    return load(name)


def positions(codes: Any, seed: int, sizes: tuple[int, int]) -> tuple[Any, Any]:
    """Pool and test positions of a seed: 40 % for the test, the classes in proportion, the pool cut at random."""
    pool, test = split(codes, seed, TEST_SHARE, sizes[1])
    rng = np.random.default_rng([seed, STREAM])
    return np.sort(rng.permutation(pool)[: sizes[0]]), test


def encode(raw: Raw, pool: Any, test: Any, representation: str) -> tuple[Any, Any, Any]:
    """The kind of the features, the pool's rows and those of the test set, learned from the pool alone."""
    if "/" in representation:
        vectors = np.load(Path(representation) / f"{raw.name}.npy", allow_pickle=False)
        return "vectors", vectors[pool], vectors[test]
    parts = _part(raw, pool), _part(raw, test)
    if representation == "plain":
        return plain_features(*parts)
    if representation == "default" and raw.kind not in DEFAULTS:
        return "table" if raw.kind == "numbers" else "vectors", parts[0].rows, parts[1].rows
    return extracted(DEFAULTS[raw.kind] if representation == "default" else representation, *parts)


def _part(raw: Raw, rows: Any) -> Raw:
    held = raw.rows[rows] if isinstance(raw.rows, np.ndarray) else [raw.rows[i] for i in rows]
    return Raw(raw.name, raw.kind, held, raw.y[rows])


def extracted(name: str, pool: Raw, test: Raw) -> tuple[Any, Any, Any]:
    """What the extractor called ``name`` makes of the rows."""
    with tempfile.TemporaryDirectory(prefix="quandary-labels-") as folder:
        rows = contents(pool, Path(folder), "pool"), contents(test, Path(folder), "test")
        extractor = extractors.make(name, columns=COLUMNS[pool.kind], root=folder)
        if "fit_transform" in vars(type(extractor)):
            own = extractor.fit_transform(rows[0])
        else:
            own = extractor.fit(rows[0]).transform(rows[0])
        return extractor.kind, own, extractor.transform(rows[1])


def contents(raw: Raw, folder: Path, part: str) -> Sequence[dict[str, str]]:
    """The rows as a project holds them; images become files below ``folder``."""
    if raw.kind == "text":
        return [{"text": text} for text in raw.rows]
    if raw.kind == "table":
        return list(raw.rows)
    if raw.kind == "numbers":
        return [{f"c{i}": repr(float(value)) for i, value in enumerate(row)} for row in raw.rows]
    from PIL import Image

    names = [f"{part}{i}.png" for i in range(len(raw.rows))]
    for name, image in zip(names, raw.rows, strict=True):
        Image.fromarray(image).save(folder / name, compress_level=1)
    return [{"name": name} for name in names]


@lru_cache
def representation_digest(representation: str) -> str:
    """Another one when the code that makes the features, or the folder they come from, is another."""
    if representation == "plain":
        files = [Path(__file__).with_name("plain.py")]
    else:
        files = sorted((Path(quandary.__file__).parent / "features").glob("*.py"))
    found = hashlib.sha256(representation.encode())
    for file in files if "/" not in representation else []:
        found.update(file.read_bytes())
    return found.hexdigest()[:8]
