"""What CSV, JSONL and Parquet share: rows of strings become items."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from quandary.core.errors import InputError
from quandary.core.ports import Progress
from quandary.files.images import open_image
from quandary.readers.columns import roles_of
from quandary.readers.source import Row, Source, Wanted

Record = tuple[int, Sequence[str]]  # row number from 0 in the file, cells in column order
Records = Callable[[Source, Progress], Iterator[Record]]
SAMPLE = 200  # rows that guesses rest on
NEVER_TEXT = "\0"


def table_source(
    path: Path, columns: Sequence[str], sample: Sequence[Sequence[str]], records: Records, wanted: Wanted
) -> Source:
    """The source of a file of rows: guesses what is not ``wanted``, checks ids, keeps every cell a string."""
    kind, roles = roles_of(columns, sample, wanted, path.parent)
    root = path.parent if kind == "image" else path

    def rows(progress: Progress) -> Iterator[Row]:
        source.skipped.clear()
        return items(source, records(source, progress))

    source = Source(kind, roles, tuple(columns), root, rows)
    return source


def items(source: Source, records: Iterator[Record]) -> Iterator[Row]:
    """Items of ``records``; those that cannot be one are listed in ``source.skipped``."""
    columns, image = source.columns, source.roles.get("image")
    id_at, label_at = (columns.index(source.roles[r]) if r in source.roles else None for r in ("id", "label"))
    unique = UniqueIds()
    count = 0
    for number, cells in records:
        name = str(number) if id_at is None else cells[id_at]
        content = dict(zip(columns, cells, strict=True))
        reason = fault(cells, name)
        if reason is None and image is not None:
            reason = image_fault(source.root, content[image])
        if reason is not None:
            source.skip(f"row {number}", reason)
            continue
        if id_at is not None:
            unique.add(name, number)
        label = "" if label_at is None else cells[label_at]
        yield Row(name, content, label if label.strip() else None)
        count += 1
    if not count:
        raise InputError(empty(source))
    refuse_repeats(source, unique)


def refuse_repeats(source: Source, unique: UniqueIds) -> None:
    """Raise ``InputError`` with both rows if an id stands twice."""
    if rows := unique.repeated():
        column = source.roles["id"]
        raise InputError(
            f"rows {rows[0]} and {rows[1]} have the same id in column {column!r}; ids must be unique: "
            "correct them, name another column, or leave --id out to number the rows"
        )


def fault(cells: Sequence[str], name: str) -> str | None:
    """Why a row cannot be an item, or None."""
    if not name.strip():
        return "its id is empty"
    text = "".join(cells)
    if NEVER_TEXT in text:
        return "it holds a NUL character"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "it holds half a character (a lone surrogate)"
    return None


def image_fault(root: Path, name: str) -> str | None:
    """Why the image at ``name`` cannot be shown, or None."""
    try:
        open_image(root, name.strip(), near=32)
    except InputError as error:
        return str(error)
    return None


def empty(source: Source) -> str:
    """What to say of a source without one item."""
    if source.skipped:
        first, count = source.skipped[0], len(source.skipped)
        return f"{source.root.name!r} holds no readable row; {count} were skipped, {first.name}: {first.reason}"
    return f"{source.root.name!r} holds column names but no rows; add a line for each item"


class UniqueIds:
    """Finds ids that stand twice, in 16 bytes a row: a set of a million strings would take a hundred megabytes."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._rows = array("q")

    def add(self, name: str, row: int) -> None:
        """Note that ``name`` stands in ``row``."""
        self._hashes.append(hash(name))
        self._rows.append(row)

    def repeated(self) -> tuple[int, int] | None:
        """The rows of the first id that stands twice, or None.

        Compares 64-bit hashes: among a million ids two different ones agree with a chance of 1 in 30 million.
        """
        hashes = np.array(self._hashes, np.int64)
        order = np.argsort(hashes, kind="stable")
        second = np.flatnonzero(np.diff(hashes[order]) == 0) + 1
        if not len(second):
            return None
        at = second[np.argmin(order[second])]
        return self._rows[order[at - 1]], self._rows[order[at]]
