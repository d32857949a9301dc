"""Files of lines: packed or not, in whatever encoding."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from quandary.core.errors import InputError
from quandary.core.ports import Progress
from quandary.files.archives import counted
from quandary.files.said import said
from quandary.readers.encoding import LENIENT, detect
from quandary.readers.magic import refuse_others

LONGEST_LINE = 16 * 2**20  # characters; a cell of a whole book has 3 million
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class TextFile:
    """A text file understood: its encoding is known and every byte of it decodes."""

    path: Path
    encoding: str
    size: int

    @contextmanager
    def open(self) -> Iterator[IO[str]]:
        """The decoded text, line ends as they are."""
        errors = LENIENT if self.encoding == "cp1252" else "strict"
        with open_bytes(self.path) as raw, io.TextIOWrapper(raw, self.encoding, errors, newline="") as text:
            yield text

    def lines(self, stream: IO[str], progress: Progress) -> Iterator[str]:
        """Lines of ``stream`` with their ends; ``InputError`` for one of more than 16 million characters."""
        number = done = 0
        while line := stream.readline(LONGEST_LINE):
            number += 1
            done += len(line)
            if len(line) >= LONGEST_LINE:
                raise InputError(
                    f"line {number} of {self.path.name!r} is longer than {LONGEST_LINE} characters; split it"
                )
            if number % 2048 == 0:
                progress(min(done, self.size), self.size, "reading")
            yield line


def open_text(path: Path, what: str) -> TextFile:
    """Find out how ``path`` is encoded by reading it once; ``what`` names the format expected.

    Raises ``InputError`` for an empty file, another format under this name, and bytes that are no text.
    """
    if not path.is_file():
        raise InputError(f"{path.name!r} is no file; name a file of {what}")
    with open_bytes(path) as stream:
        head = stream.read(4096)
    if not head.strip():
        raise InputError(f"{path.name!r} is empty; write a line for each item")
    refuse_others(path, head, what)
    encoding, size = detect(path.name, lambda: chunks(path))
    return TextFile(path, encoding, size)


def chunks(path: Path) -> Iterator[bytes]:
    """The unpacked bytes of ``path``, a megabyte at a time, bombs refused."""
    with open_bytes(path) as stream:
        yield from (
            counted(stream, path.stat().st_size, path.name) if packed(path) else iter(lambda: stream.read(2**20), b"")
        )


def packed(path: Path) -> bool:
    """Whether the file is packed with gzip, whatever it is called."""
    with path.open("rb") as stream:
        return stream.read(2) == GZIP


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The unpacked bytes of ``path``; a damaged or unreadable file becomes an ``InputError``."""
    try:
        with gzip.open(path) if packed(path) else path.open("rb") as stream:
            yield stream  # type: ignore[misc]  # a gzip file reads like any other
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path.name!r} cannot be read: {said(error)}") from error
