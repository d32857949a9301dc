"""The features of a pool, computed once and kept by the hash of what they are made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from quandary.core.content import Contents, columns_of
from quandary.core.errors import ConfigError, StorageFull
from quandary.core.features import Features
from quandary.core.names import unknown_name
from quandary.core.ports import Progress, silent
from quandary.core.registry import extractors
from quandary.features.compute import compute
from quandary.features.matrix import read_matrix, write_matrix
from quandary.files.atomic import replace_file

FORMAT = 1
OURS = "quandary.features."


def representations(kind: str) -> list[str]:
    """The names of the extractors for items of this kind; the one called like the kind is the default.

    >>> representations("table")
    ['fourier', 'table']
    """
    return [
        name for name, part in extractors.all().items() if getattr(part, "reads", getattr(part, "kind", "")) == kind
    ]


def make_extractor(
    kind: str, roles: Mapping[str, str], columns: Sequence[str], root: str | Path, name: str = ""
) -> Any:
    """The extractor called ``name`` for items of this kind, not fitted; without a name the default one.

    Label and id never become features. ``ConfigError`` lists the names there are for this kind.
    """
    if name and name not in representations(kind):
        raise ConfigError(unknown_name(f"representation of {kind}", name, representations(kind)))
    if kind == "text":
        used = columns_of(roles["text"], columns)
    elif kind == "image":
        used = [roles["image"]]
    elif kind == "vectors":
        used = []
    else:
        used = [name for name in columns if name not in (roles.get("id"), roles.get("label"))]
    return extractors.make(name or kind, columns=tuple(used), root=str(root))


def pool_features(
    folder: Path, extractor: Any, contents: Contents, digest: str, progress: Progress = silent
) -> tuple[Features, Any]:
    """The features of ``contents`` and the fitted extractor, from ``folder`` if they are there, else computed.

    ``digest`` stands for the contents: another one, another extractor, version or parameters compute anew, and so do
    a changed image and a damaged file. The matrix (n, d), float32, is memory-mapped. Raises ``StorageFull``.
    """
    kept = Kept(folder, extractor, contents, digest)
    features = kept.features() or kept.build(progress)
    return features, kept.extractor()


class Kept:
    """Features in a folder: ``KEY.npy``, the fitted extractor ``KEY.skops``, and ``KEY.json``, written last."""

    def __init__(self, folder: Path, extractor: Any, contents: Contents, digest: str) -> None:
        self.folder, self.unfitted, self.contents = folder, extractor, contents
        self.key = key_of(extractor, contents, digest)
        self._fitted: Any = None

    def features(self) -> Features | None:
        """The features, or None if they are not there or damaged."""
        about = self._about()
        matrix = read_matrix(self._path("npy"), len(self.contents), about.get("matrix", ""))
        return None if matrix is None or self._bytes(about) is None else Features(matrix, self.unfitted.kind)

    def extractor(self) -> Any:
        """The fitted extractor, reading from the root that it has now."""
        import skops.io

        if self._fitted is not None:
            return self._fitted
        data = self._bytes(self._about())
        if data is None:
            raise StorageFull(
                f"what was written to {str(self.folder)!r} cannot be read back; is the disk full or failing?"
            )
        fitted = skops.io.loads(data, trusted=trusted(skops.io.get_untrusted_types(data=data)))
        self._fitted = fitted.set_params(root=self.unfitted.root)
        return self._fitted

    def build(self, progress: Progress) -> Features:
        """Compute and keep the features; what was kept for other contents goes."""
        import skops.io
        from sklearn.base import clone

        self.folder.mkdir(parents=True, exist_ok=True)
        extractor = clone(self.unfitted)
        matrix = write_matrix(self._path("npy"), len(self.contents), compute(extractor, self.contents, progress))
        data = skops.io.dumps(extractor)
        about = {"format": FORMAT, "matrix": matrix, "extractor": hashlib.sha256(data).hexdigest()}
        try:
            replace_file(self._path("skops"), data)
            replace_file(self._path("json"), json.dumps(about).encode())
        except OSError as error:
            raise StorageFull(
                f"features cannot be written to {str(self.folder)!r}: {error.strerror}; free some space"
            ) from error
        self._forget_others()
        features = self.features()
        if features is None:
            raise StorageFull(f"what was written to {str(self.folder)!r} cannot be read back; is the disk failing?")
        return features

    def _path(self, suffix: str) -> Path:
        return self.folder / f"{self.key}.{suffix}"

    def _about(self) -> dict[str, Any]:
        try:
            about = json.loads(self._path("json").read_bytes())
        except (OSError, ValueError):
            return {}
        return about if isinstance(about, dict) else {}

    def _bytes(self, about: dict[str, Any]) -> bytes | None:
        try:
            data = self._path("skops").read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == about.get("extractor") else None

    def _forget_others(self) -> None:
        for path in self.folder.iterdir():
            if path.suffix in (".npy", ".skops", ".json") and path.stem != self.key and not path.name.startswith("."):
                path.unlink(missing_ok=True)


def key_of(extractor: Any, contents: Contents, digest: str) -> str:
    """The hash of all that the features are made of; where the source lies does not count."""
    params = {name: value for name, value in extractor.get_params().items() if name != "root"}
    kind = type(extractor)
    parts = [FORMAT, f"{kind.__module__}.{kind.__qualname__}", extractor.version, params, len(contents), digest]
    if hasattr(extractor, "fingerprint"):
        parts.append(extractor.fingerprint(contents.slice(0, len(contents))))
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


def trusted(found: Sequence[str]) -> list[str]:
    """``found``, the types beyond scikit-learn's in a file, if all are extractors that are installed here."""
    parts = {f"{part.__module__}.{part.__qualname__}" for part in extractors.all().values()}
    if strange := sorted(name for name in found if not name.startswith(OURS) and name not in parts):
        raise ConfigError(
            f"the kept features need {', '.join(strange)}, which is no installed extractor; delete their folder"
        )
    return list(found)
