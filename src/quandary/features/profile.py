"""What is usual in the columns of a table, so that what is not can be pointed out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from quandary.core.content import Contents
from quandary.core.numbers import decimal_comma, parse_number

SAMPLE = 20_000  # rows that say what is usual
ENOUGH_ROWS = 100  # below, nothing can be called unusual
NUMERIC = 0.95  # share of cells that must be numbers
RARE = 0.01  # share of rows up to which a category is rare
MOST_CATEGORIES = 50
LONG = 80  # characters from which on the length of a text is worth a word
BLOCK = 2_048


@dataclass(frozen=True)
class ColumnProfile:
    """One column.

    rows         rows looked at                     missing  how many of them have no value
    numbers      1st and 99th percentile, or None if it does not hold numbers; comma: they have a decimal comma
    lengths      99th percentile of the characters of its texts, or None if they are short
    categories   rows of each value, or None if there are too many
    """

    rows: int
    missing: int
    numbers: tuple[float, float] | None = None
    comma: bool = False
    lengths: float | None = None
    categories: Mapping[str, int] | None = None

    @classmethod
    def of(cls, cells: Sequence[str]) -> Self:
        """The profile of a column of these cells."""
        filled = [cell.strip() for cell in cells if cell.strip()]
        missing = len(cells) - len(filled)
        comma = decimal_comma(filled)
        values = [value for cell in filled if (value := parse_number(cell, comma)) is not None]
        counts = Counter(filled)
        if len(values) >= NUMERIC * len(filled) and len(counts) > 2 and values:
            low, high = np.percentile(values, [1, 99])
            return cls(len(cells), missing, (float(low), float(high)), comma)
        if len(counts) <= MOST_CATEGORIES:
            return cls(len(cells), missing, categories=dict(counts))
        long = float(np.percentile([len(cell) for cell in filled], 99))
        return cls(len(cells), missing, lengths=long if long >= LONG else None)

    def unusual(self, value: str) -> str | None:
        """What is unusual about ``value`` in this column, in a few words, or None."""
        cell = value.strip()
        if self.rows < ENOUGH_ROWS:
            return None
        if not cell:
            return (
                f"missing in only {ratio(self.missing, self.rows)} rows" if self.missing <= RARE * self.rows else None
            )
        if self.numbers is not None:
            return self._unusual_number(cell)
        if self.lengths is not None and len(cell) > self.lengths:
            return "longer than 99 % of rows"
        if self.categories is None:
            return None
        count = self.categories.get(cell, 0)
        if count == 0:
            return "seen in no other row"
        return f"rare: {ratio(count, self.rows)} rows" if count <= RARE * self.rows else None

    def _unusual_number(self, cell: str) -> str | None:
        number = parse_number(cell, self.comma)
        if number is None:
            return "not a number, as nearly all others are"
        assert self.numbers is not None
        low, high = self.numbers
        if number > high:
            return "higher than 99 % of rows"
        return "lower than 99 % of rows" if number < low else None


def ratio(count: int, rows: int) -> str:
    """``count`` of ``rows`` as people say it.

    >>> ratio(3, 1020), ratio(0, 7)
    ('1 in 340', '0 in 7')
    """
    return f"1 in {round(rows / count)}" if count else f"0 in {rows}"


@dataclass(frozen=True)
class TableProfile:
    """What is usual in each column of a pool."""

    columns: Mapping[str, ColumnProfile]

    @classmethod
    def of(cls, contents: Contents, columns: Sequence[str]) -> Self:
        """Look at the first 20,000 rows of ``contents``."""
        cells: dict[str, list[str]] = {column: [] for column in columns}
        size = min(len(contents), SAMPLE)
        for start in range(0, size, BLOCK):
            for content in contents.slice(start, min(start + BLOCK, size)):
                for column in columns:
                    cells[column].append(content.get(column, ""))
        return cls({column: ColumnProfile.of(found) for column, found in cells.items()})

    def unusual(self, column: str, value: str) -> str | None:
        """What is unusual about ``value`` in ``column``, in a few words, or None."""
        known = self.columns.get(column)
        return None if known is None else known.unusual(value)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {name: vars(column) for name, column in self.columns.items()}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        """From what ``to_json`` gave."""
        columns = {}
        for name, value in saved.items():
            numbers = tuple(value["numbers"]) if value["numbers"] else None
            columns[name] = ColumnProfile(**{**value, "numbers": numbers})
        return cls(columns)
