"""How a CSV file is written: its delimiter, its quoting, and whether its first line names the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from quandary.core.numbers import parse_number
from quandary.readers.source import Wanted

DELIMITERS = ",;\t|"
LONGEST_NAME = 80


@dataclass(frozen=True)
class Dialect:
    """Options for ``csv.reader`` and the first rows read with them."""

    options: dict[str, Any]
    sample: list[list[str]]
    sound: bool

    def score(self) -> tuple[float, int, bool]:
        """How well it fits: rows as wide as the first, how wide that is, and whether all quoting is sound."""
        widths = [len(row) for row in self.sample]
        first = widths[0] if widths else 0
        same = sum(width == first for width in widths) / max(len(widths), 1)
        # One column fits anything, so a delimiter may leave some broken lines and still be it.
        return (same if first > 1 else 0.6), first, self.sound


def detect_dialect(head: str, whole: bool, tabs: bool) -> Dialect:
    """The dialect in which the rows of ``head``, the beginning of a file, are most alike.

    ``whole``: that is all of it; else the last line is cut and does not count. ``tabs``: the name says tabs.
    """
    order = "\t" + DELIMITERS.replace("\t", "") if tabs else DELIMITERS
    best: Dialect | None = None
    for options in _options(head, order):
        dialect = Dialect(options, list(_read(head, whole, options)), _sound(head, options))
        if best is None or dialect.score() > best.score():
            best = dialect
    assert best is not None
    return best


def _options(head: str, delimiters: str) -> Iterator[dict[str, Any]]:
    yield from ({"delimiter": d} for d in delimiters)
    if '\\"' in head:
        yield from ({"delimiter": d, "escapechar": "\\", "doublequote": False} for d in delimiters)
    # Tab-separated text is often written without any quoting, and then holds single quotation marks.
    yield from ({"delimiter": d, "quoting": csv.QUOTE_NONE} for d in delimiters)


def _read(head: str, whole: bool, options: dict[str, Any]) -> Iterator[list[str]]:
    ended = False

    def feed() -> Iterator[str]:
        nonlocal ended
        yield from io.StringIO(head, newline="")
        ended = True

    try:
        for row in csv.reader(feed(), **options):
            if ended and not whole:
                return
            if row:
                yield row if not ended else [*row, *[""] * len(row)]  # an open quotation mark: no row
    except csv.Error:
        return


def _sound(head: str, options: dict[str, Any]) -> bool:
    """Whether each quotation mark that closes a cell stands at its end."""
    try:
        for _ in csv.reader(io.StringIO(head, newline=""), strict=True, **options):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)  # the beginning of a file may well end within a cell
    return True


def header_of(sample: Sequence[Sequence[str]], wanted: Wanted) -> tuple[list[str], bool]:
    """The column names, and whether the first line holds them; else they are ``column 1``, ``column 2``, ..."""
    if not sample:
        return [], False
    first = list(sample[0])
    asked = {name for name in (wanted.id, wanted.text, wanted.image, wanted.label) if name}
    if asked & set(first) or looks_like_header(first, sample[1:]):
        return unique_names(first), True
    return [f"column {i + 1}" for i in range(len(first))], False


def looks_like_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether ``first`` differs from the rows below it as names differ from values."""
    rows = [row for row in rest if len(row) == len(first) and list(row) != list(first)]
    counting = [[str(i + start) for i in range(len(first))] for start in (0, 1)]
    if not rows or (len(first) > 2 and list(first) in counting):
        return True  # nothing to compare with, or columns that are only numbered
    votes = sum(_vote(name, [row[i] for row in rows]) for i, name in enumerate(first))
    return votes >= 0


def _vote(name: str, cells: Sequence[str]) -> int:
    """Above 0 if ``name`` is no value of the column ``cells``, below if it seems to be one."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled or not name.strip():
        return 0
    if sum(parse_number(cell) is not None for cell in filled) >= 0.9 * len(filled):
        return 1 if parse_number(name) is None else -1
    if name in cells or len(name) > LONGEST_NAME:
        return -1
    return 0


def unique_names(names: Sequence[str]) -> list[str]:
    """``names`` with a number after those that stood before, and a name for those without.

    >>> unique_names(["", "a", "a"])
    ['column 1', 'a', 'a (2)']
    """
    out: dict[str, None] = {}
    for i, name in enumerate(names):
        name = name if name.strip() else f"column {i + 1}"
        fresh, count = name, 1
        while fresh in out:
            count += 1
            fresh = f"{name} ({count})"
        out[fresh] = None
    return list(out)
