"""Comma-separated values, as a spreadsheet or a script reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from quandary.core.cells import mark
from quandary.core.registry import exporters
from quandary.exporters.job import Cell, Job, Table, Written
from quandary.exporters.whole import whole_file

NEVER_BARE = frozenset('"\r\n')  # characters that a bare cell may not hold


@exporters("csv")
class CsvExporter:
    """One row a labeled item, separated by commas"""

    title = "CSV, for spreadsheets and scripts"
    suffix = ".csv"
    loses = "skips, unsure answers, notes and earlier answers; cells that look like formulas get a leading '"
    needs = None
    kinds = None
    separator = ","

    def write(self, job: Job, target: Path) -> Written:
        return self.write_table(job.labels(), target)

    def write_table(self, table: Table, target: Path) -> Written:
        """Write any table to ``target``."""
        count, marked = 0, 0
        with (
            whole_file(target) as draft,
            draft.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
        ):
            file.write(line(table.columns, self.separator))
            for row in table.rows():
                file.write(line(row, self.separator))
                marked += sum(isinstance(cell, str) and mark(cell) != cell for cell in row)
                count += 1
        note = f"{marked} cells that start like a formula have a leading ' so that no spreadsheet runs them"
        return Written(count, (note,) if marked else ())


def line(row: Sequence[Cell], separator: str = ",") -> str:
    """One row with its line end: quoted where needed, and safe to open in a spreadsheet.

    >>> print(line(["7", 'say "hi", please', "=1+1", None, 2.5]), end="")
    7,"say ""hi"", please",'=1+1,,2.5
    """
    return separator.join(_quoted(cell, separator) for cell in row) + "\n"


def _quoted(cell: Cell, separator: str) -> str:
    if cell is None:
        return ""
    text = mark(cell) if isinstance(cell, str) else repr(cell)
    # The csv module of some versions leaves a lone carriage return bare, and then cannot read it.
    if separator in text or not NEVER_BARE.isdisjoint(text) or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text
