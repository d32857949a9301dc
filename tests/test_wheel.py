"""What is built holds what an installed Quandary needs, the page included, which git does not know."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = "quandary/static/assets/page.js"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist of a copy of the source with a stand-in page."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("static", "__pycache__"))
    (copy / "web/node_modules/big").mkdir(parents=True)
    (copy / "web/node_modules/big/index.js").touch()
    (copy / "web/package.json").write_text("{}")
    for name in ("index.html", "assets/page.js"):
        page = copy / "src/quandary/static" / name
        page.parent.mkdir(exist_ok=True)
        page.touch()
    build(copy, "wheel", "sdist")
    return copy / "dist"


def build(folder: Path, *targets: str, **env: str) -> None:
    """Build in ``folder`` with the hatchling of this environment."""
    asked = [word for target in targets for word in ("-t", target)]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *asked], cwd=folder, check=True, env=dict(os.environ, **env)
    )


def names(archive: Path) -> set[str]:
    """The files of a wheel or an sdist."""
    if archive.suffix == ".whl":
        return set(zipfile.ZipFile(archive).namelist())
    with tarfile.open(archive) as tar:
        return {name.partition("/")[2] for name in tar.getnames()}


def sources() -> set[str]:
    """Every file of the package as git would have it, relative to `src`."""
    files = [path for path in (ROOT / "src").rglob("*") if path.is_file()]
    return {str(path.relative_to(ROOT / "src")) for path in files if not {"static", "__pycache__"} & set(path.parts)}


def test_wheel_holds_the_package_and_the_page(built: Path) -> None:
    inside = names(next(built.glob("*.whl")))
    assert sources() | {PAGE, "quandary/py.typed"} <= inside
    assert not [name for name in inside if "__pycache__" in name or "node_modules" in name]


def test_sdist_holds_the_page_and_what_builds_it(built: Path) -> None:
    inside = names(next(built.glob("*.tar.gz")))
    assert {f"src/{PAGE}", "hatch_build.py", "web/package.json", "LICENSE"} <= inside
    assert not [name for name in inside if "node_modules" in name]


def test_wheel_from_sdist_builds_no_page(built: Path, tmp_path: Path) -> None:
    # In a process of its own: Python 3.11.2 has no filters yet, 3.12 warns without one.
    subprocess.run([sys.executable, "-m", "tarfile", "-e", next(built.glob("*.tar.gz")), tmp_path], check=True)
    folder = next(tmp_path.iterdir())
    build(folder, "wheel", PATH="")
    assert PAGE in names(next((folder / "dist").glob("*.whl")))


def test_wheel_without_page_when_not_wanted(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("static", "dist"))
    build(tmp_path / "copy", "wheel", QUANDARY_SKIP_UI="1")
    inside = names(next((tmp_path / "copy/dist").glob("*.whl")))
    assert PAGE not in inside
    assert "quandary/cli/__init__.py" in inside
