"""CSV, TSV, JSON Lines and Parquet, read back by other people's readers."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.cells import mark, unmark
from quandary.core.errors import MissingExtra
from quandary.exporters.csv import CsvExporter, line
from quandary.exporters.job import LABEL_COLUMNS
from quandary.exporters.jsonl import JsonlExporter
from quandary.exporters.parquet import ParquetExporter
from quandary.exporters.predictions import PredictionsExporter
from quandary.exporters.tsv import TsvExporter
from tests.exporters.worlds import HOSTILE, FakeJob, hostile_job, row

COLUMNS = [*(name for name, _ in LABEL_COLUMNS), "text"]


def read_csv(path: Path, separator: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator, strict=True))


def test_the_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    CsvExporter().write(FakeJob([row("7")]), tmp_path / "x.csv")
    first, second = (tmp_path / "x.csv").read_text().splitlines()
    assert first == "id,label,annotator,answered_at,seconds,reason,strategy,model_version,text"
    assert second == "7,cat,me,2026-01-02T03:04:05.678Z,1.25,uncertain,margin,7,some text"


@pytest.mark.parametrize(("exporter", "separator"), [(CsvExporter(), ","), (TsvExporter(), "\t")])
def test_hostile_cells_survive_and_nothing_runs(exporter: CsvExporter, separator: str, tmp_path: Path) -> None:
    job, target = hostile_job(), tmp_path / f"x{exporter.suffix}"
    written = exporter.write(job, target)
    back = read_csv(target, separator)
    assert [tuple(r) for r in back] == [tuple(COLUMNS)] * len(HOSTILE)
    for name in ("id", "label", "annotator", "text"):
        cells = [r[name] for r in back]
        assert [unmark(cell) for cell in cells] == HOSTILE
        for cell in cells:
            number = cell.lstrip("+-").replace(".", "").replace("e", "").isdigit()
            assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) or number or cell in ("-", "--")
    marked = sum(mark(text) != text for text in HOSTILE)
    assert written.notes == (
        f"{4 * marked} cells that start like a formula have a leading ' so that no spreadsheet runs them",
    )


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text("'=+-@\t\r5.e", max_size=6))
def test_marking_can_be_undone_exactly(text: str) -> None:
    assert unmark(mark(text)) == text
    assert mark(text) in (text, f"'{text}")


@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=5))
def test_the_csv_module_reads_what_is_written(cells: list[str]) -> None:
    back = list(csv.reader(io.StringIO(line(cells), newline=""), strict=True))
    assert back == [[mark(cell) for cell in cells]]


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    CsvExporter().write(FakeJob([row("-5", "-1", "+3", seconds=-0.5), row("6", seconds=1e-7)]), tmp_path / "x.csv")
    first, second = read_csv(tmp_path / "x.csv")
    assert (first["id"], first["label"], first["text"], first["seconds"]) == ("-5", "-1", "+3", "-0.5")
    assert float(second["seconds"]) == 1e-7


def test_half_characters_become_escapes_in_csv(tmp_path: Path) -> None:
    CsvExporter().write(FakeJob([row("a\udcff.png")]), tmp_path / "x.csv")
    assert read_csv(tmp_path / "x.csv")[0]["id"] == "a\\udcff.png"


def test_json_lines_keep_every_character(tmp_path: Path) -> None:
    job = hostile_job()
    job.rows.append(row("a\udcff.png", text="half \ud800", seconds=None))
    JsonlExporter().write(job, tmp_path / "x.jsonl")
    lines = (tmp_path / "x.jsonl").read_bytes().split(b"\n")
    assert lines.pop() == b""
    back: list[dict[str, Any]] = [json.loads(text) for text in lines]
    assert [tuple(record.values()) for record in back] == job.rows
    assert list(back[0]) == COLUMNS


def test_parquet_keeps_texts_and_types(tmp_path: Path) -> None:
    job = hostile_job()
    job.rows += [row(str(i)) for i in range(25_000)]  # more than one batch
    ParquetExporter().write(job, tmp_path / "x.parquet")
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.column_names == COLUMNS
    assert [tuple(record.values()) for record in table.to_pylist()] == job.rows
    assert [str(table.schema.field(name).type) for name in ("label", "seconds", "model_version")] == [
        "string",
        "double",
        "int64",
    ]


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"pip install 'quandary\[tables\]'"):
        ParquetExporter().write(hostile_job(), tmp_path / "x.parquet")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_predictions_follow_the_suffix(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"p{suffix}"
    assert PredictionsExporter().write(FakeJob([row("a"), row("b")]), target).items == 2
    if suffix == ".parquet":
        records: list[dict[str, Any]] = pq.read_table(target).to_pylist()
    elif suffix == ".jsonl":
        records = [json.loads(text) for text in target.read_text().splitlines()]
    else:
        records = [dict(r) for r in read_csv(target, "," if suffix == ".csv" else "\t")]
    assert [list(record) for record in records] == [["id", "class", "probability", "margin", "p_cat", "p_dog"]] * 2
    assert [float(record["probability"]) for record in records] == [0.75, 0.75]
