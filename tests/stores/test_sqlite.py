"""The file on disk: other processes, kills, tampering, full disks, older and newer versions."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from quandary.core.errors import Conflict, DamagedProject, NewerVersion, NotFound, ProjectBusy, StorageFull
from quandary.core.events import AnswerGiven, NoteWritten
from quandary.stores import database, migrate
from quandary.stores.records import Reply
from quandary.stores.sqlite import SqliteStore
from quandary.stores.tables import HEAD, metadata

P = "main"


def answer(i: int) -> AnswerGiven:
    return AnswerGiven(f"item{i}", "cat", "me", key=f"key{i}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "project.db"


@pytest.fixture
def filled(path: Path) -> Path:
    with SqliteStore.create(path) as store:
        store.append(P, [store.add_items([(f"item{i}", {"text": f"number {i}"}) for i in range(20)])])
        store.append(P, [answer(i) for i in range(20)])
    return path


def python(code: str, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.strip()


# ---- another process -------------------------------------------------------------------

READ = """
import sys
from quandary.stores.sqlite import SqliteStore
with SqliteStore.open(sys.argv[1], read_only=True) as store:
    print(store.version("main"), store.count(), len(store.read("main")))
"""


def test_another_process_reads_while_one_writes(filled: Path) -> None:
    with SqliteStore.open(filled) as store:
        assert said(python(READ, str(filled))) == "21 20 21"
        store.append(P, [NoteWritten("item0", "x", "me")])
        assert said(python(READ, str(filled))) == "22 20 22"


def test_a_reader_sees_each_commit_and_cannot_write(filled: Path) -> None:
    with SqliteStore.open(filled) as store, SqliteStore.open(filled, read_only=True) as reader:
        for i in range(20, 30):
            store.append(P, [answer(i)])
            assert reader.version(P) == store.version(P) == i + 2
        assert reader.read_only
        with pytest.raises(StorageFull, match="opened to read only"):
            reader.append(P, [answer(99)])
        with pytest.raises(StorageFull):
            reader.set_meta("a", 1)


WRITE = """
import sys
from quandary.core.errors import ProjectBusy
from quandary.stores.sqlite import SqliteStore
try:
    SqliteStore.open(sys.argv[1])
except ProjectBusy as error:
    print(error)
"""


def test_a_second_writer_is_refused_with_the_process_id(filled: Path) -> None:
    with SqliteStore.open(filled):
        text = said(python(WRITE, str(filled)))
        assert f"process {os.getpid()}" in text
        assert str(filled.parent) in text
        with pytest.raises(ProjectBusy):
            SqliteStore.open(filled)
    SqliteStore.open(filled).close()


HOLD = """
import os, sys
from quandary.stores.sqlite import SqliteStore
store = SqliteStore.open(sys.argv[1])
if os.fork() == 0:
    print("child", flush=True)
    sys.stdin.read()
    os._exit(0)
sys.stdin.read()
"""


def test_a_kill_frees_the_lock_even_when_a_forked_child_lives_on(filled: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(filled)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "child\n"
    with pytest.raises(ProjectBusy):
        SqliteStore.open(filled)
    process.kill()
    process.wait()
    SqliteStore.open(filled).close()  # while the child still waits for its input
    process.stdin.close()
    process.stdout.close()


# ---- kill -9 ---------------------------------------------------------------------------

WRITER = """
import sys
from quandary.core.events import AnswerGiven
from quandary.stores.records import Reply
from quandary.stores.sqlite import SqliteStore
store = SqliteStore.open(sys.argv[1])
for i in range(int(sys.argv[2]), 10**9):
    two = [AnswerGiven(f"item{i}", "cat", "me", key=f"{kind}{i}") for kind in "ab"]
    store.append("main", two, reply=Reply(f"r{i}", "d", 0, "{}"))
    print(i, flush=True)
