"""From a source to its project: made on the first time, opened again after."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quandary.cli.say import note

if TYPE_CHECKING:
    from quandary.project.folder import Project
    from quandary.readers.source import Source

SUFFIX = ".quandary"
DATA_SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".npz", ".zip")
UNITS = {"image": "images", "text": "texts", "table": "rows", "vectors": "vectors"}


@dataclass(frozen=True)
class Columns:
    """Which column is what, as far as the user said so."""

    text: str | None = None
    image: str | None = None
    id: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class Asking:
    """How questions are to be chosen, as far as the user said so."""

    strategy: str | None = None
    learner: str | None = None
    audit: float | None = None
    seed: int | None = None
    representation: str | None = None

    def said(self) -> dict[str, Any]:
        """Only what was said."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}


def project_folder(source: Path) -> Path:
    """The folder of the project of ``source``: beside it, with the suffix ``.quandary``.

    >>> project_folder(Path("data/messages.csv.gz")).as_posix()
    'data/messages.quandary'
    >>> project_folder(Path("scans.2024")).as_posix()
    'scans.2024.quandary'
    """
    name = source.name
    if name.lower().endswith(".gz"):
        name = name[:-3]
    if name.lower().endswith(DATA_SUFFIXES):
        name = Path(name).stem
    return source.with_name(f"{name}{SUFFIX}")


def named(source: Path) -> Path:
    """``source`` with a name of its own, which ``.`` and ``..`` have not."""
    return source.resolve() if source.name in ("", "..") else source


def class_list(text: str | None) -> list[str]:
    """The names in a list with commas.

    >>> class_list("cat, dog")
    ['cat', 'dog']
    """
    return [name.strip() for name in text.split(",") if name.strip()] if text else []


def check_address(host: str, port: int) -> None:
    """Refuse, before anything is made, an address that cannot be listened on; port 0 is any that is free."""
    from quandary.core.errors import ConfigError
    from quandary.server.run import bind

    if not 0 <= port <= 65_535:
        raise ConfigError(f"port must be between 0 (any) and 65535, got {port}")
    bind(host, port).close()


def open_or_create(source: Path, folder: Path | None, columns: Columns, classes: list[str], asking: Asking) -> Project:
    """The project of ``source``, open for writing."""
    source = named(source)
    if source.suffix == SUFFIX and source.is_dir():
        return reopen(source, columns, classes, asking)
    folder = folder or project_folder(source)
    if folder.exists():
        return reopen(folder, columns, classes, asking)
    return create(source, folder, columns, classes, asking)


def create(source: Path, folder: Path, columns: Columns, classes: list[str], asking: Asking) -> Project:
    """Read ``source`` into a new project; says what had to be left out."""
    from quandary.cli.progress import bars
    from quandary.project.create import create_project
    from quandary.readers.source import open_source

    known = open_source(source, text=columns.text, image=columns.image, id=columns.id, label=columns.label)
    with bars() as progress:
        project = create_project(folder, known, classes=classes, plan=asking.said(), progress=progress)
        try:
            project.features(progress)
        except BaseException as error:
            project.close()
            if isinstance(error, Exception):  # what was interrupted goes on next time
                shutil.rmtree(folder, ignore_errors=True)
            raise
    tell_left_out(project, known)
    return project


def tell_left_out(project: Project, source: Source) -> None:
    """Count what could not be read."""
    if source.skipped:
        unit, skipped = UNITS[project.kind], len(source.skipped)
        total = project.store.count() + skipped
        note(
            f"{skipped:,} of {total:,} {unit} cannot be read and were left out; list: quandary status {project.folder}"
        )


def reopen(folder: Path, columns: Columns, classes: list[str], asking: Asking) -> Project:
    """Open a project to go on; what was said of it must fit what it is."""
    from quandary.cli.progress import bars
    from quandary.project.folder import open_project

    project = open_project(folder)
    try:
        _refuse_other_columns(project, columns)
        _refuse_other_classes(project, classes)
        _take_up(project, asking)
        with bars() as progress:
            project.features(progress)
    except BaseException:
        project.close()
        raise
    return project


def _refuse_other_columns(project: Project, columns: Columns) -> None:
    from quandary.core.errors import ConfigError

    for field in fields(columns):
        said, known = getattr(columns, field.name), project.roles.get(field.name)
        if said is not None and said != known:
            what = f"its {field.name} column is {known!r}" if known else f"it has no {field.name} column"
            raise ConfigError(
                f"{project.folder} is there already and {what}, not {said!r}; "
                f"leave --{field.name} out to go on, or start another one with --project DIR"
            )


def _refuse_other_classes(project: Project, classes: list[str]) -> None:
    from quandary.core.errors import ConfigError
    from quandary.core.names import unknown_name

    there = project.state().class_names()
    for name in classes:
        if name not in there:
            said = unknown_name("class", name, there)
            raise ConfigError(f"{project.folder} has {said}; leave --classes out to go on, and add classes on the page")


def _take_up(project: Project, asking: Asking) -> None:
    """Another strategy or learner counts from now on; seed and audit were decided when the project was made."""
    import time

    from quandary.core.errors import ConfigError
    from quandary.core.events import PlanChanged
    from quandary.core.plan import plan_from_names
    from quandary.project.create import check_representation

    defaults = {"strategy": "auto", "learner": "auto", "seed": 0, "audit": 0.3, "representation": project.kind}
    now = {**defaults, **project.state().plan}
    change = {name: value for name, value in asking.said().items() if now[name] != value}
    for name in ("seed", "audit"):
        if name in change:
            raise ConfigError(
                f"{project.folder} was made with {name} {now[name]}, which cannot become {change[name]}: the random "
                f"checks rest on it; leave --{name} out to go on, or start another one with --project DIR"
            )
    if change:
        plan_from_names({**now, **change})
        check_representation(change.get("representation"), project.kind)
        project.append([PlanChanged(change, at=time.time())])
