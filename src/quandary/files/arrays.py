"""Arrays of an .npz file, read in blocks and never unpickled."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import InputError
from quandary.files.archives import BROKEN, open_zip
from quandary.files.said import said

BLOCK = 2**22  # numbers read at a time


@dataclass(frozen=True)
class Header:
    """Shape, type and order of one array."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]


class Npz:
    """The arrays of the ``.npz`` file at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with open_zip(path) as archive:
            self.names = tuple(name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy"))

    def header(self, name: str) -> Header:
        """Shape and type of the array ``name``; ``InputError`` for objects and damaged files."""
        with open_zip(self.path) as archive, self._open(archive, name) as stream:
            return self._header(stream, archive.getinfo(f"{name}.npy"), name)

    def read(self, name: str, most: int = 2**30) -> NDArray[Any]:
        """The whole array ``name``; ``InputError`` if it takes more than ``most`` bytes."""
        head = self.header(name)
        if prod(head.shape) * head.dtype.itemsize > most:
            raise InputError(f"array {name!r} of {self.path.name!r} has shape {head.shape}, which is too large")
        parts = [part.ravel() for part in self.blocks(name)]
        flat = np.concatenate(parts) if parts else np.zeros(0, head.dtype)
        return flat.reshape(head.shape)

    def blocks(self, name: str) -> Iterator[NDArray[Any]]:
        """The array ``name`` in blocks of rows."""
        with open_zip(self.path) as archive, self._open(archive, name) as stream:
            head = self._header(stream, archive.getinfo(f"{name}.npy"), name)
            if head.fortran and len(head.shape) > 1:
                flat = self._take(stream, head, prod(head.shape), name)
                yield flat.reshape(head.shape, order="F")
                return
            width = prod(head.shape[1:])
            rows = max(BLOCK // max(width, 1), 1)
            for start in range(0, head.shape[0] if head.shape else 1, rows):
                count = min(rows, (head.shape[0] if head.shape else 1) - start)
                yield self._take(stream, head, count * width, name).reshape(count, *head.shape[1:])

    def _open(self, archive: zipfile.ZipFile, name: str) -> IO[bytes]:
        try:
            return archive.open(f"{name}.npy")
        except KeyError as error:
            found = ", ".join(self.names) or "none"
            raise InputError(f"{self.path.name!r} has no array {name!r}; its arrays are: {found}") from error
        except BROKEN as error:
            raise self._damaged(name, error) from error

    def _header(self, stream: IO[bytes], info: zipfile.ZipInfo, name: str) -> Header:
        try:
            version = np.lib.format.read_magic(stream)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, fortran, dtype = read(stream)
        except (*BROKEN, SyntaxError, TypeError, KeyError) as error:
            raise self._damaged(name, error) from error
        if dtype.hasobject or dtype.names:
            raise InputError(
                f"array {name!r} of {self.path.name!r} holds Python objects, which could run code and are never read; "
                "save plain numbers or strings, e.g. ids.astype(str)"
            )
        if info.file_size < prod(shape) * dtype.itemsize:
            raise InputError(f"array {name!r} of {self.path.name!r} is cut off; save the file again")
        return Header(shape, fortran, dtype)

    def _take(self, stream: IO[bytes], head: Header, count: int, name: str) -> NDArray[Any]:
        try:
            data = stream.read(count * head.dtype.itemsize)
        except BROKEN as error:
            raise self._damaged(name, error) from error
        if len(data) < count * head.dtype.itemsize:
            raise InputError(f"array {name!r} of {self.path.name!r} is cut off; save the file again")
        return np.frombuffer(data, head.dtype, count)

    def _damaged(self, name: str, error: Exception) -> InputError:
        return InputError(f"array {name!r} of {self.path.name!r} cannot be read: {said(error)}; save the file again")
