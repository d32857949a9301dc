"""What every reader promises, by merely being registered."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from quandary.core.ports import silent
from quandary.core.registry import readers
from quandary.readers.source import Reader, Wanted, known_suffixes, open_source
from tests.files.worlds import complaint

NAMES = sorted(readers.all())
TABLE = {"a": [str(i) for i in range(9)], "b": [f"<b>ü {i}" for i in range(9)]}


def write_csv(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(TABLE), *zip(*TABLE.values(), strict=True)])


def write_jsonl(path: Path) -> None:
    rows = [dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_images(path: Path) -> None:
    out = io.BytesIO()
    Image.new("L", (4, 4)).save(out, "PNG")
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(9):
            archive.writestr(f"{i}.png", out.getvalue())


EXAMPLES: dict[str, Callable[[Path], object]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "parquet": lambda path: pq.write_table(pa.table(TABLE), path),
    "images": write_images,
    "npz": lambda path: np.savez(path, X=np.eye(9)),
}


def reader(name: str) -> Reader:
    part: Any = readers.get(name)
    made: Reader = part()
    return made


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_reads(name: str, tmp_path: Path) -> None:
    part = reader(name)
    assert readers.describe()[name]
    assert part.suffixes
    assert set(part.suffixes) <= set(known_suffixes())
    for suffix in part.suffixes:
        assert suffix == suffix.lower()
        (tmp_path / f"X{suffix.upper()}").write_bytes(b"")
        assert part.accepts(tmp_path / f"X{suffix.upper()}")
    assert not part.accepts(tmp_path / "x.unknown")


def test_no_two_readers_claim_one_name(tmp_path: Path) -> None:
    for suffix in known_suffixes():
        assert sum(reader(name).accepts(tmp_path / f"x{suffix}") for name in NAMES) == 1


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_reading_twice_gives_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{reader(name).suffixes[0]}"
    EXAMPLES[name](path)
    source = open_source(path)
    first, again = list(source.rows(silent)), list(source.rows(silent))
    assert first == again
    assert len({row.id for row in first}) == len(first) == 9
    assert source.skipped == []
    for row in first:
        assert tuple(row.content) == source.columns
        assert all(isinstance(cell, str) for cell in (row.id, *row.content.values()))
        assert (row.vector is None) == (source.kind != "vectors")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_reading_can_stop_anywhere(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{reader(name).suffixes[0]}"
    EXAMPLES[name](path)
    rows = open_source(path).rows(silent)
    assert next(rows).id
    rows.close()  # type: ignore[attr-defined]
    path.unlink()  # nothing may hold it


@pytest.mark.parametrize("name", NAMES)
def test_files_of_nothing_and_of_nonsense_are_one_clear_line(name: str, tmp_path: Path) -> None:
    for suffix in reader(name).suffixes:
        for data in (b"", b"\0" * 5000, b"PK\x03\x04" + b"x" * 100, b"\x1f\x8b\x08" + b"x" * 100, b"PAR1" * 9):
            path = tmp_path / f"x{suffix}"
            path.write_bytes(data)
            assert complaint(lambda path=path: list(open_source(path).rows(silent)))  # type: ignore[misc]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=400))
def test_random_bytes_raise_nothing_else(name: str, data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("fuzz") / f"x{reader(name).suffixes[0]}"
    path.write_bytes(data)
    complaint(lambda: list(open_source(path).rows(silent)))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_damaged_files_raise_nothing_else(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{reader(name).suffixes[0]}"
    EXAMPLES[name](path)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(whole[: rng.integers(1, len(whole) + 1)])
        for at in rng.integers(0, len(damaged), 3):
            damaged[at] = rng.integers(0, 256)
        path.write_bytes(damaged)
        complaint(lambda: list(open_source(path).rows(silent)))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_columns_that_are_not_there_are_one_clear_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{reader(name).suffixes[0]}"
    EXAMPLES[name](path)
    for role in ("id", "label", "text", "image"):
        wanted = Wanted(**{role: "nowhere"})
        assert "'nowhere'" in complaint(lambda wanted=wanted: reader(name).open(path, wanted))  # type: ignore[misc]


def test_every_reader_here_has_an_example() -> None:
    ours = {name for name, part in readers.all().items() if part.__module__.startswith("quandary.")}
    assert ours == set(EXAMPLES)
