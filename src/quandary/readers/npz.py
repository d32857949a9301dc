"""Vectors of numbers in an .npz file: X, and ids and y if there are any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import InputError
from quandary.core.ports import Progress
from quandary.core.registry import readers
from quandary.files.arrays import Npz
from quandary.readers.source import Row, Source, Wanted
from quandary.readers.table import fault


@readers("npz")
class NpzReader:
    """Vectors in an .npz file: X, optional ids and y"""

    suffixes = (".npz",)

    def accepts(self, path: Path) -> bool:
        return path.name.lower().endswith(self.suffixes)

    def open(self, path: Path, wanted: Wanted) -> Source:
        file = Npz(path)
        check_matrix(file)
        roles = {}
        for role, usual in (("id", "ids"), ("label", "y")):
            name = getattr(wanted, role) or (usual if usual in file.names else None)
            if name is not None:
                roles[role] = check_names(file, name)
        for role in ("text", "image"):
            if getattr(wanted, role) is not None:
                raise InputError(
                    f"{path.name!r} holds vectors and has no column {getattr(wanted, role)!r} for {role}; leave it out"
                )
        return Source("vectors", roles, (), path, lambda progress: items(file, roles, progress))


def check_matrix(file: Npz) -> None:
    """Raise ``InputError`` unless ``X`` is a matrix of numbers with at least one row and column."""
    head = file.header("X")
    if len(head.shape) != 2 or 0 in head.shape:
        raise InputError(
            f"X of {file.path.name!r} has shape {head.shape}; it must be (items, numbers), neither of them 0"
        )
    if head.dtype.kind not in "fiub":
        raise InputError(f"X of {file.path.name!r} holds {head.dtype}, not numbers; save X.astype('float32')")


def check_names(file: Npz, name: str) -> str:
    """``name`` if it is an array with one entry a row of ``X``, else ``InputError``."""
    head, rows = file.header(name), file.header("X").shape[0]
    if head.shape != (rows,):
        raise InputError(
            f"{name!r} of {file.path.name!r} has shape {head.shape}, but X has {rows} rows; it must be ({rows},)"
        )
    if head.dtype.kind not in "USiubf":
        raise InputError(
            f"{name!r} of {file.path.name!r} holds {head.dtype}, not strings or numbers; save {name}.astype(str)"
        )
    return name


def items(file: Npz, roles: dict[str, str], progress: Progress) -> Iterator[Row]:
    """An item for each row of ``X``, which must be finite."""
    ids = as_strings(file.read(roles["id"])) if "id" in roles else None
    labels = as_strings(file.read(roles["label"])) if "label" in roles else None
    if ids is not None:
        refuse_bad_ids(file, ids)
    total, done = file.header("X").shape[0], 0
    for block in file.blocks("X"):
        refuse_unfinite(file, block, done)
        for row, vector in enumerate(block.astype(np.float32), done):
            label = labels[row] if labels is not None and labels[row].strip() else None
            yield Row(str(row) if ids is None else ids[row], {}, label, vector)
        done += len(block)
        progress(done, total, "reading")


def as_strings(values: NDArray[Any]) -> list[str]:
    """Names as strings; NaN and whole numbers in floating point as people write them.

    >>> as_strings(np.array([1.0, 2.5, np.nan])), as_strings(np.array([b"a"]))
    (['1', '2.5', ''], ['a'])
    """
    if values.dtype.kind == "S":
        return [value.decode("utf-8", "replace") for value in values.tolist()]
    if values.dtype.kind == "f":
        return ["" if value != value else f"{value:.15g}" for value in values.tolist()]
    return [str(value) for value in values.tolist()]


def refuse_bad_ids(file: Npz, ids: list[str]) -> None:
    """Raise ``InputError`` for an id that is empty, no text, or stands twice."""
    seen: dict[str, int] = {}
    for row, name in enumerate(ids):
        if reason := fault([name], name):
            raise InputError(f"id {name!r} of row {row} in {file.path.name!r} cannot be used: {reason}; correct ids")
        if (first := seen.setdefault(name, row)) != row:
            raise InputError(
                f"rows {first} and {row} of {file.path.name!r} have the same id {name!r}; ids must be unique"
            )


def refuse_unfinite(file: Npz, block: NDArray[Any], first: int) -> None:
    """Raise ``InputError`` that names the first number of ``block`` that is NaN or infinite."""
    if block.dtype.kind == "f" and not np.isfinite(block).all():
        row, column = np.argwhere(~np.isfinite(block))[0]
        raise InputError(
            f"X of {file.path.name!r} holds {block[row, column]} in row {first + row}, column {column}; "
            "leave such rows out or fill them, e.g. with numpy.nan_to_num(X)"
        )
