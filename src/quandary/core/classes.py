"""The classes of a project as they change: added, renamed, merged, deleted, restored."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quandary.core.events import ClassChanged

GONE = -1


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """One class as it stands: ``code`` never changes and picks its color; ``name`` may."""

    code: int
    name: str
    description: str = ""


@dataclass
class ClassTable:
    """Which class a said name means now.

    Each class has a code, given once in order of appearance. What an annotator said is kept as
    a code; ``target`` says which code that means today (itself, the class it was merged into, or
    ``GONE``), so that changing a class never touches an answer and can always be taken back.
    """

    names: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)

    def code(self, name: str) -> int:
        """The code of ``name``, made if it is new."""
        if name not in self._codes:
            self._codes[name] = len(self.names)
            self.names.append(name)
            self.descriptions.append("")
            self.target.append(len(self.target))
        return self._codes[name]

    def meaning(self, code: int) -> int:
        """The code that ``code`` stands for now, or ``GONE``."""
        while code != GONE and self.target[code] != code:
            code = self.target[code]
        return code

    def current(self) -> list[ClassInfo]:
        """The classes that can be said now, in order of appearance."""
        return [
            ClassInfo(code, self.names[code], self.descriptions[code])
            for code in range(len(self.names))
            if self.target[code] == code
        ]

    def lookup(self) -> NDArray[np.intp]:
        """For each code, the index into ``current()`` that it means now, or ``GONE``; shape (codes,)."""
        index = {info.code: i for i, info in enumerate(self.current())}
        return np.array([index.get(self.meaning(c), GONE) for c in range(len(self.names))], dtype=np.intp)

    def apply(self, change: ClassChanged) -> None:
        """Carry out one change."""
        if change.action == "add":
            self._add(change.name, change.description)
            return
        code = self.code(change.name)
        match change.action:
            case "rename":
                self.names[code] = change.to
                self._codes[change.to] = code
            case "merge":
                self.target[code] = self.code(change.to)
            case "delete":
                self.target[code] = GONE
            case "restore":
                self.target[code] = code
            case "describe":
                self.descriptions[code] = change.description

    def _add(self, name: str, description: str) -> None:
        code = self._codes.get(name)
        if code is not None and (self.names[code] != name or self.target[code] == GONE):
            del self._codes[name]  # the name is free again: its old answers stay with the old code
        code = self.code(name)
        if description:
            self.descriptions[code] = description
