"""CSV and its relatives: any delimiter, any encoding, packed or not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from quandary.core.errors import InputError
from quandary.core.ports import Progress
from quandary.core.registry import readers
from quandary.files.said import said
from quandary.readers.dialect import Dialect, detect_dialect, header_of
from quandary.readers.source import Source, Wanted
from quandary.readers.table import SAMPLE, Record, table_source
from quandary.readers.textfile import LONGEST_LINE, TextFile, open_text

HEAD = 2**20  # characters that the delimiter is found from


@readers("csv")
class CsvReader:
    """Tables of text: .csv, .tsv and their like, also packed with gzip"""

    suffixes = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".tab", ".tab.gz")

    def accepts(self, path: Path) -> bool:
        return path.name.lower().endswith(self.suffixes)

    def open(self, path: Path, wanted: Wanted) -> Source:
        file = open_text(path, "CSV")
        # The csv module has one limit for the whole process, and 131,072 characters are too few for a report.
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))
        with file.open() as stream:
            head = stream.read(HEAD)
        dialect = detect_dialect(head, whole=len(head) < HEAD, tabs=".tsv" in path.name.lower())
        columns, has_header = header_of(dialect.sample, wanted)
        if not columns:
            raise InputError(
                f"{path.name!r} holds no column; write a first line of column names, then a line for each item"
            )
        sample = [row for row in dialect.sample[has_header : SAMPLE + 1] if len(row) == len(columns)]
        table = Table(file, dialect, len(columns), has_header)
        return table_source(path, columns, sample, table.records, wanted)


class Table:
    """The rows of one CSV file."""

    def __init__(self, file: TextFile, dialect: Dialect, width: int, has_header: bool) -> None:
        self.file, self.dialect, self.width, self.has_header = file, dialect, width, has_header

    def records(self, source: Source, progress: Progress) -> Iterator[Record]:
        """Row number and cells of each row; those of another width are listed in ``source.skipped``."""
        number = -1 if self.has_header else 0
        for line, row in self._rows(progress):
            if not row:
                continue
            if number >= 0 and len(row) == self.width:
                yield number, row
            elif number >= 0:
                source.skip(f"row {number}", f"line {line} has {len(row)} cells instead of {self.width}")
            number += 1

    def _rows(self, progress: Progress) -> Iterator[tuple[int, list[str]]]:
        """The line in which each row begins, and the row."""
        with self.file.open() as stream:
            lines = Lines(self.file.lines(stream, progress))
            rows = csv.reader(lines, **self.dialect.options)
            while True:
                begins = rows.line_num + 1
                try:
                    row = next(rows, None)
                except csv.Error as error:
                    raise InputError(
                        f"line {begins} of {self.file.path.name!r} cannot be read: {said(error)}"
                    ) from error
                if row is None:
                    return
                if lines.ended:
                    raise InputError(self._unclosed(begins))
                yield begins, row

    def _unclosed(self, line: int) -> str:
        return (
            f"a quotation mark opens in line {line} of {self.file.path.name!r} and never closes; close it or double it"
        )


class Lines:
    """An iterator of lines that remembers whether somebody asked for one after the last."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        return line
