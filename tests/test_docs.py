"""What the documentation says can be done as written: its Python runs, its commands, options and links exist."""

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from quandary.core.registry import Registry, extractors, learners

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


WITH_EXAMPLES = ["README.md", "docs/extending.md", "docs/learners.md"]
COMMANDS = sorted(
    {
        line.partition("#")[0].strip()
        for page in PAGES
        for block in blocks(page, "sh")
        for line in block.splitlines()
        if line.startswith(("quandary ", "make "))
    }
    | {found for page in PAGES for found in re.findall(r"`(make [^`]+)`", page.read_text(encoding="utf-8"))}
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_python_runs(name: str, tmp_path: Path) -> None:
    code = "\n".join(blocks(ROOT / name, "python"))
    assert "import quandary" in code
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_all_pages_with_examples_are_run() -> None:
    found = {
        name for name, page in zip(NAMES, PAGES, strict=True) if "import quandary" in "".join(blocks(page, "python"))
    }
    assert found == set(WITH_EXAMPLES)


def rows(page: str, heading: str) -> dict[str, str]:
    """Each name in the table under a heading of a page, with its line."""
    _, _, below = (ROOT / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    lines = re.findall(r"^\| `(\w+)` (\|.*)$", below.partition("\n## ")[0], re.MULTILINE)
    assert len(lines) == len(dict(lines)), "a name stands there twice"
    return dict(lines)


@pytest.mark.parametrize(("heading", "parts"), [("Learners", learners), ("Representations", extractors)])
def test_every_part_is_in_its_table_with_its_extra(heading: str, parts: Registry) -> None:
    own: dict[str, Any] = {name: part for name, part in parts.all().items() if part.__module__.startswith("quandary.")}
    told = rows("docs/learners.md", heading)
    assert set(told) == set(own)
    for name, part in own.items():
        extra = part.needs[1] if getattr(part, "needs", None) else ""
        cells = [cell.strip().strip("`") for cell in told[name].split("|")]
        assert cells[-3] == extra, f"the extra of {name}"
        variable = getattr(sys.modules[part.__module__], "VARIABLE", "")
        assert variable in told[name], f"where the weights of {name} lie"
        if heading == "Representations":
            assert cells[1] == getattr(part, "reads", part.kind), f"what {name} is of"


@cache
def helped(*command: str) -> str:
    """What `quandary ... --help` prints."""
    asked = [sys.executable, "-m", "quandary", *command, "--help"]
    ran = subprocess.run(asked, capture_output=True, text=True, env=dict(os.environ, COLUMNS="200"))
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("quandary ")])
def test_command_and_its_options_exist(command: str) -> None:
    _, name, *words = shlex.split(command)
    options = [word for word in words if word.startswith("--")]
    offered = helped(name)
    assert not [option for option in options if option not in offered]


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("make ")])
def test_make_target_exists(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    _, target, *settings = command.split()
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert all(f"$({setting.partition('=')[0]})" in makefile for setting in settings)


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if "://" not in link and not (page.parent / link).exists()]


def test_index_names_every_page() -> None:
    def unlinked(index: Path) -> list[str]:
        text = index.read_text(encoding="utf-8")
        return [page.name for page in index.parent.glob("*.md") if page != index and f"({page.name})" not in text]

    assert not unlinked(ROOT / "docs/index.md") + unlinked(ROOT / "docs/decisions/README.md")
