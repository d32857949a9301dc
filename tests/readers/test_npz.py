from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quandary.readers.source import open_source
from tests.readers.worlds import error_of, read

X = np.random.default_rng(0).normal(size=(5, 3))


def write(folder: Path, **arrays: Any) -> Path:
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


def test_ids_labels_and_vectors(tmp_path: Path) -> None:
    path = write(tmp_path, X=X, ids=np.array(["007", "b", "c", "d", "e"]), y=np.array(["cat", "", "dog", " ", "cat"]))
    source = open_source(path)
    assert (source.kind, dict(source.roles), source.columns) == ("vectors", {"id": "ids", "label": "y"}, ())
    rows = read(path)
    assert [(row.id, row.label, row.content) for row in rows[:3]] == [
        ("007", "cat", {}),
        ("b", None, {}),
        ("c", "dog", {}),
    ]
    assert np.array_equal(np.stack([row.vector for row in rows if row.vector is not None]), X.astype(np.float32))


def test_numbers_as_names(tmp_path: Path) -> None:
    rows = read(write(tmp_path, X=X, y=np.array([0, 1, 1, 0, 2])))
    assert [(row.id, row.label) for row in rows] == [("0", "0"), ("1", "1"), ("2", "1"), ("3", "0"), ("4", "2")]
    rows = read(write(tmp_path, X=X, y=np.array([0.0, 1.5, np.nan, 0.0, 2.0])))
    assert [row.label for row in rows] == ["0", "1.5", None, "0", "2"]


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"Z": X}, "no array 'X'; its arrays are: Z"),
        ({"X": X[0]}, r"X of 'a.npz' has shape \(3,\); it must be"),
        ({"X": X[:0]}, r"has shape \(0, 3\)"),
        ({"X": X.astype(str)}, "not numbers"),
        ({"X": X.astype(complex)}, "not numbers"),
        ({"X": X.astype(object)}, "holds Python objects, which could run code"),
        ({"X": np.where(np.arange(15).reshape(5, 3) == 7, np.nan, X)}, "holds nan in row 2, column 1"),
        ({"X": np.where(np.arange(15).reshape(5, 3) == 14, np.inf, X)}, "holds inf in row 4, column 2"),
        ({"X": X, "ids": np.arange(4)}, r"'ids' of 'a.npz' has shape \(4,\), but X has 5 rows"),
        ({"X": X, "ids": np.array(["a", "b", "c", "b", "e"])}, "rows 1 and 3 of 'a.npz' have the same id 'b'"),
        ({"X": X, "ids": np.array(["a", "", "c", "b", "e"])}, "id '' of row 1 in 'a.npz' cannot be used"),
        ({"X": X, "y": np.zeros((5, 2))}, "has shape"),
        ({"X": X, "y": np.array([{}] * 5, object)}, "holds Python objects"),
    ],
)
def test_bad_arrays_get_one_clear_line(tmp_path: Path, arrays: dict[str, Any], said: str) -> None:
    import re

    assert re.search(said, error_of(write(tmp_path, **arrays)))


def test_columns_are_refused(tmp_path: Path) -> None:
    assert "holds vectors and has no column 'x' for text" in error_of(write(tmp_path, X=X), text="x")
    assert "no array 'x'" in error_of(write(tmp_path, X=X), label="x")
