"""Answers given elsewhere, read from a table."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from quandary.core.cells import unmark
from quandary.core.errors import InputError
from quandary.core.ports import silent
from quandary.core.registry import readers
from quandary.exporters.job import LABEL_COLUMNS
from quandary.readers.source import Source, Wanted, open_source

IMPORTED = "import"
TEXT = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Given:
    """One answer: ``at`` in Unix seconds, ``seconds`` it took where that is known."""

    item: str
    label: str
    annotator: str
    at: float
    seconds: float | None


def read_answers(file: Path, format: str | None) -> list[Given]:
    """The answers in a file with the columns ``id`` and ``label``; rows without a label are no answers."""
    source = _open(file, format, Wanted())
    columns = source.columns
    for name in ("id", "label"):
        if name not in columns:
            raise InputError(
                f"{file.name!r} has no column {name!r}, which answers need; its columns are {', '.join(columns)}"
            )
    now = time.time()
    # Named as text so that nothing is guessed: a column of image paths would be opened.
    rows = (row.content for row in _open(file, format, Wanted(text="id")).rows(silent))
    if is_marked(file, format, columns):
        rows = ({name: unmark(cell) for name, cell in row.items()} for row in rows)
    answers = [_given(row, now, number) for number, row in enumerate(rows) if row["label"].strip()]
    if not answers:
        raise InputError(f"{file.name!r} holds no answers: its column 'label' is empty")
    return answers


def is_marked(file: Path, format: str | None, columns: Sequence[str]) -> bool:
    """Whether it is a CSV or TSV export of ours, in which cells that look like formulas carry a mark."""
    ours = tuple(name for name, _ in LABEL_COLUMNS)
    name = file.name.lower().removesuffix(".gz")
    return tuple(columns[: len(ours)]) == ours and (format == "csv" or (format is None and name.endswith(TEXT)))


def _open(file: Path, format: str | None, wanted: Wanted) -> Source:
    if format is None:
        return open_source(file, **{key: getattr(wanted, key) for key in Wanted.__dataclass_fields__})
    if not file.is_file():
        raise InputError(f"there is no file {str(file)!r}; give a file that exists")
    source: Source = readers.make(format).open(file, wanted)
    return source


def _given(row: Mapping[str, str], now: float, number: int) -> Given:
    try:
        seconds = float(row["seconds"]) if row.get("seconds", "").strip() else None
        at = moment(row["answered_at"]) if row.get("answered_at", "").strip() else now
    except ValueError as error:
        raise InputError(
            f"row {number} holds no proper time ({error}); seconds are numbers, answered_at is ISO"
        ) from error
    return Given(row["id"], row["label"], row.get("annotator", "").strip() or IMPORTED, at, seconds)


def moment(text: str) -> float:
    """Unix seconds of a time written as such or in ISO 8601; without a zone it is UTC.

    >>> moment("2024-05-01T12:00:00Z"), moment("1714564800.5")
    (1714564800.0, 1714564800.5)
    """
    try:
        return float(text)
    except ValueError:
        said = datetime.fromisoformat(text.strip())
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()
