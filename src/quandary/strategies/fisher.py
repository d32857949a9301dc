"""Fisher information of a softmax head, item by item, never written out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import dgemm

from quandary.core.query import Floats

BLOCK = 64
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Items:
    """Some items, whose Fisher information is kron(row row', half half').

    rows  (n, d), the last number 1 for the intercept
    half  (n, c, c) roots of diag(p) - p p', or (n, 1, 1) of its trace, which treats all classes alike
    """

    rows: Array
    half: Array

    @staticmethod
    def of(rows: NDArray[np.float32], proba: Floats, traced: bool) -> Items:
        longer = np.hstack([rows, np.ones((len(rows), 1))], dtype=np.float64)
        sure = np.asarray(proba, dtype=np.float64)
        if traced:
            return Items(longer, np.sqrt(np.maximum(1.0 - (sure**2).sum(axis=1), 1e-9))[:, None, None])
        root = np.sqrt(np.maximum(sure, 0.0))
        half: Array = -sure[:, :, None] * root[:, None, :]
        half[:, np.arange(sure.shape[1]), np.arange(sure.shape[1])] += root
        return Items(longer, half)

    def information(self) -> Array:
        """The sum over all items, (d * c, d * c)."""
        d, c = self.rows.shape[1], self.half.shape[1]
        spread = self.half @ self.half.transpose(0, 2, 1)
        total = np.empty((d, c, d, c))
        for a in range(c):
            for b in range(a + 1):
                total[:, a, :, b] = total[:, b, :, a] = (self.rows * spread[:, a, b, None]).T @ self.rows
        return total.reshape(d * c, d * c)

    def root(self, i: int) -> Array:
        """The root of the information of item ``i``, (d * c, c)."""
        return np.kron(self.rows[i][:, None], self.half[i])

    def times(self, wide: Array) -> Array:
        """Each item's root, turned, times ``wide`` (d * c, c): (n, c, c)."""
        d, c = self.rows.shape[1], self.half.shape[1]
        return self.half.transpose(0, 2, 1) @ (self.rows @ wide.reshape(d, c * c)).reshape(-1, c, c)

    def between(self, matrix: Array) -> Array:
        """``matrix`` (d * c, d * c) between each item's own roots, (n, c, c)."""
        d, c = self.rows.shape[1], self.half.shape[1]
        out = np.empty_like(self.half)
        for start in range(0, len(self.rows), BLOCK):
            where = slice(start, start + BLOCK)
            rows, half = self.rows[where], self.half[where]
            once = (rows @ matrix.reshape(d, c * d * c)).reshape(-1, c, d, c)
            twice = (once.transpose(0, 1, 3, 2) @ rows[:, None, :, None])[..., 0]
            out[where] = half.transpose(0, 2, 1) @ twice @ half
        return out


class Design:
    """How well the labels so far settle a head, tr(M^-1 F), and what one more or one less would change.

    M is ridge * I plus the information of what is labeled; F that of the pool. Both are given as (e, e) matrices.
    """

    def __init__(self, items: Items, told: Array, pool: Array, ridge: float) -> None:
        told = told + ridge * np.eye(len(told))
        factor = cho_factor(told, lower=True, overwrite_a=True)
        inverse = cho_solve(factor, np.eye(len(told)))
        self._items = items
        self._inverse = np.asfortranarray((inverse + inverse.T) / 2)
        self._spread = np.asfortranarray(self._inverse @ pool @ self._inverse)
        self._own = items.between(self._inverse)
        self._felt = items.between(self._spread)

    def change(self, which: NDArray[np.intp] | list[int], sign: float) -> Array:
        """How much the trace falls when each of ``which`` is added (sign 1), or rises when it is taken out (-1)."""
        system = np.eye(self._own.shape[1]) + sign * self._own[which]
        return np.asarray(np.trace(np.linalg.solve(system, self._felt[which]), axis1=1, axis2=2))

    def move(self, i: int, sign: float) -> None:
        """Add item ``i`` (sign 1) or take it out (-1), by the identity of Woodbury."""
        root = self._items.root(i)
        across, felt = self._inverse @ root, self._spread @ root
        inner = np.linalg.inv(np.eye(root.shape[1]) + sign * self._own[i])
        inner = (inner + inner.T) / 2
        half = sign * felt @ inner - across @ (inner @ self._felt[i] @ inner) / 2
        near, far = self._items.times(across), self._items.times(half)
        self._own -= sign * (near @ inner) @ near.transpose(0, 2, 1)
        both = near @ far.transpose(0, 2, 1)
        self._felt -= both + both.transpose(0, 2, 1)
        self._inverse = dgemm(-sign, across @ inner, across, 1.0, self._inverse, trans_b=True, overwrite_c=True)
        wide, turned = np.hstack([across, half]), np.hstack([half, across])
        self._spread = dgemm(-1.0, wide, turned, 1.0, self._spread, trans_b=True, overwrite_c=True)
