"""A dictionary of what small pieces of images look like, learned from the pool itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

if TYPE_CHECKING:
    from PIL.Image import Image

Array = NDArray[np.float32]
SIDE = 32  # pixels a side that images are brought to
PATCH, STEP = 6, 2  # pixels a side of a patch, and from one patch to the next
EACH, MOST = 40, 40_000  # patches that the dictionary is learned from: of an image, and in all
ROUNDS = 12  # of k-means
FLAT = 10.0 / 255**2  # variance below which a patch is noise
SPREAD = 0.1  # added to the variance of each direction before whitening, in units of their mean


class Pieces(BaseEstimator):
    """Whitened 6 x 6 patches, k-means, triangle encoding, sums over quadrants.

    Coates, Ng, Lee 2011 (single-layer networks in unsupervised feature learning).

    size  entries of the dictionary
    seed  of the patches drawn and of k-means
    """

    def __init__(self, size: int = 300, seed: int = 0) -> None:
        self.size = size
        self.seed = seed

    def learn(self, images: Sequence[Image], gray: bool) -> Self:
        """Learn the dictionary, and what is usual in images, from at least one of them."""
        self.gray_ = gray
        rng = np.random.default_rng(self.seed)
        each = max(1, min(EACH, MOST // len(images)))
        some = np.concatenate([_some(self._patches(image), each, rng) for image in images])
        self.shift_ = some.mean(axis=0)
        self.whiten_ = whitening(some - self.shift_)
        self.dictionary_ = dictionary((some - self.shift_) @ self.whiten_, self.size, rng)
        held = np.stack([self._held(image) for image in images])
        self.mean_ = held.mean(axis=0)
        self.scale_ = 1.0 / (held.std(axis=0) + 0.05 * held.std() + 1e-6)
        return self

    def encode(self, image: Image) -> Array:
        """How much of each entry is in each quadrant, relative to what is usual, (4 * size,)."""
        return np.asarray((self._held(image) - self.mean_) * self.scale_, np.float32)

    def _patches(self, image: Image) -> Array:
        """The patches of an image at equal brightness and contrast, (patches, numbers), row by row."""
        from PIL.Image import Resampling

        shown = image.convert("L" if self.gray_ else "RGB").resize((SIDE, SIDE), Resampling.BILINEAR)
        pixels = np.asarray(shown, np.float32).reshape(SIDE, SIDE, -1) / np.float32(255)
        cut = sliding_window_view(pixels, (PATCH, PATCH), axis=(0, 1))[::STEP, ::STEP]
        flat = cut.reshape(cut.shape[0] * cut.shape[1], -1)
        flat = flat - flat.mean(axis=1, keepdims=True)
        return np.asarray(flat / np.sqrt(flat.var(axis=1, keepdims=True) + FLAT), np.float32)

    def _held(self, image: Image) -> Array:
        patches = (self._patches(image) - self.shift_) @ self.whiten_
        apart = distances(patches, self.dictionary_)
        near = np.maximum(apart.mean(axis=1, keepdims=True) - apart, 0)
        side = round(len(near) ** 0.5)
        grid, half = near.reshape(side, side, -1), (side + 1) // 2
        ways = (slice(None, half), slice(half, None))
        return np.asarray(np.sqrt(np.concatenate([grid[a, b].sum(axis=(0, 1)) for a in ways for b in ways])))


def _some(patches: Array, count: int, rng: np.random.Generator) -> Array:
    return patches[rng.integers(0, len(patches), count)]


def whitening(rows: Array) -> Array:
    """The symmetric matrix after which centered ``rows`` (n, d) vary nearly the same in every direction, (d, d)."""
    values, vectors = np.linalg.eigh(rows.T.astype(np.float64) @ rows / len(rows))
    shrink = 1.0 / np.sqrt(np.maximum(values, 0) + max(SPREAD * float(values.mean()), 1e-6))
    return np.asarray((vectors * shrink) @ vectors.T, np.float32)


def distances(rows: Array, centers: Array) -> Array:
    """Euclidean distances, (rows, centers)."""
    apart = (rows**2).sum(axis=1)[:, None] - 2 * rows @ centers.T + (centers**2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(apart, 0)), np.float32)


def dictionary(rows: Array, size: int, rng: np.random.Generator) -> Array:
    """The centers of ``size`` clusters of ``rows`` (n, d), by k-means from random rows, (size, d).

    A cluster that gets empty starts anew from a random row.
    """
    centers = rows[rng.permutation(len(rows))[: min(size, len(rows))]].copy()
    for _ in range(ROUNDS):
        nearest = ((centers**2).sum(axis=1) - 2 * rows @ centers.T).argmin(axis=1)
        counts = np.bincount(nearest, minlength=len(centers))
        sums = np.stack([np.bincount(nearest, column, len(centers)) for column in rows.T], axis=1)
        centers = np.asarray(sums / np.maximum(counts, 1)[:, None], np.float32)
        centers[counts == 0] = rows[rng.integers(0, len(rows), int((counts == 0).sum()))]
    return centers