"""


@pytest.mark.parametrize("kills", [8])
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(path: Path, kills: int) -> None:
    SqliteStore.create(path).close()
    acked: list[int] = []
    for kill in range(kills):
        process = python(WRITER, str(path), str(100_000 * kill))
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5 + 7 * kill)]  # kills at ever other moments
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acked += [int(line) for line in [*lines, *rest.split("\n")[:-1]] if line]
    with SqliteStore.open(path) as store:
        keys = [event.key for event in store.read(P) if isinstance(event, AnswerGiven)]
        assert len(acked) >= kills * 5
        assert len(keys) == len(set(keys))
        assert {f"a{i}" for i in acked} | {f"b{i}" for i in acked} <= set(keys)
        # What was written in one transaction came together or not at all: at most one more a kill.
        rounds = [int(key[1:]) for key in keys if key[0] == "a"]
        assert [f"{kind}{i}" for i in rounds for kind in "ab"] == keys
        assert all(store.reply(f"r{i}") is not None for i in rounds)
        assert 0 <= len(rounds) - len(acked) <= kills
        store.verify(P)


# ---- tampering -------------------------------------------------------------------------


def tamper(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for statement in statements:
            raw.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE events SET body = '{}'", "DELETE FROM events WHERE version = 3"])
def test_the_log_refuses_to_be_changed(filled: Path, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        tamper(filled, statement)


UNLOCK = ("DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = replace(body, '\"cat\"', '\"dog\"') WHERE version = 7",
        "UPDATE events SET kind = 'NoteWritten' WHERE version = 7",
        "UPDATE events SET hash = replace(hash, 'a', 'b') WHERE version = 7",
        "DELETE FROM events WHERE version = 7",
        "DELETE FROM events WHERE version = 1",
        "UPDATE events SET version = 99 WHERE version = 21",
    ],
)
def test_a_changed_log_is_noticed_when_it_is_read(filled: Path, statement: str) -> None:
    tamper(filled, *UNLOCK, statement)
    with SqliteStore.open(filled) as store, pytest.raises(DamagedProject, match="at entry"):
        store.read(P)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET item = 'item8' WHERE version = 7",
        "UPDATE events SET annotator = NULL WHERE version = 7",
        "UPDATE events SET key = 'x' WHERE version = 7",
        'UPDATE items SET content = \'{"text":"other"}\' WHERE position = 5',
        "UPDATE items SET id = 'other' WHERE position = 5",
        "DELETE FROM items WHERE position = 19",
    ],
)
def test_verify_notices_what_reading_the_log_does_not(filled: Path, statement: str) -> None:
    tamper(filled, *UNLOCK, statement)
    with SqliteStore.open(filled) as store:
        store.read(P)
        with pytest.raises(DamagedProject):
            store.verify(P)


def test_reading_a_tail_checks_the_tail(filled: Path) -> None:
    tamper(filled, *UNLOCK, "UPDATE events SET body = replace(body, '\"cat\"', '\"dog\"') WHERE version = 20")
    with SqliteStore.open(filled) as store:
        assert len(store.read(P, 20)) == 1
        with pytest.raises(DamagedProject):
            store.read(P, 15)


@pytest.mark.parametrize("damage", [b"", b"no database", os.urandom(50_000)])
def test_a_file_that_is_no_database_is_refused(filled: Path, damage: bytes) -> None:
    filled.write_bytes(damage)
    for read_only in (True, False):
        with pytest.raises(DamagedProject, match=r"project\.db"):
            SqliteStore.open(filled, read_only=read_only)
    assert filled.read_bytes() == damage


def test_another_programs_database_is_refused(filled: Path) -> None:
    filled.unlink()
    tamper(filled, "CREATE TABLE notes (text)")
    with pytest.raises(DamagedProject, match="not a Quandary project"):
        SqliteStore.open(filled)


def test_a_lost_file_is_not_made_anew(path: Path) -> None:
    for read_only in (True, False):
        with pytest.raises(NotFound, match=r"project\.db is missing"):
            SqliteStore.open(path, read_only=read_only)
    assert not path.exists()


def test_create_keeps_what_is_there(filled: Path) -> None:
    with pytest.raises(Conflict, match="already there"):
        SqliteStore.create(filled)
    with SqliteStore.open(filled) as store:
        assert store.version(P) == 21


# ---- disks that are full or fail --------------------------------------------------------


def test_a_full_disk_adds_nothing_and_heals(filled: Path) -> None:
    with SqliteStore.open(filled) as store:
        assert store._writer is not None
        pages = store._writer.exec_driver_sql("PRAGMA page_count").scalar()
        store._writer.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        store._writer.rollback()
        big = NoteWritten("item0", "x" * 50_000, "me")
        with pytest.raises(StorageFull, match="nothing was added") as caught:
            store.append(P, [answer(100), big], reply=Reply("r", "d", 0, "{}"))
        assert isinstance(caught.value, OSError)
        with pytest.raises(StorageFull):
            store.add_items([(f"new{i}", {"text": "y" * 1000}) for i in range(500)])
        assert store.version(P) == 21
        assert store.count() == 20
        assert store.reply("r") is None
        store._writer.exec_driver_sql("PRAGMA max_page_count=1000000")
        store._writer.rollback()
        assert store.append(P, [answer(100), big], reply=Reply("r", "d", 0, "{}")) == 23
        store.verify(P)


LIMITED = """
import resource, sys
from quandary.core.errors import StorageFull
from quandary.core.events import AnswerGiven
from quandary.stores.sqlite import SqliteStore
with SqliteStore.open(sys.argv[1]) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    acked = refused = 0
    while refused < 5:
        try:
            store.append("main", [AnswerGiven(f"new{acked}", "cat", "me", key=f"n{acked}")])
            acked += 1
        except StorageFull:
            refused += 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    store.append("main", [AnswerGiven("after", "cat", "me")])
    print(acked)
