"""Jobs that need no project: rows, images and a model made here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sklearn.linear_model import LogisticRegression

from quandary.core.errors import InputError
from quandary.exporters.job import LABEL_COLUMNS, Cell, Kind, Labeled, Table

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}} ${7*7} #{7*7}",
    '=HYPERLINK("http://evil.example","click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "'=1+1",
    "''=1+1",
    "'quoted'",
    "'",
    "-5",
    "+3.2e4",
    "-",
    "--",
    "../../etc/passwd",
    "..\\..\\windows\\system32",
    "/etc/passwd",
    "C:\\boot.ini",
    "~/.ssh/id_rsa",
    "CON",
    "con.txt",
    "nul",
    "name.",
    " leading and trailing ",
    "...",
    ".",
    "..",
    "a/b/c",
    "manifest.csv",
    "Cat",
    "cat",
    "e\u0301",
    "\u00e9",
    "\u202egnp.exe",
    "zero\u200bwidth",
    "👩‍👩‍👧",
    "a,b;c\td",
    'say "hi"',
    "two\r\nlines",
    "lone\rreturn",
    "nul\x00byte",
    "null",
    "NaN",
    "x" * 5_000,
    "東京",
    "ﷺ",
    "line\u2028separator",
    "%s%n%x",
    "*?[a-z]:|<>",
]


@dataclass
class FakeJob:
    """Rows of labels over one source column; images by id; a broken row where ``breaks`` says."""

    rows: list[tuple[Cell, ...]]
    files: dict[str, tuple[str, str, bytes | None]] = field(default_factory=dict)
    kind: str = "image"
    breaks: int | None = None

    def labels(self) -> Table:
        kinds: tuple[Kind, ...] = (*(kind for _, kind in LABEL_COLUMNS), "text")
        return Table((*(name for name, _ in LABEL_COLUMNS), "text"), kinds, self._stream)

    def predictions(self) -> Table:
        def rows() -> Iterator[tuple[Cell, ...]]:
            return ((row[0], "cat", 0.75, 0.5, 0.75, 0.25) for row in self._stream())

        columns = ("id", "class", "probability", "margin", "p_cat", "p_dog")
        return Table(columns, ("text", "text", "number", "number", "number", "number"), rows)

    def images(self) -> Iterator[Labeled]:
        for item, (label, name, data) in self.files.items():
            yield Labeled(item, label, name, _reader(name, data))
            if self.breaks is not None:
                raise RuntimeError("midway")

    def model(self) -> Any:
        if self.breaks is not None:
            raise RuntimeError("midway")
        return LogisticRegression().fit([[0.0], [1.0]], ["cat", "dog"])

    def _stream(self) -> Iterator[tuple[Cell, ...]]:
        for i, row in enumerate(self.rows):
            if i == self.breaks:
                raise RuntimeError("midway")
            yield row


def _reader(name: str, data: bytes | None) -> Any:
    def read() -> bytes:
        if data is None:
            raise InputError(f"there is no file {name!r}")
        return data

    return read


def row(item: str, label: str = "cat", text: str = "some text", **other: Any) -> tuple[Cell, ...]:
    values: dict[str, Any] = {
        "id": item,
        "label": label,
        "annotator": "me",
        "answered_at": "2026-01-02T03:04:05.678Z",
        "seconds": 1.25,
        "reason": "uncertain",
        "strategy": "margin",
        "model_version": 7,
        "text": text,
        **other,
    }
    return tuple(values.values())


def hostile_job() -> FakeJob:
    """Every hostile string as id, label, annotator and text, and as the name of an image."""
    rows = [row(text, text, text, annotator=text, seconds=None if i % 2 else 0.1) for i, text in enumerate(HOSTILE)]
    files: dict[str, tuple[str, str, bytes | None]]
    files = {text: (text, f"{text}/{text}.png", f"image {i}".encode()) for i, text in enumerate(HOSTILE)}
    return FakeJob(rows, files)
