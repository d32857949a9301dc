"""Every example runs from start to end, and shows what it promises."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))
PROMISES = {"digits.py": (r"on held-out digits: (0\.\d+)", 0.93)}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_example_runs(path: Path, tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-W", "error", path], capture_output=True, text=True, cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not list(tmp_path.iterdir())
    pattern, least = PROMISES[path.name]
    found = re.search(pattern, ran.stdout)
    assert found is not None
    assert float(found[1]) > least
