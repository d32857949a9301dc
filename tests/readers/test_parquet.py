from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quandary.core.errors import MissingExtra
from quandary.readers.source import open_source
from tests.files.worlds import complaint
from tests.readers.worlds import HOSTILE, error_of, read, rows_of


def write(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=7)
    return path


def test_values_become_strings(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.parquet",
        s=["007", None],
        i=[7, None],
        f=[2.5, float("nan")],
        d=[dt.date(2024, 1, 31), None],
        l=[["a", "b"], None],
        c=pa.array(["x", "y"]).dictionary_encode(),
        b=[b"abc", b""],
    )
    assert [list(row.content.values()) for row in read(path)] == [
        ["007", "7", "2.5", "2024-01-31", '["a", "b"]', "x", "3 bytes"],
        ["", "", "", "", "", "y", "0 bytes"],
    ]


def test_hostile_texts_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", text=HOSTILE)
    assert [row.content["text"] for row in read(path)] == HOSTILE


def test_a_column_of_lists_of_numbers_gives_vectors(tmp_path: Path) -> None:
    X = np.arange(30, dtype=np.float32).reshape(10, 3)
    path = write(tmp_path / "a.parquet", key=[f"k{i}" for i in range(10)], emb=X.tolist(), y=["a", None] * 5)
    source = open_source(path, id="key", label="y")
    assert (source.kind, dict(source.roles), source.columns) == (
        "vectors",
        {"id": "key", "label": "y", "vector": "emb"},
        ("key", "y"),
    )
    rows = rows_of(source)
    assert np.array_equal(np.stack([row.vector for row in rows if row.vector is not None]), X)
    assert (rows[3].id, rows[3].label, rows[3].content) == ("k3", None, {"key": "k3", "y": ""})


def test_rows_without_a_good_vector_are_skipped(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.parquet", emb=[[1.0, 2.0], None, [1.0], [1.0, float("nan")], [float("inf"), 1.0], [3.0, 4.0]]
    )
    source = open_source(path)
    assert [row.id for row in rows_of(source)] == ["0", "5"]
    assert [skip.name for skip in source.skipped] == [f"item {i}" for i in range(1, 5)]


def test_bad_files_get_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"hello")
    assert "is not a Parquet file or is damaged" in error_of(tmp_path / "a.parquet")
    write(tmp_path / "b.parquet", a=pa.array([], pa.string()))
    assert "holds no rows" in error_of(tmp_path / "b.parquet")
    assert "no column 'x' for label" in error_of(write(tmp_path / "c.parquet", a=["1"]), label="x")


def test_damaged_files_raise_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", a=[str(i) for i in range(200)], b=list(range(200)))
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(200):
        damaged = bytearray(whole)
        for at in rng.integers(4, len(whole) - 8, 3):
            damaged[at] = rng.integers(0, 256)
        path.write_bytes(damaged)
        complaint(lambda: read(path))


def test_without_pyarrow_the_install_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.parquet", a=["1"])
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtra, match=r"pip install 'quandary\[tables\]'"):
        open_source(path)
