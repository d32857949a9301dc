"""Vectors that the user brings: the numbers as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from quandary.core.content import Content
from quandary.core.errors import InputError
from quandary.core.features import FeatureKind
from quandary.core.registry import extractors
from quandary.files.archives import open_zip
from quandary.files.arrays import Npz


@extractors("vectors")
class VectorFeatures(TransformerMixin, BaseEstimator):
    """The array X of the file ``root``, an .npz, unchanged

    Vectors are not part of the contents: the rows of X belong to the items in order.
    """

    kind: FeatureKind = "vectors"
    version = 1
    sample = 1

    def __init__(self, columns: tuple[str, ...] = (), root: str = "") -> None:
        self.columns = columns
        self.root = root

    def fingerprint(self, contents: Sequence[Content]) -> str:
        """Stands for the numbers, without reading them: the checksum that the file itself holds."""
        with open_zip(Path(self.root)) as archive:
            return f"{archive.getinfo('X.npy').CRC:08x}"

    def fit(self, contents: Sequence[Content], y: Any = None) -> Self:
        """Note how long the vectors are."""
        self.width_ = int(Npz(Path(self.root)).header("X").shape[1])
        return self

    def transform(self, contents: Sequence[Content] | Sequence[NDArray[Any]] | NDArray[Any]) -> NDArray[np.float32]:
        """Vectors given as such, or all of ``root`` for the contents of all its items; shape (n, d)."""
        given = len(contents) and not isinstance(contents[0], Mapping)
        found = np.asarray(contents, np.float32) if given else np.concatenate(list(self.blocks()))
        if found.ndim != 2 or found.shape[1] != self.width_:
            raise InputError(
                f"the vectors have {found.shape[-1]} numbers, those of the pool {self.width_}; bring such ones"
            )
        if len(found) != len(contents):
            raise InputError(f"{len(contents)} items were asked for, but {self.root!r} holds {len(found)} vectors")
        return found

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The vectors of ``root`` in order, in blocks of rows."""
        return (block.astype(np.float32) for block in Npz(Path(self.root)).blocks("X"))