"""


def test_files_that_may_not_grow_lose_nothing_acknowledged(filled: Path) -> None:
    acked = int(said(python(LIMITED, str(filled))))
    assert acked > 5
    with SqliteStore.open(filled) as store:
        items = [event.item for event in store.read(P, 21) if isinstance(event, AnswerGiven)]
        assert items == [*(f"new{i}" for i in range(acked)), "after"]
        store.verify(P)


def test_after_a_failed_flush_nothing_more_is_acknowledged(filled: Path) -> None:
    with SqliteStore.open(filled) as store:

        def failing(*_: object) -> None:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise DBAPIError("COMMIT", None, error)

        assert store._writer is not None
        store._writer._commit_impl = failing  # type: ignore[method-assign]
        with pytest.raises(StorageFull):
            store.append(P, [answer(100)])
        del store._writer._commit_impl
        with pytest.raises(StorageFull, match="failed to flush; check it, then start again"):
            store.append(P, [answer(100)])
    with SqliteStore.open(filled) as store:
        assert store.append(P, [answer(100)]) == 22


def test_a_database_held_by_another_program_is_busy(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 50)
    with SqliteStore.open(filled) as store, closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProjectBusy, match="another program"):
            store.append(P, [answer(100)])
        other.execute("ROLLBACK")
        assert store.append(P, [answer(100)]) == 22


def test_a_folder_that_cannot_be_written_can_still_be_read(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root, as which tests may run, may write anywhere
    before = sorted(filled.parent.iterdir())
    with SqliteStore.open(filled, read_only=True) as store:
        assert store.version(P) == 21
        assert sorted(filled.parent.iterdir()) == before  # SQLite needs no files of its own
    assert sorted(filled.parent.iterdir()) == before


def test_a_closed_store_says_so(filled: Path) -> None:
    store = SqliteStore.open(filled)
    store.close()
    store.close()
    with pytest.raises(StorageFull, match="it was closed"):
        store.append(P, [answer(100)])


def test_files_are_for_the_owner_alone(filled: Path) -> None:
    assert filled.stat().st_mode & 0o077 == 0


def test_commits_are_flushed(filled: Path) -> None:
    with SqliteStore.open(filled) as store:
        assert store._writer is not None
        pragma = {
            name: store._writer.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
        assert pragma == {"journal_mode": "wal", "synchronous": 2}
        with store._reader.connect() as reader:
            assert reader.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
            assert reader.exec_driver_sql("PRAGMA query_only").scalar() == 1


def test_reading_goes_on_while_a_long_write_runs(filled: Path) -> None:
    started, done = threading.Event(), threading.Event()

    def slow() -> Iterator[tuple[str, dict[str, str]]]:
        yield "a", {}
        started.set()
        assert done.wait(30)
        yield "b", {}

    with SqliteStore.open(filled) as store:
        thread = threading.Thread(target=lambda: store.add_items(slow()))
        thread.start()
        assert started.wait(30)
        assert store.version(P) == 21
        assert store.search("number").size == 20
        done.set()
        thread.join()
        assert store.count() == 22


# ---- versions --------------------------------------------------------------------------


def test_the_newest_migration_makes_the_tables_of_today(path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with SqliteStore.create(path) as store:
        assert store._writer is not None
        assert compare_metadata(MigrationContext.configure(store._writer), metadata) == []
        store._writer.rollback()
    assert ScriptDirectory(str(migrate.SCRIPTS)).get_current_head() == HEAD


NEXT = """
revision = "9999"
down_revision = "{head}"

