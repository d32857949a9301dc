"""The columns of a table, each turned into numbers by what it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from quandary.core.numbers import decimal_comma, parse_number

Array = NDArray[np.float32]
MISSING = {"", "?", "-", "--", ".", "na", "n/a", "n.a.", "nan", "nat", "null", "none", "#n/a"}
ENOUGH = 0.95  # share of cells that must be of a kind
TAILS = (0.5, 99.5)  # percentiles beyond which a number counts no more
RARE_MISSING = 0.01  # share of missing cells from which on it is a fact of its own
MOST_CATEGORIES = 30
FORMATS = (
    "iso",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %B %Y",
)
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")


def is_missing(cell: str) -> bool:
    """Whether ``cell`` says that there is no value.

    >>> is_missing(" "), is_missing("N/A"), is_missing("0")
    (True, True, False)
    """
    return cell.strip().lower() in MISSING


class Numbers(TransformerMixin, BaseEstimator):
    """A number: tails cut, standardized; 0 where it is missing, with a second column that says so if that is common."""

    def fit(self, cells: Sequence[str], y: Any = None) -> Self:
        self.comma_ = decimal_comma(cells)
        values = self._values(cells)
        known = values[np.isfinite(values)]
        low, high = np.percentile(known, TAILS) if len(known) else (0.0, 0.0)
        self.low_, self.high_ = float(low), float(high)
        known = np.clip(known, self.low_, self.high_)
        self.mean_ = float(known.mean()) if len(known) else 0.0
        self.scale_ = (float(known.std()) if len(known) else 0.0) or 1.0
        self.marks_missing_ = bool(np.isnan(values).mean() >= RARE_MISSING)
        return self

    def transform(self, cells: Sequence[str]) -> Array:
        values = self._values(cells)
        scaled = (np.clip(values, self.low_, self.high_) - self.mean_) / self.scale_
        columns = [np.nan_to_num(scaled)] + ([np.isnan(values)] if self.marks_missing_ else [])
        return np.stack(columns, axis=1).astype(np.float32)

    def _values(self, cells: Sequence[str]) -> NDArray[np.float64]:
        parsed = (parse_number(cell, self.comma_) for cell in cells)
        return np.array([np.nan if value is None else value for value in parsed], np.float64)


class Categories(TransformerMixin, BaseEstimator):
    """A category: one column for each frequent value (one for two of them) and, if there are rare ones, how rare."""

    def fit(self, cells: Sequence[str], y: Any = None) -> Self:
        counts = Counter(map(category, cells))
        frequent = [value for value, n in counts.most_common(MOST_CATEGORIES) if n >= max(2, len(cells) / 1000)]
        self.rarity_ = {value: float(np.log(n)) for value, n in counts.items()} if len(frequent) < len(counts) else {}
        # With two values and no other one column says it all.
        self.values_ = frequent[:1] if len(counts) == 2 and len(frequent) == 2 else frequent
        spread = np.array([self.rarity_.get(category(cell), 0.0) for cell in cells])
        self.mean_, self.scale_ = float(spread.mean()), float(spread.std()) or 1.0
        return self

    def transform(self, cells: Sequence[str]) -> Array:
        values = [category(cell) for cell in cells]
        columns = [np.array([value == known for value in values], np.float32) for known in self.values_]
        if self.rarity_:
            spread = np.array([self.rarity_.get(value, 0.0) for value in values])
            columns.append(np.asarray((spread - self.mean_) / self.scale_, np.float32))
        return np.stack(columns, axis=1) if columns else np.zeros((len(values), 0), np.float32)


def category(cell: str) -> str:
    """The value that ``cell`` stands for: blanks around it do not count, and all that is missing is one value."""
    return "" if is_missing(cell) else cell.strip()


class Dates(TransformerMixin, BaseEstimator):
    """A point in time: when, and where in the year, the week and, if there are hours, the day."""

    def fit(self, cells: Sequence[str], y: Any = None) -> Self:
        self.format_ = date_format(cells) or "iso"
        days, self.has_time_ = self._days(cells), False
        known = days[np.isfinite(days)]
        self.mean_ = float(known.mean()) if len(known) else 0.0
        self.scale_ = (float(known.std()) if len(known) else 0.0) or 1.0
        self.has_time_ = bool(np.any(known % 1 > 0))
        self.marks_missing_ = bool(np.isnan(days).mean() >= RARE_MISSING)
        return self

    def transform(self, cells: Sequence[str]) -> Array:
        days = self._days(cells)
        columns = [np.clip((days - self.mean_) / self.scale_, -4, 4)]
        for period in (365.2425, 7.0, *((1.0,) if self.has_time_ else ())):
            turn = 2 * np.pi * (days % period) / period
            columns += [np.sin(turn), np.cos(turn)]
        columns = [np.nan_to_num(column) for column in columns] + ([np.isnan(days)] if self.marks_missing_ else [])
        return np.stack(columns, axis=1).astype(np.float32)

    def _days(self, cells: Sequence[str]) -> NDArray[np.float64]:
        return np.array([days_of(cell, self.format_) for cell in cells], np.float64)


def days_of(cell: str, form: str) -> float:
    """Days since the year 1 of the date in ``cell``, or NaN.

    >>> days_of("0001-01-02T12:00", "iso"), days_of("soon", "iso")
    (2.5, nan)
    """
    text = cell.strip()
    if not 6 <= len(text) <= 40:
        return float("nan")
    try:
        when = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)
    except ValueError:
        return float("nan")
    return when.toordinal() + (when.hour * 3600 + when.minute * 60 + when.second) / 86400


def date_format(cells: Sequence[str]) -> str | None:
    """The format in which nearly all filled ``cells`` are dates, or None.

    >>> date_format(["2024-01-31", ""]), date_format(["31/01/2024"]), date_format(["12"])
    ('iso', '%d/%m/%Y', None)
    """
    filled = [cell for cell in cells if not is_missing(cell)]
    for form in ("iso", *(day + time for day in FORMATS[1:] for time in TIMES)):
        # Most formats fit no cell at all: a few cells are enough to see that.
        for some in (filled[:20], filled):
            good = sum(days_of(cell, form) == days_of(cell, form) for cell in some)
            if not some or good < ENOUGH * len(some):
                break
        else:
            return form
    return None
