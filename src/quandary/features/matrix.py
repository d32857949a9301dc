"""A matrix in a file: written whole or not at all, read as a memory map."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import StorageFull
from quandary.files.atomic import sync_folder


def write_matrix(path: Path, rows: int, blocks: Iterable[NDArray[np.float32]]) -> str:
    """Write ``rows`` rows from ``blocks`` as a float32 .npy file; return its SHA-256.

    ``StorageFull`` if the disk does not take it; then nothing is left.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    sha, width, done = hashlib.sha256(), 0, 0
    try:
        with draft.open("wb") as file:
            for block in blocks:
                if not done:
                    width = block.shape[1]
                    sha.update(head := header(rows, width))
                    file.write(head)
                data = np.ascontiguousarray(block, "<f4").tobytes()
                sha.update(data)
                file.write(data)
                done += len(block)
            file.flush()
            os.fsync(file.fileno())
        if done != rows:
            raise ValueError(f"the extractor gave {done} rows for {rows} items; it must give one for each")
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StorageFull(
            f"features cannot be written to {str(path.parent)!r}: {error.strerror}; free some space"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return sha.hexdigest()


def header(rows: int, width: int) -> bytes:
    """The beginning of a float32 .npy file of that shape."""
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": "<f4", "fortran_order": False, "shape": (rows, width)})
    return out.getvalue()


def read_matrix(path: Path, rows: int, sha256: str) -> NDArray[np.float32] | None:
    """The matrix of ``path`` as a memory map, or None if it is not what was written."""
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return None
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    return matrix if matrix.ndim == 2 and len(matrix) == rows else None
