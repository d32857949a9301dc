from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quandary.readers.source import open_source
from tests.files.worlds import complaint
from tests.readers.worlds import HOSTILE, error_of, read, rows_of

VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=10))


def write(path: Path, *lines: Any) -> Path:
    text = "".join((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines)
    data = text.encode("utf-8", "surrogatepass")
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.jsonl.gz"])
def test_objects_become_rows_of_strings(tmp_path: Path, name: str) -> None:
    first = {"id": "007", "text": "hi", "n": 7, "list": ["a", 1], "none": None}
    path = write(tmp_path / name, first, {"late": True, "id": "8"})
    assert [row.content for row in read(path)] == [
        {"id": "007", "text": "hi", "n": "7", "list": '["a", 1]', "none": "", "late": ""},
        {"id": "8", "text": "", "n": "", "list": "", "none": "", "late": "true"},
    ]


def test_hostile_texts_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *({"text": text} for text in HOSTILE))
    assert [row.content["text"] for row in read(path)] == HOSTILE


def test_bad_lines_are_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = ['{"a": 1', "[1]", '"x"', "nonsense", '{"a": ' + "[" * 100_000, '{"a": "\\ud800"}', '{"a": "\\u0000"}']
    path = write(tmp_path / "a.jsonl", {"a": "first"}, "", *bad, {"a": "last"})
    source = open_source(path)
    assert [(row.id, row.content["a"]) for row in rows_of(source)] == [("0", "first"), ("8", "last")]
    assert [skip.name for skip in source.skipped] == [f"row {i}" for i in range(1, 8)]


def test_files_without_an_object_are_one_clear_line(tmp_path: Path) -> None:
    assert "holds no JSON object" in error_of(write(tmp_path / "a.jsonl", "[1, 2]"))
    assert "is empty" in error_of(write(tmp_path / "b.jsonl", ""))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=3), min_size=1, max_size=5))
def test_what_json_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]]) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "a.jsonl"
    path.write_text("".join(json.dumps(o) + "\n" for o in objects))
    complaint(lambda: _same(path, objects))


def _same(path: Path, objects: list[dict[str, Any]]) -> None:
    rows = {int(row.id): row.content for row in read(path)}
    for number, content in rows.items():
        for name, value in objects[number].items():
            assert content[name] == (value if isinstance(value, str) else "" if value is None else json.dumps(value))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_else(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n' + data)
    complaint(lambda: read(path))
