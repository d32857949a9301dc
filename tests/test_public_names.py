"""The public names are there, are documented, and load nothing before they are used."""

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import quandary


@pytest.mark.parametrize("name", quandary.__all__)
def test_public_name_exists_and_is_documented(name: str) -> None:
    assert getattr(quandary, name).__doc__
    assert name in dir(quandary)


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(quandary.__file__).read_text())
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in guarded.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    seen |= {node.name for node in guarded.body if isinstance(node, ast.FunctionDef)}
    assert seen == set(quandary.__all__)


def test_unknown_name_lists_the_public_ones() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'activelearner'; its public names are ActiveLearner, "):
        quandary.activelearner  # noqa: B018


@pytest.mark.parametrize("room", ["strategies", "learners"])
def test_room_is_called_also_after_its_parts_were_imported(room: str) -> None:
    importlib.import_module(f"quandary.{room}")
    parts = getattr(quandary, room)()
    assert "auto" in parts
    assert all(line and "\n" not in line for line in parts.values())


def test_version_is_that_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    assert quandary.__version__ == project["version"]


def test_import_loads_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import quandary; print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "quandary" in loaded
    assert not [name for name in loaded if name.startswith(("quandary.", "numpy"))]
