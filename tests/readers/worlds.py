"""Small files to read, and what reading them gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from quandary.core.ports import silent
from quandary.readers.source import Row, Source, open_source
from tests.files.worlds import complaint

HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "../../etc/passwd",
    "'; DROP TABLE items; --",
    "a,b;c\td|e",
    'say "hello"',
    "line\nbreak",
    "line\r\nbreak",
    "\u202eright to left",
    "family 👩‍👩‍👧 e\u0301",
    "line\u2028separator\x85next\x0bfeed",
    " kept blanks ",
    "007",
    "NaN",
]


def rows_of(source: Source) -> list[Row]:
    """All items of a source."""
    return list(source.rows(silent))


def read(path: Path, **wanted: Any) -> list[Row]:
    """All items of the file at ``path``."""
    return rows_of(open_source(path, **wanted))


def cells(path: Path, **wanted: Any) -> list[list[str]]:
    """The contents of all items, as lists."""
    return [list(row.content.values()) for row in read(path, **wanted)]


def error_of(path: Path, **wanted: Any) -> str:
    """The one line that says why ``path`` cannot be read."""
    said = complaint(lambda: read(path, **wanted))
    assert said, f"{path} was read"
    return said


def write_csv(path: Path, table: Sequence[Sequence[str]], encoding: str = "utf-8", **dialect: Any) -> Path:
    """Write ``table`` with the csv module."""
    out = io.StringIO(newline="")
    csv.writer(out, **dialect).writerows(table)
    path.write_bytes(out.getvalue().encode(encoding))
    return path
