"""Parts of another package: one file each and an entry point, held to the same promises with no other edit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

STRATEGY = '''
"""Long vectors first."""

from dataclasses import dataclass

import numpy as np

from quandary.core.query import Reason, Selection


@dataclass(frozen=True)
class Longest:
    """The items whose features are largest, seen from the origin."""

    def select(self, context, k):
        length = np.linalg.norm(context.features.dense(context.candidates), axis=1)
        order = np.argsort(-length, kind="stable")[:k]
        reasons = tuple(Reason("unlike", {"length": float(length[i])}, "Far out.") for i in order)
        return Selection(context.candidates[order], length, reasons)
'''
REPEATS = STRATEGY.replace("context.candidates[order], length", "context.candidates[order * 0], length")

EXPORTER = '''
"""Labels as a list to read."""

from quandary.exporters.job import Written
from quandary.exporters.whole import whole_file


class Markdown:
    """One line a labeled item, as a list"""

    title = "A list to read"
    suffix = ".md"
    loses = "all but the item and its label"
    needs = None
    kinds = None

    def write(self, job, target):
        count = 0
        with whole_file(target) as draft, draft.open("w", encoding="utf-8", errors="backslashreplace") as file:
            for item, label, *_ in job.labels().rows():
                file.write(f"- {item!r}: {label!r}\\n")
                count += 1
        return Written(count)
'''

EXTRACTOR = '''
"""Texts by their length."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


class Lengths(TransformerMixin, BaseEstimator):
    """Characters and words of a text"""

    kind = "text"
    version = 1
    sample = 1000

    def __init__(self, columns=("text",), root=""):
        self.columns = columns
        self.root = root

    def fit(self, contents, y=None):
        self.known_ = len(contents)
        return self

    def transform(self, contents):
        found = [" ".join(content.get(column, "") for column in self.columns) for content in contents]
        return np.array([[len(text), len(text.split())] for text in found], np.float32)
'''
DOUBLE = EXTRACTOR.replace("np.float32", "np.float64")


@dataclass(frozen=True)
class Part:
    """One part: its family, name, class, source, and a part of ours that is held to no less."""

    room: str
    name: str
    made: str
    source: str
    suite: str
    twin: str


PARTS = (
    Part("strategies", "longest", "Longest", STRATEGY, "test_strategies_common.py", "margin"),
    Part("exporters", "markdown", "Markdown", EXPORTER, "test_exporters_common.py", "csv"),
    Part("features", "lengths", "Lengths", EXTRACTOR, "test_extractors_common.py", "text"),
)
# Ours alone lie in a file of their own name in our folder.
OURS = {"test_is_one_file_of_its_own_name_that_cites_its_source"}


def install(folder: Path, *parts: Part) -> None:
    """Lay the parts down as an installed package would: a file each, and the entry points."""
    info = folder / "foreign-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign\nVersion: 1.0\n")
    lines = []
    for part in parts:
        (folder / f"foreign_{part.name}.py").write_text(part.source)
        lines += [f"[quandary.{part.room}]", f"{part.name} = foreign_{part.name}:{part.made}"]
    (info / "entry_points.txt").write_text("\n".join(lines))


def python(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A Python that has the package of ``folder``, too."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=TESTS.parent)


def pytest_in(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return python(folder, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments)


def functions_with(lines: str, name: str) -> set[str]:
    """The test functions that ran with ``name`` among their parameters."""
    found = re.findall(r"::(test_\w+)\[([^\]]*)\]", lines)
    return {function for function, parameters in found if name in parameters.split("-")}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.room)
def test_the_suite_takes_up_a_new_part_by_itself(tmp_path: Path, part: Part) -> None:
    install(tmp_path, *PARTS)
    ran = pytest_in(tmp_path, "-v", "-k", part.name, TESTS / part.suite)
    assert ran.returncode == 0, ran.stdout[-3000:]
    passed = "\n".join(line for line in ran.stdout.splitlines() if "PASSED" in line)
    held_to = functions_with(pytest_in(tmp_path, "-q", "--collect-only", TESTS / part.suite).stdout, part.twin) - OURS
    assert len(held_to) >= 5
    assert functions_with(passed, part.name) == held_to


def test_a_strategy_that_asks_twice_is_found_out(tmp_path: Path) -> None:
    install(tmp_path, Part("strategies", "longest", "Longest", REPEATS, "", ""))
    ran = pytest_in(tmp_path, "-q", "-k", "longest", TESTS / "test_strategies_common.py")
    assert ran.returncode == 1, ran.stdout[-3000:]
    assert "test_chooses_distinct_candidates[longest]" in ran.stdout


def test_an_extractor_of_the_wrong_precision_is_found_out(tmp_path: Path) -> None:
    install(tmp_path, Part("features", "lengths", "Lengths", DOUBLE, "", ""))
    ran = pytest_in(tmp_path, "-q", "-k", "lengths", TESTS / "test_extractors_common.py")
    assert ran.returncode == 1, ran.stdout[-3000:]
    assert " passed" in ran.stdout


def test_a_new_part_is_offered_like_ours(tmp_path: Path) -> None:
    install(tmp_path, *PARTS)
    said = python(
        tmp_path,
        "-c",
        "import quandary, quandary.exporters, quandary.features, numpy as np\n"
        "print(quandary.strategies()['longest'])\n"
        "print(quandary.exporters()['markdown'])\n"
        "print(quandary.features()['lengths'])\n"
        "X = np.array([[1.0], [9.0], [5.0]])\n"
        "al = quandary.ActiveLearner(X, classes=['a', 'b'], strategy='longest', audit=0)\n"
        "print(list(al.ask(2).ids))\n",
    )
    assert said.stdout.splitlines() == [
        "The items whose features are largest, seen from the origin.",
        "One line a labeled item, as a list",
        "Characters and words of a text",
        "['1', '2']",
    ], said.stderr
