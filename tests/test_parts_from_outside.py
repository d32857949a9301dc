"""A part of another package, one file and one entry point, is held to its family's suite by being installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

STRATEGY = '''
from dataclasses import dataclass
import numpy as np
from quandary.core.query import QueryContext, Selection, top_k


@dataclass(frozen=True)
class Foreign:
    """Ask for the rows that are farthest from the origin.

    References
    ----------
    Sener, Savarese (2018), Active learning for convolutional neural networks, ICLR.
    """

    def select(self, context: QueryContext, k: int) -> Selection:
        far = np.linalg.norm(context.features.dense(context.candidates), axis=1)
        picked = top_k(far, k, context.rng)
        return Selection(context.candidates[picked], far)
'''
EXPORTER = '''
from pathlib import Path
from quandary.exporters.job import Job, Written
from quandary.exporters.jsonl import JsonlExporter


class Foreign(JsonlExporter):
    """One JSON object a labeled item, under a name of its own"""

    title = "Foreign lines"
    suffix = ".foreign"
'''
EXTRACTOR = '''
from quandary.features.text import TextFeatures


class Foreign(TextFeatures):
    """Text in a few dimensions only"""

    version = 7
'''
PARTS = {
    "strategies": (STRATEGY, "test_strategies_common.py"),
    "exporters": (EXPORTER, "test_exporters_common.py"),
    "features": (EXTRACTOR, "test_extractors_common.py"),
}


def install(folder: Path, family: str, source: str) -> None:
    """Write a distribution of one file with one entry point."""
    (folder / f"foreign_{family}.py").write_text(source)
    info = folder / "foreign-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[quandary.{family}]\nforeign = foreign_{family}:Foreign\n")


def run_suite(folder: Path, suite: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", "foreign"]
    return subprocess.run(
        [*command, str(HERE / suite)],
        cwd=HERE.parent,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("family", PARTS)
def test_a_part_from_outside_passes_the_suite_of_its_family(family: str, tmp_path: Path) -> None:
    source, suite = PARTS[family]
    install(tmp_path, family, source)
    run = run_suite(tmp_path, suite)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert run.stdout.count("PASSED") >= 3
    assert "SKIPPED" not in run.stdout


def test_a_faulty_part_from_outside_is_found(tmp_path: Path) -> None:
    install(tmp_path, "strategies", STRATEGY.replace("context.candidates[picked]", "context.candidates[picked * 0]"))
    run = run_suite(tmp_path, "test_strategies_common.py")
    assert run.returncode == 1
    assert run.stdout.count("FAILED") >= 3
