"""Plain text for a terminal: nothing from the user's files may steer it."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def clean(text: str) -> str:
    """``text`` with every character that is not printable written out.

    >>> clean("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    """``text`` on one line.

    >>> one_line("first\\n  second")
    'first second'
    """
    return clean(" ".join(text.split()))


def note(text: str) -> None:
    """Tell the person something on the standard error, which is not for machines."""
    print(one_line(text), file=sys.stderr, flush=True)


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Columns under each other; those numbered in ``right`` end flush.

    >>> print(table([["class", "labels"], ["cat", "7"]], right=[1]))
    class  labels
    cat         7
    """
    cleaned = [[clean(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cleaned) for i in range(len(cleaned[0]))]
    lines = (
        "  ".join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cleaned
    )
    return "\n".join(line.rstrip() for line in lines)


def unicode_terminal() -> bool:
    """Whether the standard output can write more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
