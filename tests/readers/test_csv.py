from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quandary.core.ports import silent
from quandary.readers import csv as reader
from quandary.readers.source import Skipped, open_source
from tests.files.worlds import complaint
from tests.readers.worlds import HOSTILE, cells, error_of, read, rows_of, write_csv

ANY = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=20)


@settings(max_examples=150, deadline=None)
@given(
    table=st.lists(st.lists(ANY, min_size=3, max_size=3), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[str]],
    delimiter: str,
    quoting: int,
    end: str,
    encoding: str,
) -> None:
    # A table whose cells hold all delimiters can be read in several ways; the names say which is meant.
    names = ["the id", "first thing", "second thing"]
    rows = [[str(i), *row[1:]] for i, row in enumerate(table)]
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write_csv(path, [names, *rows], encoding, delimiter=delimiter, quoting=quoting, lineterminator=end)
    assert cells(path, id="the id") == rows


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".csv.gz", ".tab"])
def test_hostile_cells_are_kept_as_they_are(tmp_path: Path, suffix: str) -> None:
    table = [["a", "b"], *([text, text[::-1]] for text in HOSTILE)]
    path = write_csv(tmp_path / f"x{suffix}", table, delimiter="," if "csv" in suffix else "\t")
    if suffix.endswith("gz"):
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert cells(path) == table[1:]


def test_a_backslash_before_quotation_marks(tmp_path: Path) -> None:
    table = [["id", "text"], *([str(i), f'she said "no, {i}", twice'] for i in range(9))]
    path = write_csv(tmp_path / "a.csv", table, doublequote=False, escapechar="\\")
    assert cells(path) == table[1:]


def test_single_quotation_marks_in_text_without_quoting(tmp_path: Path) -> None:
    rows = [[f"ham{i % 2}", text] for i, text in enumerate(['"Oh" he said', "plain", '"open', 'close"', "ok"] * 30)]
    path = tmp_path / "a.tsv"
    path.write_text("".join("\t".join(row) + "\n" for row in rows))
    assert cells(path) == rows


def test_ids_are_row_numbers_and_skipped_rows_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n\n3\n4,5,6\n7,8\n")
    source = open_source(path)
    assert [(row.id, list(row.content.values())) for row in rows_of(source)] == [("0", ["1", "2"]), ("3", ["7", "8"])]
    assert source.skipped == [
        Skipped("row 1", "line 4 has 1 cells instead of 2"),
        Skipped("row 2", "line 5 has 3 cells instead of 2"),
    ]
    assert len(rows_of(source)) == 2
    assert len(source.skipped) == 2, "reading again must not list them twice"


def test_ids_and_labels_stay_as_written(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["key", "v", "y"], ["007", "x", " Cat "], ["7", "y", "  "], ["7.0", "z", ""]])
    rows = read(path, id="key", label="y")
    assert [(row.id, row.label) for row in rows] == [("007", " Cat "), ("7", None), ("7.0", None)]


def test_ids_that_stand_twice_name_both_rows(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["key", "v"], *([str(i % 50), "x"] for i in range(60))])
    assert "rows 0 and 50 have the same id in column 'key'" in error_of(path, id="key")


def test_rows_without_id_or_with_nul_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("key,v\n,x\nb,y\0z\nc,w\n")
    source = open_source(path, id="key")
    assert [row.id for row in rows_of(source)] == ["c"]
    assert [skip.reason for skip in source.skipped] == ["its id is empty", "it holds a NUL character"]


def test_a_missing_column_lists_those_there_are(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["Churn", "Tenure"], ["Yes", "3"]])
    assert "no column 'Chrun' for label; did you mean 'Churn'? The columns are: 'Churn', 'Tenure'" in error_of(
        path, label="Chrun"
    )
    assert read(path, label="churn ")[0].label == "Yes"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"a,b\n", "holds column names but no rows"),
        (b"PK\x03\x04....", "an Excel workbook, not CSV; open it in a spreadsheet, save it as CSV"),
        (b"%PDF-1.7", "is a PDF, not CSV"),
        (b"PAR1....", "is a Parquet file, not CSV; call it .parquet"),
        (b"\x89PNG\r\n", "is a PNG image"),
        (b"\x93NUMPY\x01", "is a NumPy array"),
        (b"\x80\x04\x95....", "is a Python pickle"),
        (b"<!DOCTYPE html><html>", "is a web page or XML"),
        (b"a,b\n" + b"1,2\n" * 5 + b"\xff\xfe\x00\x01\x02\x80\x81" * 50, "NUL bytes stand around it"),
        (b"\x1f\x8b" + b"nonsense", "cannot be read"),
    ],
)
def test_bad_files_get_one_clear_line(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "x.csv").write_bytes(data)
    assert said in error_of(tmp_path / "x.csv")


def test_a_cut_gzip_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 10_000)[:-20])
    assert "cannot be read" in error_of(tmp_path / "x.csv.gz")


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "x.csv.gz", "wb") as file:
        file.write(b"a,b\n")
        for _ in range(100):
            file.write(b"1,2\n" * 2**18)
    assert "refused as a possible bomb" in error_of(tmp_path / "x.csv.gz")


def test_a_huge_cell_is_read_and_a_huger_one_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_csv(tmp_path / "a.csv", [["a", "b"], ["1", "x" * 3_000_000]])
    assert len(read(path)[0].content["b"]) == 3_000_000
    monkeypatch.setattr("quandary.readers.textfile.LONGEST_LINE", 1_000_000)
    assert "line 2 of 'a.csv' is longer than 1000000 characters" in error_of(path)


def test_an_open_quotation_mark_beyond_the_sample_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "HEAD", 1_000)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + '1,"x, y"\n' * 500 + '2,"open\n' + "3,z\n" * 9)
    assert "a quotation mark opens in line 502 of 'a.csv' and never closes" in error_of(path)


def test_a_file_of_nothing_but_bad_rows(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["key", "v"], ["", "1"], [" ", "2"]])
    assert "holds no readable row; 2 were skipped, row 0: its id is empty" in error_of(path, id="key")


def test_names_are_made_where_there_are_none(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["", "v", "v"], ["1", "2", "3"]])
    assert open_source(path).columns == ("column 1", "v", "v (2)")


def test_progress_is_told(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["a", "b"], *([str(i), "x"] for i in range(10_000))])
    told: list[tuple[int, int]] = []
    list(open_source(path).rows(lambda done, total, what: told.append((done, total))))
    assert len(told) >= 3
    assert all(done <= total == path.stat().st_size for done, total in told)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_else(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "x.csv"
    path.write_bytes(data)
    _read_or_refuse(path)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab1,;\t|\"\\\n\r' \x85\u2028é"), max_size=80))
def test_random_tables_raise_nothing_else(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "x.csv"
    path.write_bytes(text.encode())
    _read_or_refuse(path)


def _read_or_refuse(path: Path) -> None:
    def all_of_it() -> None:
        source = open_source(path)
        assert all(tuple(row.content) == source.columns for row in source.rows(silent))

    complaint(all_of_it)