def upgrade():
    from alembic import op
    import sqlalchemy as sa
    op.create_table("later", sa.Column("x", sa.Text))
    op.execute("INSERT INTO later SELECT id FROM items")
    {more}
"""


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations of a version to come."""
    scripts = tmp_path / "scripts"
    shutil.copytree(migrate.SCRIPTS, scripts)
    (scripts / "versions" / "v9999_later.py").write_text(NEXT.format(head=HEAD, more=""))
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)
    monkeypatch.setattr(migrate, "HEAD", "9999")
    monkeypatch.setattr("quandary.__version__", "9.9.0")
    return scripts


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(query).fetchall()


def test_an_older_file_is_brought_up_to_date_with_a_copy_beside(filled: Path, later: Path) -> None:
    with pytest.raises(StorageFull, match="older version"):
        SqliteStore.open(filled, read_only=True)
    with SqliteStore.open(filled) as store:
        assert store.meta("written_by") == "9.9.0"
        assert len(store.read(P)) == 21
        store.verify(P)
    assert rows(filled, "SELECT count(*) FROM later") == [(20,)]
    copy = filled.with_name(f"project.before-{HEAD}.db")
    assert rows(copy, "SELECT count(*) FROM events") == [(21,)]
    assert rows(copy, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_a_newer_file_is_refused_untouched(filled: Path, later: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqliteStore.open(filled).close()
    monkeypatch.undo()
    before = filled.read_bytes()
    for read_only in (True, False):
        with pytest.raises(NewerVersion, match=r"by Quandary 9\.9\.0, .* pip install --upgrade 'quandary>=9\.9\.0'"):
            SqliteStore.open(filled, read_only=read_only)
    assert filled.read_bytes() == before


def test_a_migration_that_fails_changes_nothing(filled: Path, later: Path) -> None:
    (later / "versions" / "v9999_later.py").write_text(NEXT.format(head=HEAD, more="raise RuntimeError('midway')"))
    with pytest.raises(RuntimeError, match="midway"):
        SqliteStore.open(filled)
    assert rows(filled, "SELECT name FROM sqlite_master WHERE name = 'later'") == []
    assert rows(filled, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_an_event_of_a_newer_version_names_the_version_that_wrote_it(filled: Path) -> None:
    tamper(filled, "UPDATE meta SET value = '\"9.9.0\"' WHERE name = 'written_by'")
    from quandary.stores.codec import link

    (last,) = rows(filled, "SELECT version, hash FROM events ORDER BY version DESC LIMIT 1")
    digest = link(str(last[1]), 22, "BoxDrawn", "{}")
    tamper(filled, f"INSERT INTO events VALUES ('main', 22, 'BoxDrawn', NULL, NULL, NULL, '{{}}', '{digest}')")
    with SqliteStore.open(filled, read_only=True) as store, pytest.raises(NewerVersion, match=r"9\.9\.0"):
        store.read(P)
