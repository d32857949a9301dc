"""Text: words and pieces of words, weighted by rarity, and what they mean, in a few hundred dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.extmath import randomized_svd

from quandary.core.content import Content
from quandary.core.features import FeatureKind
from quandary.core.registry import extractors
from quandary.features.reading import texts_of
from quandary.features.words import unit, word_vectors

BIG = 1000  # texts from which on what stands in few of them is dropped
MOST_WORDS, MOST_PIECES = 20_000, 20_000


@extractors("text")
class TextFeatures(TransformerMixin, BaseEstimator):
    """Words, pairs and pieces of them, by TF-IDF and a truncated SVD, beside vectors of their meaning, at unit length

    Deerwester et al. 1990 (latent semantic analysis). Pieces of words serve inflection, typing errors and scripts that
    put no blanks between words; vectors learned on other text know that two words mean the same before a label says
    so. ``meanings``: how many components of these, 0 for none. A text without a word is the zero vector.
    """

    kind: FeatureKind = "text"
    version = 3
    sample = 20_000  # texts that terms and directions are learned from

    def __init__(
        self,
        columns: tuple[str, ...] = ("text",),
        root: str = "",
        components: int = 256,
        seed: int = 0,
        meanings: int = 100,
    ) -> None:
        self.columns = columns
        self.root = root
        self.components = components
        self.seed = seed
        self.meanings = meanings

    def fit(self, contents: Sequence[Content], y: Any = None) -> Self:
        """Learn the terms and the directions from the texts of a pool."""
        self.fit_transform(contents)
        return self

    def fit_transform(self, contents: Sequence[Content], y: Any = None) -> NDArray[np.float32]:
        """Both at once, in half the time."""
        texts = texts_of(contents, self.columns)
        big = len(texts) >= BIG
        self.pieces_ = (1, 2) if unspaced(texts) else (4, 4)
        rare, most = ((2, 5), (MOST_WORDS, MOST_PIECES)) if big else ((1, 1), (None, None))
        makers = [v.set_params(min_df=r, max_features=m) for v, r, m in zip(self._empty(), rare, most, strict=True)]
        weighted = [_fit(v, texts) for v in makers]
        # One string, since a dictionary of 40,000 words takes seconds to save and to load.
        self.terms_ = [
            "\n".join(v.get_feature_names_out() if w is not None else ()) for v, w in zip(makers, weighted, strict=True)
        ]
        self.rarity_ = [v.idf_ if w is not None else np.zeros(0) for v, w in zip(makers, weighted, strict=True)]
        terms = _side_by_side([w for w in weighted if w is not None], len(texts))
        size = min(self.components, *terms.shape)
        _, strength, right = randomized_svd(terms, size, n_iter=2, random_state=self.seed)
        # What many texts share counts more: with few labels it is the surer guide.
        self.directions_ = np.ascontiguousarray(right.T * (strength / max(float(strength[0]), 1e-12)), np.float32)
        if not self.meanings:
            return unit(terms @ self.directions_)
        means = word_vectors().means(texts)
        said = means[means.any(axis=1)]
        self.middle_ = said.mean(axis=0) if len(said) else np.zeros(means.shape[1], np.float32)
        self.axes_ = _axes(said - self.middle_, self.meanings)
        return self._joined(terms, means)

    def transform(self, contents: Sequence[Content]) -> NDArray[np.float32]:
        """Unit vectors of the texts; shape (n, at most ``components``)."""
        texts = texts_of(contents, self.columns)
        if not hasattr(self, "_ready"):
            self._ready = self._known()
        terms = _side_by_side([v.transform(texts) for v in self._ready], len(texts))
        if not self.meanings:
            return unit(terms @ self.directions_)
        return self._joined(terms, word_vectors().means(texts))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_ready"}

    def _empty(self) -> list[TfidfVectorizer]:
        common = {"sublinear_tf": True, "dtype": np.float32}
        words = TfidfVectorizer(ngram_range=(1, 2), **common)
        return [words, TfidfVectorizer(analyzer="char_wb", ngram_range=self.pieces_, **common)]

    def _known(self) -> list[TfidfVectorizer]:
        """The vectorizers as they were fitted."""
        found = []
        for vectorizer, terms, rarity in zip(self._empty(), self.terms_, self.rarity_, strict=True):
            if terms:
                vectorizer.set_params(vocabulary=terms.split("\n")).idf_ = rarity
                found.append(vectorizer)
        return found

    def _joined(self, terms: Any, means: NDArray[np.float32]) -> NDArray[np.float32]:
        """Both at the same weight; where a text has no word, neither."""
        meant = unit((means - self.middle_) @ self.axes_)
        meant[~means.any(axis=1)] = 0.0
        return unit(np.concatenate([unit(terms @ self.directions_), meant], axis=1))


def _axes(rows: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The principal directions of centered ``rows`` (n, d), as long as they are strong; (d, at most count)."""
    squares = rows.T.astype(np.float64) @ rows
    values, vectors = np.linalg.eigh(squares)
    strength = np.sqrt(np.maximum(values, 0.0) / max(float(values[-1]), 1e-12))
    strongest = (vectors * strength)[:, ::-1][:, :count]
    signs = np.sign(strongest[np.abs(strongest).argmax(axis=0), np.arange(strongest.shape[1])])
    return np.ascontiguousarray(strongest * signs, np.float32)


def _fit(vectorizer: TfidfVectorizer, texts: list[str]) -> Any:
    """The weighted terms of ``texts``, or None if they hold none that counts."""
    try:
        return vectorizer.fit_transform(texts)
    except ValueError as error:
        if "empty vocabulary" in str(error) or "no terms remain" in str(error):
            return None
        raise


def _side_by_side(parts: list[Any], rows: int) -> Any:
    return sp.hstack(parts, format="csr") if parts else sp.csr_matrix(np.zeros((rows, 1), np.float32))


def unspaced(texts: Sequence[str]) -> bool:
    """Whether most letters are of a script that puts no blanks between words.

    >>> unspaced(["今日は天気がいい"]), unspaced(["Guten Tag"])
    (True, False)
    """
    letters = [c for text in texts[:500] for c in text[:200] if c.isalpha()]
    return sum("\u0e00" <= c <= "\u0eff" or "\u2e80" <= c <= "\u9fff" for c in letters) > len(letters) / 2
