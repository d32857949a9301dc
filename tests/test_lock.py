"""The locks pin everything that the package needs, and say nothing of where it comes from."""

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
CORE = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
OPTIONAL: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
EXTRAS = [Requirement(line) for lines in OPTIONAL.values() for line in lines]
# Builds of a deep learning framework differ by machine: extras with one are in no lock.
LOCKED = [Requirement(line) for name, lines in OPTIONAL.items() if name not in ("tabpfn", "torch") for line in lines]
DEVELOPER = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]

# Imported under another name, or as part of a package that is declared.
DISTRIBUTION = {
    "PIL": "pillow",
    "charset_normalizer": "charset-normalizer",
    "click": "typer",
    "pydantic": "fastapi",
    "huggingface_hub": "huggingface-hub",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "starlette": "fastapi",
    "threadpoolctl": "scikit-learn",
}


# Imported by name, when somebody compares with them: quandary.bench.peers.
PEERS = {"scikit-activeml", "small-text"}


def pins(lock: str) -> dict[str, list[str]]:
    """Each package of a lock with the versions it is pinned to, one for each range of Pythons."""
    found: dict[str, list[str]] = {}
    for name, pinned in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(pinned)
    return found


@pytest.mark.parametrize(
    ("lock", "wanted"), [("requirements.lock", CORE), ("requirements-dev.lock", CORE + LOCKED + DEVELOPER)]
)
def test_lock_pins_what_is_declared(lock: str, wanted: list[Requirement]) -> None:
    pinned = pins(lock)
    for requirement in wanted:
        versions = pinned.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not in {lock}: run `make lock`"
        assert all(version in requirement.specifier for version in versions), f"{requirement}: run `make lock`"


def test_both_locks_agree() -> None:
    developer = pins("requirements-dev.lock")
    assert all(developer.get(name) == versions for name, versions in pins("requirements.lock").items())


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_holds_pins_and_hashes_only(lock: str) -> None:
    for entry in (ROOT / lock).read_text().replace("\\\n", " ").splitlines():
        pin, *hashes = entry.split("--hash=")
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+( ; [^/@]+)?\s*", pin), entry
        assert hashes, f"{pin} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", each) for each in hashes), entry


def test_locks_hold_no_deep_learning_framework() -> None:
    assert not {"torch", "tensorflow", "jax"} & set(pins("requirements-dev.lock"))


def test_few_direct_dependencies() -> None:
    assert len(CORE) <= 18


def imported() -> set[str]:
    """The distributions that the source imports, anywhere in a file."""
    tops = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                tops |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                tops.add(node.module.partition(".")[0])
    return {DISTRIBUTION.get(top, top) for top in tops - sys.stdlib_module_names - {"quandary"}}


def test_every_import_is_declared_and_every_dependency_is_used() -> None:
    assert imported() | PEERS == {requirement.name for requirement in CORE + EXTRAS}
