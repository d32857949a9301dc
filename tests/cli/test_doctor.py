"""The checkup finds what is wrong and says what to do."""

import sqlite3
from importlib import metadata
from pathlib import Path

import pytest

from quandary.cli import checkup
from quandary.cli.checkup import FAULT, GOOD, NOTE, Finding, check_project, everything, has_wal_bug
from quandary.core.ports import silent
from quandary.project.create import create_project
from quandary.readers.source import open_source
from tests.cli.command import quandary
from tests.cli.sources import texts


@pytest.fixture
def project(tmp_path: Path) -> Path:
    source = open_source(texts(tmp_path / "mood.csv"), label="mood")
    create_project(tmp_path / "mood.quandary", source, progress=silent).close()
    return tmp_path / "mood.quandary"


def test_sound_project_is_counted(project: Path) -> None:
    found = check_project(project)
    assert found.sign == GOOD
    assert found.said.endswith("30 items are as they were written; 30 labels")


def test_changed_answer_is_found(project: Path) -> None:
    database = sqlite3.connect(project / "project.db")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    events = next(name for name in tables if "event" in name)
    for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {trigger}")  # they keep the log append-only
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({events})")]
    with database:
        for column in columns:
            database.execute(
                f"UPDATE {events} SET {column} = replace({column}, 'good', 'evil') WHERE typeof({column}) = 'text'"
            )
    database.close()
    assert check_project(project).sign == FAULT
    ran = quandary("doctor", project)
    assert ran.returncode == 2
    assert "FAULT  project" in ran.stdout


def test_no_project(tmp_path: Path) -> None:
    assert check_project(tmp_path / "none.quandary").sign == FAULT


@pytest.mark.parametrize(
    ("version", "bug"),
    [
        ((3, 6, 23), False),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_versions_with_the_bug(version: tuple[int, ...], bug: bool) -> None:
    assert has_wal_bug(version) is bug


def test_missing_extra_names_its_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        metadata, "requires", lambda name: ["numpy>=2", 'no-such-package>=1; extra == "tables"', "numpy; extra == 'x'"]
    )
    assert list(checkup.extras()) == [
        Finding(NOTE, "extra tables", "without no-such-package; to have it: pip install 'quandary[tables]'"),
        Finding(GOOD, "extra x", f"numpy {metadata.version('numpy')}"),
    ]


def test_everything_is_looked_at(project: Path) -> None:
    looked = [finding.what for finding in everything(project)]
    assert looked[:5] == ["quandary", "packages", "SQLite", "linear algebra", "page"]
    assert looked[-2:] == ["disk", "project"]
