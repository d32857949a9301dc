"""How the kernels see a row: scaled values, and ranks where columns have scales of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from quandary.core.features import FeatureKind

Array = NDArray[np.float64]
CLIP = 3.0  # standard deviations: one wild value must not decide a distance
IMAGE_PARTS, SPARSE_PARTS = 64, 150
SEED = 0
CHUNK = 512  # rows whose numbers stay in the cache from one step to the next
NO_RANKS = np.zeros((0, 0), np.float32), np.zeros(0, np.intp)


@dataclass(frozen=True)
class View:
    """From raw rows (n, d) to values (n, p) of mean squared length 1, and ranks (n, q) for tables.

    parts   (d, p) projection, or None
    shift   (p,) and factor (p,): values are (x - shift) * factor
    clip    values are cut at +- clip before the last scaling, or None
    size    the length that values are divided by at the end; None divides each row by its own
    ranked  (m, q) sorted columns of the pool: ranks become normal scores; q = 0 where columns share one scale
    kept    (q,) the columns that are not constant
    """

    parts: Array | None
    shift: Array
    factor: Array
    clip: float | None
    size: float | None
    ranked: NDArray[np.float32]
    kept: NDArray[np.intp]

    @property
    def width(self) -> int:
        """How many numbers a raw row has."""
        return len(self.shift) if self.parts is None else len(self.parts)

    def values(self, rows: Any) -> NDArray[np.float32]:
        """The values of raw rows, dense or sparse."""
        if hasattr(rows, "tocsr"):
            return self._values(_unit_rows(rows))
        out = np.empty((len(rows), len(self.shift)), np.float32)
        for start in range(0, len(rows), CHUNK):
            out[start : start + CHUNK] = self._values(rows[start : start + CHUNK])
        return out

    def _values(self, rows: Any) -> NDArray[np.float32]:
        seen = (_dense(rows) if self.parts is None else rows @ self.parts) - self.shift
        seen *= self.factor
        if self.clip is not None:
            np.clip(seen, -self.clip, self.clip, out=seen)
        size = np.linalg.norm(seen, axis=1, keepdims=True) + 1e-9 if self.size is None else self.size
        return (seen / size).astype(np.float32)

    def ranks(self, rows: Any) -> NDArray[np.float32]:
        """The normal scores of the ranks that raw rows would have in the pool, ties at mid-rank."""
        if not self.ranked.size:
            return np.zeros((rows.shape[0], 0), np.float32)
        columns = np.asarray(rows)[:, self.kept].astype(np.float32)
        share = np.empty(columns.shape)
        for j, ordered in enumerate(self.ranked.T):
            low, high = (
                np.searchsorted(ordered, columns[:, j], "left"),
                np.searchsorted(ordered, columns[:, j], "right"),
            )
            share[:, j] = (low + high) / (2 * len(ordered))
        scores: NDArray[np.float32] = ndtri(np.clip(share, 0.01, 0.99)).astype(np.float32)
        return scores


def make_view(rows: Any, kind: FeatureKind) -> View:
    """The view of a pool of ``kind``, measured on ``rows`` (m, d)."""
    if hasattr(rows, "tocsr"):
        return _directions(_unit_rows(rows), SPARSE_PARTS)
    dense = np.asarray(rows, dtype=np.float64)
    if kind == "table":
        return _table(dense)
    return _image(dense) if kind == "image" else _directions(dense, None)


def _table(rows: Array) -> View:
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    varies = spread > 1e-10 * np.abs(mean)  # else rounding of a constant
    factor = np.where(varies, 1.0 / np.where(varies, spread, 1.0), 0.0)
    kept = np.flatnonzero(varies)
    ranked = np.sort(rows[:, kept].astype(np.float32), axis=0)
    return _sized(View(None, mean, factor, CLIP, 1.0, ranked, kept), rows)


def _image(rows: Array) -> View:
    mean = rows.mean(axis=0)
    parts = principal(rows, mean, IMAGE_PARTS) if rows.shape[1] > IMAGE_PARTS else None
    shift = mean if parts is None else mean @ parts
    return _sized(View(parts, shift, np.ones_like(shift), None, 1.0, *NO_RANKS), rows)


def _directions(rows: Any, count: int | None) -> View:
    parts = None
    if count is not None and rows.shape[1] > count:
        parts = principal(rows, None, min(count, rows.shape[0]))
    seen = _dense(rows) if parts is None else rows @ parts
    shift = seen.mean(axis=0)
    return View(parts, shift, np.ones_like(shift), None, None, *NO_RANKS)


def _sized(view: View, rows: Array) -> View:
    """The same view with values of mean squared length 1."""
    size = float(np.sqrt((view.values(rows).astype(np.float64) ** 2).sum(axis=1).mean()))
    return View(view.parts, view.shift, view.factor, view.clip, max(size, 1e-12), view.ranked, view.kept)


def principal(rows: Any, mean: Array | None, count: int) -> Array:
    """The leading ``count`` principal directions, (d, count), by subspace iteration from a fixed start.

    Halko, Martinsson, Tropp 2011 (SIAM Review 53), algorithm 4.4.
    """
    extra = min(count + 10, min(rows.shape))
    basis = np.random.default_rng(SEED).standard_normal((rows.shape[1], extra))
    for _ in range(6):
        basis = np.linalg.qr(_twice(rows, mean, basis))[0]
    small = rows @ basis - (0.0 if mean is None else mean @ basis)
    turn = np.linalg.eigh(small.T @ small)[1][:, ::-1]
    return np.asarray(basis @ turn[:, :count])


def _twice(rows: Any, mean: Array | None, basis: Array) -> Array:
    """The covariance times ``basis``, without centering a copy of the rows."""
    seen = rows @ basis
    if mean is None:
        return np.asarray(rows.T @ seen)
    seen = seen - mean @ basis
    return np.asarray(rows.T @ seen - np.outer(mean, seen.sum(axis=0)))


def _dense(rows: Any) -> Array:
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, dtype=np.float64)


def _unit_rows(rows: Any) -> Any:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1), dtype=np.float64)).reshape(-1, 1)
    return rows.multiply(1.0 / np.maximum(lengths, 1e-12)).tocsr()
