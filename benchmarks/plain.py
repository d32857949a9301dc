"""The baseline of the label benchmark: plain logistic regression on plain features.

Nothing here is taken from the package, so that the baseline stays what it is while the package changes.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import Normalizer, StandardScaler

from benchmarks.sets import Raw

Array = NDArray[np.float64]
COMPONENTS = 64  # of images
DIRECTIONS = 150  # of texts
LARGEST_SIDE = 64  # pixels
MOST_CATEGORIES = 30


class Plain(ClassifierMixin, BaseEstimator):
    """scikit-learn's logistic regression with C = 20 / mean squared length of the pool's rows."""

    def fit(self, X: Any, y: Any) -> Plain:
        """Fit where no pool is known: the rows are the pool."""
        return self._fit(X, y, X)

    def fit_pool(self, features: Any, labeled: Any, y: Any) -> Plain:
        """Fit to the rows at ``labeled``; the pool sets C."""
        return self._fit(features[labeled], y, features[:])

    def predict_proba(self, X: Any) -> Array:
        """Class probabilities, (n, c)."""
        proba: Array = self.model_.predict_proba(np.asarray(X, np.float64))
        return proba

    def _fit(self, X: Any, y: Any, pool: Any) -> Plain:
        length = float(np.square(np.asarray(pool, np.float64)).sum(axis=1).mean())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings("ignore", "The number of unique classes")
            self.model_ = LogisticRegression(C=20.0 / length, max_iter=300).fit(np.asarray(X, np.float64), y)
        self.classes_ = self.model_.classes_
        return self


def plain_features(pool: Raw, test: Raw) -> tuple[str, Array, Array]:
    """What the baseline sees, learned from the pool alone: the kind, the pool's rows, those of the test set.

    Texts: words, pairs of words and pieces of four letters by TF-IDF, 150 directions, unit length. Images: 64
    principal components of the pixels, at most 64 x 64. Tables: one-hot, standardized. Vectors: of unit length as
    they are, others standardized.
    """
    if pool.kind == "text":
        return "text", *_both(_words(len(pool.rows)), pool.rows, test.rows)
    if pool.kind == "image":
        return "image", *_both(PCA(COMPONENTS, random_state=0), pixels(pool.rows), pixels(test.rows))
    if pool.kind == "table":
        encode = columns(pool.rows)
        return "table", *_both(StandardScaler(), encode(pool.rows), encode(test.rows))
    if pool.kind == "vectors" and np.allclose(np.linalg.norm(pool.rows, axis=1), 1.0, atol=0.01):
        return "vectors", pool.rows, test.rows
    return "table", *_both(StandardScaler(), pool.rows, test.rows)


def _both(encoder: Any, pool: Any, test: Any) -> tuple[Array, Array]:
    return encoder.fit_transform(pool), encoder.transform(test)


def _words(texts: int) -> Any:
    rare = (2, 5) if texts >= 1000 else (1, 1)
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=rare[0], max_features=20_000, sublinear_tf=True)
    pieces = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(4, 4), min_df=rare[1], max_features=20_000, sublinear_tf=True
    )
    directions = TruncatedSVD(DIRECTIONS, n_iter=2, random_state=0)
    return make_pipeline(make_union(words, pieces), directions, Normalizer())


def pixels(images: NDArray[np.uint8]) -> Array:
    """Gray or color values from 0 to 1, one row an image, of at most 64 x 64 pixels."""
    from PIL import Image

    side = max(images.shape[1:3])
    if side > LARGEST_SIDE:
        size = tuple(int(LARGEST_SIDE * n / side) for n in images.shape[2:0:-1])
        images = np.stack([np.asarray(Image.fromarray(i).resize(size, Image.Resampling.BOX)) for i in images])
    return images.reshape(len(images), -1) / 255.0


def columns(rows: Sequence[dict[str, str]]) -> Any:
    """An encoder of rows of strings: numbers as they are, the pool's mean where missing; all else one-hot."""
    known: list[tuple[str, Any]] = []
    for name in rows[0]:
        cells = [number(row[name]) for row in rows]
        if sum(cell is not None for cell in cells) >= 0.95 * len(cells):
            known.append((name, float(np.mean([cell for cell in cells if cell is not None]))))
        else:
            values, counts = np.unique([row[name] for row in rows], return_counts=True)
            known += [(name, str(value)) for value in values[np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]]]
    return lambda rows: np.array([[_cell(row[name], what) for name, what in known] for row in rows])


def _cell(cell: str, what: Any) -> float:
    if isinstance(what, str):
        return float(cell == what)
    value = number(cell)
    return float(what) if value is None else value


def number(cell: str) -> float | None:
    """The number in a cell, or None.

    >>> number(" 3.5 "), number("red")
    (3.5, None)
    """
    try:
        return float(cell)
    except ValueError:
        return None
