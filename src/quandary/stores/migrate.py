"""Bring a project file to the schema of this version, or refuse one from a later version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

import quandary
from quandary.core.errors import DamagedProject, NewerVersion
from quandary.stores.tables import APPLICATION_ID, HEAD

SCRIPTS = Path(__file__).parent / "migrations"


def revision_of(connection: Connection) -> str | None:
    """The schema revision of the file, or None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def check(connection: Connection, path: Path) -> bool:
    """Whether the file has this version's schema; False for an older one, ``NewerVersion`` for a newer.

    Raises ``DamagedProject`` for a file that is not a project.
    """
    revision = revision_of(connection)
    if revision is None:
        raise DamagedProject(
            f"{path} is not a Quandary project; name the folder of one, or make one with: quandary label"
        )
    if revision == HEAD:
        return True
    if revision in known_revisions():
        return False
    raise newer(connection, path)


def newer(connection: Connection, path: Path) -> NewerVersion:
    """The error for a file that a later version wrote: which one, and what to install."""
    writer = connection.execute(text("SELECT value FROM meta WHERE name = 'written_by'")).scalar()
    version = str(writer).strip('"') if writer else ""
    wanted = f"quandary>={version}" if version not in ("", quandary.__version__) else "quandary"
    return NewerVersion(
        f"{path.parent} was written by Quandary {version or 'of a later version'}, this is {quandary.__version__}; "
        f"nothing was changed; run: pip install --upgrade '{wanted}'"
    )


def known_revisions() -> set[str]:
    """The revisions this version can read or bring up to date."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}


def upgrade(connection: Connection) -> None:
    """Run the missing migrations in the caller's transaction: all of them or none."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(SCRIPTS))
    with EnvironmentContext(Config(), script, fn=lambda revision, _: script._upgrade_revs("head", revision)) as context:
        context.configure(connection=connection, transaction_per_migration=False)
        context.run_migrations()
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")


def back_up(path: Path, revision: str) -> Path:
    """Copy the file beside itself before its schema changes, and return the copy's path."""
    copy = path.with_name(f"{path.stem}.before-{revision}.db")
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
