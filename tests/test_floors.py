"""The house: imports point down, never up or sideways; each room uses only the packages it may; nothing unpickles.

Read from the syntax tree, so that an import inside a function counts like one at the top.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "quandary"

FLOORS: list[set[str]] = [
    {"core"},
    {"geometry"},
    {"strategies", "learners", "quality"},
    {"loop", "named"},
    {"files"},
    {"features", "readers", "exporters", "stores"},
    {"project", "pool", "metrics"},
    {"saved"},
    {"service", "trainer", "learner_api", "simulation"},
    {"cli", "server", "bench"},
]
# Formats and storage know nothing of how questions are chosen.
NARROW = {room: {"core", "files"} for room in FLOORS[4] | FLOORS[5]}
# The command line starts the others of its floor; it is the one door to the top.
SIDEWAYS = {"cli": {"server", "bench"}}
ENTRANCE = {"__init__": {"core", "strategies", "learners", "loop", "learner_api", "simulation"}, "__main__": {"cli"}}

SCIENCE = {"numpy", "scipy", "sklearn"}
PACKAGES = {
    "core": {"numpy"},
    "geometry": SCIENCE,
    "strategies": SCIENCE,
    "learners": SCIENCE,
    "quality": SCIENCE,
    "loop": SCIENCE,
}
# The three lowest floors are pure: no files, no network, no clock, no global randomness.
IMPURE = {"datetime", "io", "os", "pathlib", "random", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "time"}
# But for one file, since pretrained weights lie on the disk.
LOOKS = {"learners/weights.py"}
# Loading a file with any of these runs what is in it.
UNSAFE = {"_pickle", "cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
NEVER = UNSAFE | {"jax", "tensorflow"}
# What extras bring: only where it is used, so that nobody else needs it or waits for it.
OPTIONAL = {
    "learners": {"lightgbm", "skorch", "tabpfn", "torch", "transformers"},
    "features": {"huggingface_hub", "onnxruntime", "timm", "tokenizers", "torch"},
}


def allowed_rooms(room: str) -> set[str]:
    """The rooms that ``room`` may import from."""
    if room in ENTRANCE:
        return ENTRANCE[room]
    level = next(level for level, rooms in enumerate(FLOORS) if room in rooms)
    below = set().union(*FLOORS[:level])
    return {room} | below & NARROW.get(room, below) | SIDEWAYS.get(room, set())


def imports(tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """Every import as its line, the full name of what is imported, and whether that waits for a call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, node.col_offset > 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write imports in full, from quandary"
            yield from ((node.lineno, f"{node.module}.{alias.name}", node.col_offset > 0) for alias in node.names)


def faults(room: str, source: str, looks: bool = False) -> Iterator[str]:
    """What in the source of one file of ``room`` breaks the rules, a line each; ``looks``: it may look at the disk."""
    pure = room in FLOORS[0] | FLOORS[1] | FLOORS[2] and not looks
    optional = OPTIONAL.get(room, set())
    for line, name, late in imports(ast.parse(source)):
        top, _, rest = name.partition(".")
        if top == "quandary":
            if rest.partition(".")[0] not in allowed_rooms(room) | {"", "__version__"}:
                yield f"line {line}: {room} may not import {name}"
        elif top in NEVER:
            yield f"line {line}: nothing here may import {name}"
        elif top in sys.stdlib_module_names:
            if pure and top in IMPURE:
                yield f"line {line}: {room} is pure and may not import {name}"
        elif top in set().union(*OPTIONAL.values()):
            if top not in optional:
                yield f"line {line}: {room} may not use {name}"
            elif not late:
                yield f"line {line}: import {name} in the function that needs it"
        elif top not in PACKAGES.get(room, {top}):
            yield f"line {line}: {room} may not use {name}"


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    name = path.relative_to(SOURCE)
    room = name.parts[0].removesuffix(".py")
    assert not list(faults(room, path.read_text(encoding="utf-8"), name.as_posix() in LOOKS))


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("core", "from quandary.strategies import margin"),
        ("core", "def late():\n    import scipy.sparse"),
        ("core", "import time"),
        ("strategies", "from quandary.learners.forest import Forest"),
        ("strategies", "import pandas as pd"),
        ("learners", "from pathlib import Path"),
        ("loop", "import quandary.stores.sqlite"),
        ("stores", "from quandary.features import text"),
        ("readers", "from quandary.loop import propose"),
        ("project", "from quandary.service import leases"),
        ("service", "from quandary import server"),
        ("bench", "from quandary.cli import main"),
        ("server", "import pickle"),
        ("exporters", "from joblib import dump"),
        ("features", "import torch.nn as nn"),
        ("learners", "from lightgbm import Booster"),
        ("strategies", "def late():\n    import torch"),
    ],
)
def test_each_rule_bites(room: str, source: str) -> None:
    assert len(list(faults(room, source))) == 1


def test_every_folder_says_its_rule() -> None:
    folders = [path for path in SOURCE.iterdir() if path.is_dir() and path.name not in {"static", "__pycache__"}]
    assert not [folder.name for folder in folders if not (folder / "README.md").exists()]
