"""Files and folders that appear whole or not at all, also when the power fails."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quandary.core.errors import ConfigError, QuandaryError, StorageFull
from quandary.files.atomic import flush

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path to write to; what is there at the end replaces ``target``."""
    draft = _draft(target)
    with _cleaned(draft, target):
        yield draft
        _flush(draft)
        draft.replace(target)
        _flush(target.parent)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to write into; it becomes ``target``, which may not hold anything before."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError(f"{str(target)!r} is there and not empty; choose a new folder, or empty it")
    draft = _draft(target)
    with _cleaned(draft, target):
        draft.mkdir()
        yield draft
        for folder, _, files in os.walk(draft):
            for path in (*(Path(folder, file) for file in files), Path(folder)):
                _flush(path)
        if target.exists():
            target.rmdir()
        draft.replace(target)
        _flush(target.parent)


def _draft(target: Path) -> Path:
    if not target.parent.is_dir():
        raise ConfigError(f"there is no folder {str(target.parent)!r} to write {target.name!r} into; make it first")
    return target.with_name(f".quandary-{secrets.token_hex(8)}")


@contextmanager
def _cleaned(draft: Path, target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _remove(draft)
        if isinstance(error, QuandaryError):
            raise
        if error.errno in FULL:
            raise StorageFull(
                f"cannot write {str(target)!r} ({error.strerror}); free some space and try again"
            ) from error
        raise ConfigError(f"cannot write {str(target)!r} ({error.strerror}); choose another place") from error
    except BaseException:
        _remove(draft)
        raise


def _remove(draft: Path) -> None:
    if draft.is_dir():
        shutil.rmtree(draft, ignore_errors=True)
    else:
        draft.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    # Some systems do not let folders be opened, and there they need no flush.
    with contextlib.suppress(PermissionError):
        flush(path)
