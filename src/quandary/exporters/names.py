"""File names that work everywhere, made from names that may hold anything."""

from __future__ import annotations

import re
import unicodedata

BAD = re.compile(r'[<>:"/\\|?*]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
LONGEST = 100  # bytes; leaves room for a number and for the folders above


class SafeNames:
    """Gives each name one of its own as a file or folder name: no path, no reserved name, no two alike.

    >>> names = SafeNames()
    >>> [names.of(n) for n in ("cat", "Cat", "../../etc", "con", "a/b")]
    ['cat', 'Cat (2)', '__.._etc', '_con', 'a_b']
    """

    def __init__(self, taken: tuple[str, ...] = ()) -> None:
        self._given: dict[str, str] = {}
        self._taken = {_same(name) for name in taken}

    def of(self, name: str) -> str:
        """The safe name of ``name``, always the same one."""
        if name not in self._given:
            self._given[name] = self.fresh(name)
        return self._given[name]

    def fresh(self, name: str) -> str:
        """A safe name like ``name`` that was not given before."""
        name = safe(name)
        stem, dot, suffix = name.rpartition(".")
        if not stem or len(suffix) > 5:
            stem, dot, suffix = name, "", ""
        number = 1
        while _same(name) in self._taken:
            number += 1
            name = f"{stem} ({number}){dot}{suffix}"
        self._taken.add(_same(name))
        return name


def safe(name: str) -> str:
    """``name`` as a file name on every system; others may give the same one."""
    text = "".join("_" if unicodedata.category(c).startswith("C") else c for c in unicodedata.normalize("NFC", name))
    text = BAD.sub("_", text).strip(" ")
    text = re.sub(r"^\.+", "_", text).rstrip(". ")
    stem, dot, suffix = text.rpartition(".")
    if stem and len(suffix) <= 5:
        text = _cut(stem, LONGEST - len(suffix.encode()) - 1) + dot + suffix
    text = _cut(text, LONGEST).rstrip(". ") or "_"
    return f"_{text}" if RESERVED.fullmatch(text) else text


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def _same(name: str) -> str:
    """What two names share that some file system takes for one."""
    return unicodedata.normalize("NFC", name).casefold()
