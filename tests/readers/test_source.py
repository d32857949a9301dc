from __future__ import annotations

import io
import pickle
from pathlib import Path

import pytest

from tests.readers.worlds import error_of

RAN: list[int] = []


class Evil:
    def __reduce__(self) -> tuple[object, tuple[int]]:
        return RAN.append, (1,)


def test_a_missing_path_says_what_is_near(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("a\n1\n")
    assert "did you mean" in error_of(tmp_path / "review.csv")
    assert "there is no folder" in error_of(tmp_path / "nowhere" / "a.csv")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.pkl", "could run code"),
        ("a.joblib", "could run code"),
        ("a.pt", "could run code"),
        ("a.skops", "could run code"),
        ("a.pickle.gz", "could run code"),
        ("a.npy", "save arrays as .npz"),
        ("a.h5", "save arrays as .npz"),
        ("a.xlsx", "save it as CSV"),
        ("a.json", "one JSON object a line"),
        ("a.docx", "has suffix '.docx', which no reader knows"),
        ("a", "has no suffix"),
    ],
)
def test_other_files_are_refused_with_what_is_read(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    error = error_of(tmp_path / name)
    assert said in error
    assert "read are: .csv, " in error


@pytest.mark.parametrize(
    "name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.npz", "a.zip", "a.pkl", "a.npy", "a.csv.gz"]
)
def test_no_pickle_runs_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    out = io.BytesIO()
    pickle.dump(Evil(), out)
    (tmp_path / name).write_bytes(out.getvalue())
    error_of(tmp_path / name)
    assert RAN == []
