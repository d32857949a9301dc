"""Vectors copied into the project, so that it stands without the file they came from."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import InputError
from quandary.core.ports import Progress, silent
from quandary.features.vectors import VectorFeatures
from quandary.readers.source import Source


def vectors_of(source: Source) -> VectorFeatures:
    """What reads the vectors of ``source``, in the order of its rows."""
    columns = (source.roles["vector"],) if "vector" in source.roles else ()
    return VectorFeatures(columns=columns, root=str(source.root))


def copy_vectors(source: Source, target: Path, items: int, progress: Progress = silent) -> None:
    """Write the vectors of ``source`` as ``X`` of the .npz file ``target``, block by block."""
    reader = vectors_of(source)
    rows, width = reader.shape()
    if rows != items:
        why = f"{source.skipped[0].name}: {source.skipped[0].reason}" if source.skipped else "the file changed"
        raise InputError(
            f"{source.root.name!r} holds {rows} vectors but {items} readable rows ({why}); correct those rows"
        )
    header = {"descr": "<f4", "fortran_order": False, "shape": (rows, width)}
    with target.open("wb") as file:
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
            archive.open("X.npy", "w", force_zip64=True) as out,
        ):
            np.lib.format.write_array_header_1_0(out, header)
            for done, block in _counted(reader.blocks()):
                out.write(np.ascontiguousarray(block, "<f4").data)
                progress(done, rows, "copying vectors")
        file.flush()
        os.fsync(file.fileno())


def _counted(blocks: Iterator[NDArray[Any]]) -> Iterator[tuple[int, NDArray[Any]]]:
    done = 0
    for block in blocks:
        done += len(block)
        yield done, block
