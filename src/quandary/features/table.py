"""Tables of mixed columns: numbers, categories, dates, sentences, with gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from quandary.core.content import Content
from quandary.core.features import FeatureKind
from quandary.core.numbers import decimal_comma, parse_number
from quandary.core.registry import extractors
from quandary.features.columns import ENOUGH, Categories, Dates, Numbers, date_format, is_missing
from quandary.features.text import TextFeatures

ID_FROM = 20  # rows from which on a column without repeats is an id
WORDS = 4
TEXT_COMPONENTS = 20


@extractors("table")
class TableFeatures(TransformerMixin, BaseEstimator):
    """Numbers standardized, categories one-hot, dates by season, sentences by their words, gaps marked

    What a column holds is found from its cells. Constant columns and ids, different in each row, are left out.
    Without ``columns`` all count.
    """

    kind: FeatureKind = "table"
    version = 1
    sample = 50_000  # rows that the columns are understood from

    def __init__(self, columns: tuple[str, ...] = (), root: str = "") -> None:
        self.columns = columns
        self.root = root

    def fit(self, contents: Sequence[Content], y: Any = None) -> Self:
        """Understand each column from the rows of a pool."""
        self.encoders_ = {}
        for column in self.columns or dict.fromkeys(name for content in contents for name in content):
            cells = [content.get(column, "") for content in contents]
            encoder = encoder_for(cells, column)
            if encoder is not None:
                self.encoders_[column] = encoder.fit(_input(encoder, column, cells))
        return self

    def transform(self, contents: Sequence[Content]) -> NDArray[np.float32]:
        """The rows as numbers; shape (n, d), d at least 1."""
        parts = [np.zeros((len(contents), 0), np.float32)]
        for column, encoder in self.encoders_.items():
            cells = [content.get(column, "") for content in contents]
            parts.append(encoder.transform(_input(encoder, column, cells)))
        joined = np.concatenate(parts, axis=1)
        return joined if joined.shape[1] else np.zeros((len(contents), 1), np.float32)


def _input(encoder: Any, column: str, cells: Sequence[str]) -> Any:
    return [{column: cell} for cell in cells] if isinstance(encoder, TextFeatures) else cells


def encoder_for(cells: Sequence[str], column: str) -> Any:
    """The encoder for a column of these cells, or None if it tells nothing."""
    filled = [cell.strip() for cell in cells if not is_missing(cell)]
    distinct = len(set(filled))
    if distinct == 0 or (distinct == 1 and len(filled) == len(cells)):
        return None
    comma = decimal_comma(filled)
    if sum(parse_number(cell, comma) is not None for cell in filled) >= ENOUGH * len(filled):
        return None if counts_rows(filled) else Numbers()
    if date_format(filled) is not None:
        return Dates()
    if sum(len(cell.split()) for cell in filled) >= WORDS * len(filled) and distinct > len(filled) / 2:
        return TextFeatures((column,), components=TEXT_COMPONENTS, meanings=0)
    if distinct >= ENOUGH * len(filled) and len(filled) >= ID_FROM:
        return None
    return Categories()


def counts_rows(cells: Sequence[str]) -> bool:
    """Whether the cells are a row number: each one more than that before it.

    >>> counts_rows([str(i) for i in range(7, 40)]), counts_rows(["1", "2", "4"])
    (True, False)
    """
    if len(cells) < ID_FROM or not all(cell.isascii() and cell.isdigit() and len(cell) < 16 for cell in cells):
        return False
    return bool(np.all(np.diff(np.array(cells, np.int64)) == 1))
