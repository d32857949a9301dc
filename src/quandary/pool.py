"""Arrays, sparse matrices and data frames as the features of a pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from quandary.core.errors import ConfigError
from quandary.core.features import Features
from quandary.core.registry import extractors


@dataclass(frozen=True)
class Pool:
    """The features of a pool, and how rows of the same shape become features.

    extractor  fitted on a data frame; None where the rows are numbers already
    contents   the rows of the data frame, as strings
    """

    features: Features
    extractor: Any = None
    contents: list[dict[str, str]] | None = None

    def encoder(self) -> Any:
        """The transformer that a model of this pool needs in front; None for numbers."""
        return None if self.extractor is None else FrameEncoder(self.extractor)

    def encode(self, X: Any) -> Any:
        """Rows like those of the pool as numbers, (n, d)."""
        if self.extractor is not None:
            return self.extractor.transform(frame_contents(X))
        rows = numbers(X)
        if rows.shape[1] != self.features.shape[1]:
            raise ConfigError(f"rows have {rows.shape[1]} numbers, those of the pool have {self.features.shape[1]}")
        return rows


class FrameEncoder(TransformerMixin, BaseEstimator):
    """A fitted extractor that takes data frames."""

    def __init__(self, extractor: Any) -> None:
        self.extractor = extractor

    def fit(self, X: Any, y: Any = None) -> FrameEncoder:
        """Fit the extractor on another data frame."""
        self.extractor.fit(frame_contents(X))
        return self

    def transform(self, X: Any) -> Any:
        """The rows of a data frame as numbers, (n, d)."""
        return self.extractor.transform(frame_contents(X))

    def __sklearn_is_fitted__(self) -> bool:
        return True


def make_pool(X: Any) -> Pool:
    """Build a pool from an array (n, d), a sparse matrix, a data frame or features that are there already."""
    if isinstance(X, Features):
        return Pool(X)
    return frame_pool(frame_contents(X)) if is_frame(X) else Pool(Features(numbers(X)))


def frame_pool(contents: list[dict[str, str]]) -> Pool:
    """Build a pool from the rows of a data frame, as strings."""
    extractor = extractors.make("table").fit(contents)
    return Pool(Features(np.asarray(extractor.transform(contents)), "table"), extractor, contents)


def is_frame(X: Any) -> bool:
    """Whether ``X`` is a data frame: it has named columns."""
    return hasattr(X, "columns") and hasattr(X, "shape")


def frame_contents(X: Any) -> list[dict[str, str]]:
    """Each row of a data frame as strings by column name; missing values become empty."""
    if not is_frame(X):
        raise ConfigError(f"rows must be a data frame, as those of the pool were, got {type(X).__name__}")
    names = [str(name) for name in X.columns]
    columns = [_strings(X[name]) for name in X.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _strings(column: Any) -> list[str]:
    # NaN, NaT and pandas.NA all differ from themselves or refuse to say so.
    return ["" if value is None or _missing(value) else str(value) for value in column]


def _missing(value: Any) -> bool:
    try:
        return bool(value != value)
    except TypeError:
        return True


def numbers(X: Any) -> Any:
    """``X`` as a two-dimensional array or sparse matrix of finite numbers."""
    if hasattr(X, "tocsr"):
        return X.tocsr()
    rows = np.asarray(X)
    if rows.ndim != 2:
        raise ConfigError(f"X must have two dimensions (items, numbers), got shape {rows.shape}")
    if rows.dtype.kind not in "fiub":
        raise ConfigError(f"X must hold numbers, got {rows.dtype}; pass a data frame for columns of mixed types")
    if rows.dtype.kind == "f" and not np.isfinite(rows).all():
        bad = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise ConfigError(f"X holds NaN or infinity, first in row {bad}; fill or drop it, or pass a data frame")
    return rows


def class_names(values: Sequence[Any]) -> list[str]:
    """Class values as the names that the log keeps, checked to stay distinct.

    >>> class_names([0, 1])
    ['0', '1']
    """
    names = [str(value) for value in values]
    if len(set(names)) < len(names):
        raise ConfigError(f"classes must differ also when written out, got {list(values)!r}")
    return names


def plain(value: Any) -> Any:
    """A class value as JSON can hold it: numpy scalars become Python's, what else there is its text."""
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, str | int | float | bool) else str(value)
