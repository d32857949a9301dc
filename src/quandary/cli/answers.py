"""Answers given elsewhere, read from a table."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from quandary.core.errors import InputError
from quandary.core.ports import silent
from quandary.core.registry import readers
from quandary.readers.source import Source, Wanted, open_source

IMPORTED = "import"


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
    columns = _open(file, format, Wanted()).columns
    for name in ("id", "label"):
        if name not in columns:
            raise InputError(
                f"{file.name!r} has no column {name!r}, which answers need; its columns are {', '.join(columns)}"
            )
    now = time.time()
    # Named as text so that nothing is guessed: a column of image paths would be opened.
    rows = _open(file, format, Wanted(text="id")).rows(silent)
    answers = [_given(row.content, now, number) for number, row in enumerate(rows) if row.content["label"].strip()]
    if not answers:
        raise InputError(f"{file.name!r} holds no answers: its column 'label' is empty")
    return answers


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
