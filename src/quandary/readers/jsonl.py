"""JSONL: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from quandary.core.errors import InputError
from quandary.core.ports import Progress, silent
from quandary.core.registry import readers
from quandary.files.said import said
from quandary.readers.source import Source, Wanted
from quandary.readers.table import SAMPLE, Record, table_source
from quandary.readers.textfile import TextFile, open_text


@readers("jsonl")
class JsonlReader:
    """One JSON object a line: .jsonl and .ndjson, also packed with gzip"""

    suffixes = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")

    def accepts(self, path: Path) -> bool:
        return path.name.lower().endswith(self.suffixes)

    def open(self, path: Path, wanted: Wanted) -> Source:
        objects = Objects(open_text(path, "JSONL"))
        # All keys of the file, in order of appearance: an optional one may first stand in the last line.
        columns: dict[str, None] = {}
        for _, value in objects.read(None, silent):
            columns.update(dict.fromkeys(value))
        if not columns:
            raise InputError(f'{path.name!r} holds no JSON object; write one a line, as in {{"text": "..."}}')
        objects.columns = tuple(columns)
        sample = [objects.cells(value) for _, value in islice(objects.read(None, silent), SAMPLE)]
        return table_source(path, objects.columns, sample, objects.records, wanted)


class Objects:
    """The objects of one JSONL file."""

    def __init__(self, file: TextFile) -> None:
        self.file = file
        self.columns: tuple[str, ...] = ()

    def records(self, source: Source, progress: Progress) -> Iterator[Record]:
        """Row number and cells of each object; lines that hold none are listed in ``source.skipped``."""
        return ((number, self.cells(value)) for number, value in self.read(source, progress))

    def cells(self, value: dict[str, Any]) -> list[str]:
        """The values as strings, in the order of the columns."""
        return [as_text(value.get(column)) for column in self.columns]

    def read(self, source: Source | None, progress: Progress) -> Iterator[tuple[int, dict[str, Any]]]:
        """Row number and object of each line that is not blank."""
        number = -1
        with self.file.open() as stream:
            for line in self.file.lines(stream, progress):
                if not line.strip():
                    continue
                number += 1
                value, reason = parse(line)
                if reason is None:
                    yield number, value
                elif source is not None:
                    source.skip(f"row {number}", reason)


def parse(line: str) -> tuple[dict[str, Any], str | None]:
    """The object in ``line``, or why there is none."""
    try:
        value = json.loads(line)
    except RecursionError:
        return {}, "its JSON is nested too deep"
    except ValueError as error:
        return {}, f"it is not JSON: {said(error)}"
    if not isinstance(value, dict):
        return {}, f"it holds a JSON {type(value).__name__} instead of an object"
    return value, None


def as_text(value: Any) -> str:
    """A JSON value as a cell: strings as they are, nothing for null, other values as JSON.

    >>> [as_text(v) for v in ("7", 7, None, True, ["a"])]
    ['7', '7', '', 'true', '["a"]']
    """
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
