"""Vectors copied into the project, so that it stands without the file they came from."""

from __future__ import annotations

import os
import zipfile
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import InputError
from quandary.core.ports import Progress, silent
from quandary.readers.source import Row, Source


def copy_vectors(source: Source, target: Path, items: int, progress: Progress = silent) -> None:
    """Write the vectors of the ``items`` rows of ``source`` as ``X`` of the .npz file ``target``, block by block."""
    rows = source.rows(progress)
    first = next(rows)
    header = {"descr": "<f4", "fortran_order": False, "shape": (items, len(vector(first)))}
    with target.open("wb") as file:
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
            archive.open("X.npy", "w", force_zip64=True) as out,
        ):
            np.lib.format.write_array_header_1_0(out, header)
            written = sum(out.write(np.ascontiguousarray(vector(row), "<f4").data) for row in chain([first], rows))
        file.flush()
        os.fsync(file.fileno())
    if written != items * len(vector(first)) * 4:
        raise InputError(f"{source.root.name!r} changed while it was read; try again")


def vector(row: Row) -> NDArray[np.float32]:
    """The vector of a row that must have one."""
    if row.vector is None:
        raise InputError(f"item {row.id!r} has no vector; each needs one")
    return row.vector
