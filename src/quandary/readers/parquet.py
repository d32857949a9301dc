"""Parquet tables; a column of lists of numbers gives the features."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import InputError, missing_extra
from quandary.core.ports import Progress, silent
from quandary.core.registry import readers
from quandary.files.said import said
from quandary.readers.source import Row, Source, Wanted
from quandary.readers.table import SAMPLE, Record, table_source

BATCH = 4096


@readers("parquet")
class ParquetReader:
    """Parquet tables, with the extra quandary[tables]"""

    suffixes = (".parquet", ".pq")

    def accepts(self, path: Path) -> bool:
        return path.name.lower().endswith(self.suffixes)

    def open(self, path: Path, wanted: Wanted) -> Source:
        table = Table(path)
        sample = [cells for _, cells in table.first(SAMPLE)]
        source = table_source(path, table.columns, sample, table.records, wanted)
        if not table.vectors or wanted.text or wanted.image:
            return source
        roles = {role: name for role, name in source.roles.items() if role in ("id", "label")}
        return with_vectors(source, {**roles, "vector": table.vectors[0]})


def with_vectors(source: Source, roles: dict[str, str]) -> Source:
    """``source`` with vectors from its column ``roles["vector"]``, which leaves the contents."""
    column = roles["vector"]

    def rows(progress: Progress) -> Iterator[Row]:
        width = None
        for row in source.rows(progress):
            vector = as_vector(row.content.pop(column), width)
            if isinstance(vector, str):
                source.skip(f"item {row.id}", f"column {column!r} {vector}")
                continue
            width = len(vector)
            yield Row(row.id, row.content, row.label, vector)
        if width is None:
            raise InputError(f"column {column!r} of {source.root.name!r} holds no vector of finite numbers")

    columns = tuple(name for name in source.columns if name != column)
    return Source("vectors", roles, columns, source.root, rows, source.skipped)


def as_vector(cell: str, width: int | None) -> NDArray[np.float32] | str:
    """The vector written in ``cell`` as JSON, or what is wrong with it."""
    numbers = json.loads(cell or "null")
    if numbers is None or None in numbers:
        return "has no vector" if numbers is None else "has a vector with gaps"
    vector = np.array(numbers, np.float32)
    if width is not None and len(vector) != width:
        return f"has {len(vector)} numbers, those before it {width}"
    return vector if np.isfinite(vector).all() else "has numbers that are not finite"


class Table:
    """The rows of one Parquet file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as file:
            schema, self.size = file.schema_arrow, file.metadata.num_rows
        self.columns = tuple(schema.names)
        self.vectors = [field.name for field in schema if holds_vectors(field.type)]
        if not self.columns or not self.size:
            raise InputError(f"{path.name!r} holds no rows; write one for each item")
        if len(set(self.columns)) < len(self.columns):
            raise InputError(f"{path.name!r} has two columns of one name; rename one of {', '.join(self.columns)}")

    def _open(self) -> Any:
        try:
            import pyarrow.parquet as pq
        except ImportError as error:
            raise missing_extra("pyarrow", "tables", f"reading {self.path.name!r}") from error
        try:
            return pq.ParquetFile(self.path)
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path.name!r} is not a Parquet file or is damaged: {said(error)}") from error

    def first(self, count: int) -> list[Record]:
        """The first rows."""
        records = self._rows(silent, count)
        return [record for record, _ in zip(records, range(count), strict=False)]

    def records(self, source: Source, progress: Progress) -> Iterator[Record]:
        """Row number and cells of each row."""
        return self._rows(progress, BATCH)

    def _rows(self, progress: Progress, batch: int) -> Iterator[Record]:
        number = 0
        with self._open() as file:
            try:
                for part in file.iter_batches(batch):
                    columns = [map(as_text, part.column(i).to_pylist()) for i in range(len(self.columns))]
                    for cells in zip(*columns, strict=True):
                        yield number, cells
                        number += 1
                    progress(number, self.size, "reading")
            except (OSError, ValueError) as error:
                raise InputError(f"{self.path.name!r} is damaged after row {number}: {said(error)}") from error


def holds_vectors(kind: Any) -> bool:
    """Whether an Arrow type is a list of floating-point numbers."""
    import pyarrow.types as t

    lists = t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind)
    return bool(lists and t.is_floating(kind.value_type))


def as_text(value: Any) -> str:
    """A value as a cell: nothing for null and NaN, lists and records as JSON, bytes as their number.

    >>> [as_text(v) for v in ("a", 3, 2.5, None, float("nan"), ["x"], b"abc")]
    ['a', '3', '2.5', '', '', '["x"]', '3 bytes']
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)
