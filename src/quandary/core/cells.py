"""Cells of CSV files that a spreadsheet would take for formulas: marked, and unmarked again exactly.

A cell that starts like a formula gets one ``'`` in front, and so does one that starts with such a mark
already; plain numbers stay. Taking one ``'`` off the marked ones gives back what was there.
"""

from __future__ import annotations

import re

from quandary.core.numbers import PLAIN

# Tab and carriage return are skipped by spreadsheets; the last four are full-width forms, which some take as well.
STARTS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
SIGNS_ALONE = re.compile(r"[+\-]+")  # no formula, but good names for classes


def mark(cell: str) -> str:
    """``cell`` in a form that no spreadsheet runs.

    >>> [mark(c) for c in ("=1+1", "-5", "+", "'=1+1", "plain")]
    ["'=1+1", '-5', '+', "''=1+1", 'plain']
    """
    if STARTS.match(cell) is None or PLAIN.fullmatch(cell) or SIGNS_ALONE.fullmatch(cell):
        return cell
    return f"'{cell}"


def unmark(cell: str) -> str:
    """What ``mark`` was given.

    >>> [unmark(c) for c in ("'=1+1", "-5", "''=1+1", "'quoted'")]
    ['=1+1', '-5', "'=1+1", "'quoted'"]
    """
    return cell[1:] if cell.startswith("'") and STARTS.match(cell) else cell
