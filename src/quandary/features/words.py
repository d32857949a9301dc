"""What words mean, from vectors that were learned on a great deal of other text."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from quandary.features.reading import encodable

Array = NDArray[np.float32]


class WordVectors:
    """The mean vector of the pieces of a text's words; they come with the package ``wordllama``, nothing is fetched."""

    def __init__(self) -> None:
        with _quiet():
            import wordllama
        # The package looks for its tokenizer beside itself only where it is told to.
        home = Path(str(wordllama.__file__)).parent
        model: Any = wordllama.WordLlama.load(cache_dir=home, disable_download=True)
        model.tokenizer.no_padding()
        model.tokenizer.no_truncation()
        self._tokenizer = model.tokenizer
        self._vectors: Array = np.asarray(model.embedding, np.float32)

    def means(self, texts: Sequence[str]) -> Array:
        """Unit vectors of the texts, (n, 256); zero for a text without words."""
        pieces = [found.ids for found in self._tokenizer.encode_batch(encodable(texts), add_special_tokens=False)]
        starts = np.concatenate([[0], np.cumsum([len(ids) for ids in pieces])])
        ids = np.fromiter((i for found in pieces for i in found), np.int32, int(starts[-1]))
        counts = sp.csr_matrix((np.ones(len(ids), np.float32), ids, starts), (len(texts), len(self._vectors)))
        return unit(counts @ self._vectors)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep an import from setting up the logging of the whole process, as ``wordllama`` does."""
    root, guard = logging.getLogger(), logging.NullHandler()
    root.addHandler(guard)  # with a handler there, logging.basicConfig changes nothing
    try:
        yield
    finally:
        root.removeHandler(guard)


@cache  # a constant: the same vectors for everybody
def word_vectors() -> WordVectors:
    """The vectors, read once a process."""
    return WordVectors()


def unit(rows: Array) -> Array:
    """``rows`` (n, d) at length 1; a zero row stays.

    >>> unit(np.array([[3, 4], [0, 0]], np.float32)).round(2).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Array = np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-9)
    return scaled
