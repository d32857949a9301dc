"""A labeled data set as numbers, in a folder that every process can map into its memory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import FeatureKind, Features
from quandary.files.atomic import replace_file


@dataclass(frozen=True)
class Data:
    """Features and the true class of every item.

    name      of the data set
    features  (n, d)
    codes     (n,) indices into ``classes``
    """

    name: str
    features: Features
    codes: NDArray[np.intp]
    classes: tuple[str, ...]

    def labels(self) -> NDArray[Any]:
        """The class name of every item, (n,)."""
        return np.array(self.classes, dtype=object)[self.codes]

    def save(self, folder: Path) -> str:
        """Write everything below ``folder`` and return a digest of it."""
        folder.mkdir(parents=True, exist_ok=True)
        _save_matrix(folder, self.features)
        np.save(folder / "codes.npy", self.codes, allow_pickle=False)
        about = {"name": self.name, "kind": self.features.kind, "classes": self.classes, "sparse": self.features.sparse}
        replace_file(folder / "about.json", json.dumps(about).encode())
        return _digest(folder / _file(self.features.sparse), folder / "codes.npy", folder / "about.json")

    @classmethod
    def load(cls, folder: Path) -> Data:
        """What ``save`` wrote, the features mapped into memory, not read."""
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        kind: FeatureKind = about["kind"]
        codes = np.load(folder / "codes.npy", allow_pickle=False)
        features = Features(_load_matrix(folder / _file(about["sparse"])), kind)
        return cls(about["name"], features, codes, tuple(about["classes"]))


def _file(sparse: bool) -> str:
    return "features.npz" if sparse else "features.npy"


def _save_matrix(folder: Path, features: Features) -> None:
    path = folder / _file(features.sparse)
    if features.sparse:
        from scipy.sparse import save_npz

        save_npz(path, features[:])
        return
    target = np.lib.format.open_memmap(path, mode="w+", dtype=features[:1].dtype, shape=features.shape)
    for where, rows in features.blocks():
        target[where] = rows
    target.flush()


def _load_matrix(path: Path) -> Any:
    if path.suffix == ".npz":
        from scipy.sparse import load_npz

        return load_npz(path)
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _digest(*paths: Path) -> str:
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
