"""The features of the whole pool, read in rows or blocks and never copied whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import ConfigError

FeatureKind = Literal["vectors", "table", "image", "text"]
Positions = NDArray[np.intp]
T = TypeVar("T")
BLOCK = 16_384


class Features:
    """Rows of numbers, one an item, by position: an array, a memory map or a scipy sparse matrix.

    ``kind`` says what the numbers came from, since geometry differs: ``"table"`` (columns of
    different scale), ``"image"`` (pixels or descriptors, one common scale), ``"text"``
    (directions, compared by angle) or ``"vectors"`` (not known).

    >>> f = Features(np.eye(3))
    >>> f.shape, f[[2]].tolist()
    ((3, 3), [[0.0, 0.0, 1.0]])
    """

    def __init__(self, matrix: Any, kind: FeatureKind = "vectors") -> None:
        if getattr(matrix, "ndim", None) != 2:
            shape = getattr(matrix, "shape", type(matrix).__name__)
            raise ConfigError(f"features must have two dimensions (items, numbers), got {shape}")
        self.kind: FeatureKind = kind
        self.sparse = hasattr(matrix, "tocsr")
        self._matrix = matrix.tocsr() if self.sparse else matrix
        self._derived: dict[Any, Any] = {}

    @property
    def shape(self) -> tuple[int, int]:
        return int(self._matrix.shape[0]), int(self._matrix.shape[1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, positions: Any) -> Any:
        """The rows at ``positions``: (k, d) array, or a sparse matrix where the pool is sparse."""
        return self._matrix[positions]

    def dense(self, positions: Any) -> NDArray[np.floating[Any]]:
        """The rows at ``positions`` as a (k, d) array of floats, also from a sparse pool."""
        rows = self._matrix[positions]
        rows = rows.toarray() if self.sparse else np.asarray(rows)
        return rows if rows.dtype.kind == "f" else rows.astype(np.float64)

    def blocks(self, positions: Positions | None = None, size: int = BLOCK) -> Iterator[tuple[slice, Any]]:
        """Yield ``(where, rows)`` over ``positions`` (default: the whole pool); ``where`` slices the result."""
        count = len(self) if positions is None else len(positions)
        for start in range(0, count, size):
            where = slice(start, min(start + size, count))
            yield where, self._matrix[where if positions is None else positions[where]]

    def runs(self, positions: Positions, size: int = BLOCK) -> Iterator[tuple[slice, Any, Any]]:
        """Yield ``(where, rows, kept)``: ``rows[kept]`` are those at ``positions[where]``.

        Where nearly all rows between the first and the last are asked for, they come whole and uncopied.
        """
        for start in range(0, len(positions), size):
            where = slice(start, min(start + size, len(positions)))
            some = positions[where]
            low, high = int(some[0]), int(some[-1]) + 1
            # Ascending without repeats is what makes the last minus the first tell how many lie between.
            if high - low <= 1.1 * len(some) and (np.diff(some) > 0).all():
                yield where, self._matrix[low:high], some - low if high - low > len(some) else slice(None)
            else:
                yield where, self._matrix[some], slice(None)

    def derived(self, key: Any, build: Callable[[], T]) -> T:
        """What ``build`` makes of these features, made once and kept with them.

        Geometry (distances, graphs) costs seconds and never changes, as the features do not.
        """
        if key not in self._derived:
            self._derived[key] = build()
        value: T = self._derived[key]
        return value
