"""Changes of classes: whether they make sense, and what they would do, before they are written."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Sequence

import numpy as np

from quandary.core.classes import GONE, ClassTable
from quandary.core.errors import ConfigError
from quandary.core.events import ClassChanged
from quandary.core.names import unknown_name
from quandary.core.state import LABELED, State

LONGEST_NAME = 100
LONGEST_DESCRIPTION = 2_000
CONTROLS = {"Cc", "Cs", "Zl", "Zp"}  # control characters, half characters, line and paragraph separators


def check_name(name: str) -> str:
    """``name``, if a class can be called so; ``ConfigError`` says what is wrong with it.

    >>> check_name("not sure")
    'not sure'
    """
    if not name.strip():
        raise ConfigError("a class needs a name of at least one visible character, got an empty one; type a name")
    if len(name) > LONGEST_NAME:
        raise ConfigError(
            f"class {name[:20]!r}... has {len(name)} characters; names have at most {LONGEST_NAME}: "
            "shorten it, and put the rest into the description"
        )
    odd = next((c for c in name if unicodedata.category(c) in CONTROLS), None)
    if odd is not None:
        raise ConfigError(f"class {name!r} holds the control character U+{ord(odd):04X}; leave it out")
    return name


def check_names(names: Sequence[str]) -> list[str]:
    """``names`` without repeats, each one that a class can have."""
    return list(dict.fromkeys(check_name(name) for name in names))


def validate(change: ClassChanged, state: State) -> None:
    """Raise ``ConfigError`` if ``change`` cannot be carried out on ``state``, saying what is valid."""
    there = state.class_names()
    match change.action:
        case "add":
            _free(check_name(change.name), there)
        case "rename":
            _known(change.name, there)
            _free(check_name(change.to), there)
        case "merge":
            _known(change.name, there)
            _known(change.to, there)
            if change.to == change.name:
                raise ConfigError(f"class {change.name!r} cannot be merged into itself; name another class")
        case "restore":
            _restorable(change.name, state)
        case "delete" | "describe":
            _known(change.name, there)
    if len(change.description) > LONGEST_DESCRIPTION:
        raise ConfigError(f"a description has at most {LONGEST_DESCRIPTION} characters, got {len(change.description)}")


def after(change: ClassChanged, state: State) -> ClassTable:
    """The classes as they would be after ``change``; ``state`` stays as it is."""
    table = copy.deepcopy(state.classes)
    table.apply(change)
    return table


def affected(change: ClassChanged, state: State) -> int:
    """How many items would have another label, or none, or one again, after ``change``."""
    said = np.bincount(state.value[state.kind == LABELED], minlength=0)
    before, then = state.classes, after(change, state)
    return sum(int(n) for code, n in enumerate(said) if _name(before, code) != _name(then, code))


def _name(table: ClassTable, code: int) -> str | None:
    code = table.meaning(code)
    return None if code == GONE else table.names[code]


def _known(name: str, there: Sequence[str]) -> None:
    if name not in there:
        raise ConfigError(unknown_name("class", name, there))


def _free(name: str, there: Sequence[str]) -> None:
    if name in there:
        raise ConfigError(f"there is a class {name!r} already; choose another name, or merge the two")


def _restorable(name: str, state: State) -> None:
    table, there = state.classes, state.class_names()
    if name in there:
        raise ConfigError(f"class {name!r} is there; only deleted and merged classes can be restored")
    gone = [table.names[code] for code in range(len(table.names)) if table.target[code] != code]
    if name not in gone:
        raise ConfigError(unknown_name("deleted or merged class", name, gone))
