"""Numbers as people write them in cells."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 40  # characters; keeps the patterns below from crawling over a whole text
BLANKS = dict.fromkeys(map(ord, "    '’_"))
SIGNS = "$€£¥₹ \t"
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


def parse_number(cell: str, comma: bool = False) -> float | None:
    """The number in ``cell``, or None; currency and percent signs and separators of thousands do not count.

    ``comma``: the comma is the decimal point, and the point separates thousands.

    >>> [parse_number(c) for c in ("1,234.5", "-3e-5", "12 %", "$ 7", "A11", "", "1.2.3")]
    [1234.5, -3e-05, 12.0, 7.0, None, None, None]
    >>> parse_number("1.234,5", comma=True)
    1234.5
    """
    if len(cell) > LONGEST:
        return None
    text = cell.strip().strip(SIGNS).removesuffix("%").strip(SIGNS).translate(BLANKS)
    if comma:
        text = text.translate({ord(","): ".", ord("."): ","})
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return float(text) if text.isascii() and PLAIN.fullmatch(text) else None


def decimal_comma(cells: Iterable[str]) -> bool:
    """Whether the numbers in ``cells`` are written with a decimal comma.

    >>> decimal_comma(["1,5", "20"]), decimal_comma(["1,500", "20.5"])
    (True, False)
    """
    found = list(cells)
    plain = sum(parse_number(cell) is not None for cell in found)
    return sum(parse_number(cell, comma=True) is not None for cell in found) > plain
