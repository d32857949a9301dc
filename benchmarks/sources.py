"""Which code an arm's questions hang on, as a hash: runs are kept for as long as it stays the same."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import quandary

ROOT = Path(quandary.__file__).parent
ROOMS = ("strategies", "learners", "geometry")


@lru_cache
def digest(*names: str) -> str:
    """A hash of the modules ``names`` and of all that they import below strategies, learners and geometry.

    A module that makes other parts by name counts with all of its room.
    """
    files = set[Path]()
    for name in names:
        _gather(name, files)
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(file.read_bytes())
    return found.hexdigest()[:12]


def _gather(name: str, files: set[Path]) -> None:
    file = ROOT.parent / f"{name.replace('.', '/')}.py"
    if file in files or not file.exists() or name.split(".")[1] not in ROOMS:
        return
    files.add(file)
    text = file.read_text(encoding="utf-8")
    for other in (*_imports(text), *_made(text)):
        _gather(other, files)


def _imports(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("quandary."):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _made(text: str) -> Iterator[str]:
    for room in ROOMS:
        if any(f"{room}.{how}(" in text for how in ("make", "get", "all")):
            yield from (f"quandary.{room}.{file.stem}" for file in sorted((ROOT / room).glob("*.py")))
