"""The bytes of images as they are in the source: for copying, never for showing."""

from __future__ import annotations

import zipfile
from functools import cached_property
from pathlib import Path

from quandary.core.errors import InputError
from quandary.files.archives import LARGEST_MEMBER, open_zip, read_member
from quandary.files.paths import confined, relative_name


class Originals:
    """The files of a folder or zip file, which none of their names leads out of."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, name: str) -> bytes:
        """The bytes of one file; ``InputError`` if it is gone, too large or outside."""
        if not self._root.is_dir():
            return read_member(self._archive, relative_name(name))
        path = confined(self._root, name)
        try:
            if path.stat().st_size > LARGEST_MEMBER:
                raise InputError(f"{name!r} has more than {LARGEST_MEMBER // 2**20} MB")
            return path.read_bytes()
        except OSError as error:
            raise InputError(f"{name!r} cannot be read: {error.strerror}") from error

    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        return open_zip(self._root)
