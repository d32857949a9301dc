"""Members of zip files, read by counted bytes and never unpacked to disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from quandary.core.errors import InputError
from quandary.files.said import said

LARGEST_MEMBER = 256 * 2**20  # bytes of one image file
LARGEST_RATIO = 200  # images are compressed already; what shrinks more is made to
RATIO_MATTERS = 2**20  # a small all-black bitmap may well shrink a thousandfold
MOST_MEMBERS = 2_000_000
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def open_zip(path: Path) -> zipfile.ZipFile:
    """The zip file at ``path``, open; ``InputError`` if it is none."""
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN as error:
        raise InputError(f"{path.name!r} cannot be opened as a zip file: {said(error)}; pack it again") from error
    if len(archive.filelist) > MOST_MEMBERS:
        archive.close()
        raise InputError(f"{path.name!r} holds {len(archive.filelist)} files, more than {MOST_MEMBERS}; unpack it")
    return archive


def read_member(archive: zipfile.ZipFile, name: str, limit: int = LARGEST_MEMBER) -> bytes:
    """The bytes of one member; ``InputError`` if it unpacks to more than ``limit`` or far more than its packed size."""
    try:
        with archive.open(name) as stream:
            data = stream.read(limit + 1)
            packed = max(archive.getinfo(name).compress_size, 1)
    except KeyError as error:
        raise InputError(f"there is no file {name[:200]!r} in the zip file") from error
    except BROKEN as error:
        raise InputError(f"{name[:200]!r} cannot be unpacked: {said(error)}") from error
    if len(data) > limit:
        raise InputError(f"{name[:200]!r} unpacks to more than {limit // 2**20} MB; refused as a possible bomb")
    if len(data) > RATIO_MATTERS and len(data) > LARGEST_RATIO * packed:
        raise InputError(f"{name[:200]!r} unpacks to {len(data) // packed} times its size; refused as a possible bomb")
    return data


def counted(stream: IO[bytes], packed: int, name: str, free: int = 64 * 2**20) -> Iterator[bytes]:
    """Chunks of an unpacked ``stream``; ``InputError`` once it is past ``free`` bytes and 200 times its packed size."""
    total = 0
    while chunk := stream.read(2**20):
        total += len(chunk)
        if total > free and total > LARGEST_RATIO * packed:
            raise InputError(
                f"{name!r} unpacks to more than {LARGEST_RATIO} times its size; refused as a possible bomb"
            )
        yield chunk
