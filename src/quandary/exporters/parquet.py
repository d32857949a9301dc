"""Parquet tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from quandary.core.errors import missing_extra
from quandary.core.registry import exporters
from quandary.exporters.job import Cell, Job, Table, Written
from quandary.exporters.whole import whole_file

BATCH = 10_000


@exporters("parquet")
class ParquetExporter:
    """One row a labeled item in a Parquet file, with the extra quandary[tables]"""

    title = "Parquet, for data frames"
    suffix = ".parquet"
    loses = "skips, unsure answers, notes and earlier answers"
    needs = ("pyarrow", "tables")
    kinds = None

    def write(self, job: Job, target: Path) -> Written:
        return self.write_table(job.labels(), target)

    def write_table(self, table: Table, target: Path) -> Written:
        """Write any table to ``target``."""
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            raise missing_extra("pyarrow", "tables", "writing Parquet") from error
        types = {"text": pa.string(), "number": pa.float64(), "whole": pa.int64()}
        fields = [(_valid(name), types[kind]) for name, kind in zip(table.columns, table.kinds, strict=True)]
        schema, count = pa.schema(fields), 0
        with whole_file(target) as draft, pq.ParquetWriter(draft, schema) as writer:
            for rows in _batches(table.rows()):
                columns = [[_valid(cell) for cell in column] for column in zip(*rows, strict=True)]
                arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
                count += len(rows)
        return Written(count)


def _valid(cell: Any) -> Any:
    """``cell`` without half characters, which UTF-8 cannot hold: they become escapes."""
    return cell.encode("utf-8", "backslashreplace").decode() if isinstance(cell, str) else cell


def _batches(rows: Iterator[tuple[Cell, ...]]) -> Iterator[list[tuple[Cell, ...]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
