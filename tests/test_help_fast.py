"""`quandary --help` answers at once: it must not load what only the commands need."""

import subprocess
import sys

import pytest

SLOW = {
    "alembic",
    "fastapi",
    "numpy",
    "pandas",
    "PIL",
    "pyarrow",
    "scipy",
    "skimage",
    "sklearn",
    "skops",
    "sqlalchemy",
    "uvicorn",
}
CODE = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
from quandary.cli import main
sys.argv = ["quandary", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("command", [[], ["demo"], ["label"], ["export"], ["simulate"]], ids=" ".join)
def test_help_loads_no_heavy_package(command: list[str]) -> None:
    ran = subprocess.run([sys.executable, "-c", CODE, *command, "--help"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Usage" in ran.stdout
    assert not SLOW & set(ran.stderr.split())
