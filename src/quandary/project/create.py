"""Make a project from a source: all of it or nothing."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from quandary.core.errors import ConfigError, Conflict, InputError, ProjectBusy, StorageFull
from quandary.core.events import IMPORTED, AnswerGiven, ClassChanged, Event, ItemsAdded, PlanChanged
from quandary.core.names import unknown_name
from quandary.core.plan import AUTO, plan_from_names
from quandary.core.ports import Progress, silent
from quandary.files.atomic import sync_folder
from quandary.project.classes import check_name, check_names
from quandary.project.contents import PoolContents
from quandary.project.folder import DATABASE, LOG, VECTORS, Project, open_project
from quandary.project.vectors import copy_vectors
from quandary.readers.source import Source
from quandary.stores.lock import ProjectLock
from quandary.stores.sqlite import SqliteStore

MOST_CLASSES = 1_000
BUILDING = ".building-"


def create_project(
    folder: str | Path,
    source: Source,
    *,
    classes: Sequence[str] = (),
    plan: Mapping[str, Any] | None = None,
    progress: Progress = silent,
) -> Project:
    """Read ``source`` into a new project and open it for writing.

    ``classes`` come first, then those of the labels that the source holds, sorted; such labels count as given.
    ``plan`` holds names and parameters as in ``PlanChanged``; ``representation`` in it is the name of an extractor for
    such items, or ``auto``. It is built beside ``folder`` and renamed, so that nothing is left of a source that cannot
    be read.
    Raises ``InputError``, ``ConfigError``, ``Conflict`` if ``folder`` is there, ``StorageFull``.
    """
    folder = Path(folder)
    names, plan = check_names(classes), dict(plan or {})
    plan_from_names(plan)  # refuses unknown names before anything is read
    check_representation(plan.get("representation"), source.kind)
    if folder.exists():
        raise Conflict(f"{str(folder)!r} is already there; open it, or choose another folder")
    draft = _draft(folder)
    try:
        _fill(draft, source, names, plan, progress, folder)
        os.replace(draft, folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return open_project(folder)


def check_representation(name: str | None, kind: str) -> None:
    """Refuse what items of ``kind`` cannot be seen by."""
    if name is None:
        return
    from quandary.features.cache import representations

    if name not in (known := [AUTO, *representations(kind)]):
        raise ConfigError(unknown_name(f"representation of {kind}", name, known))


def _draft(folder: Path) -> Path:
    """An empty folder beside ``folder`` that is not taken for a project."""
    _clear_abandoned(folder)
    draft = folder.with_name(f".{folder.name}{BUILDING}{os.getpid()}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir(mode=0o700)
    except OSError as error:
        raise StorageFull(
            f"cannot make {str(folder)!r} ({error.strerror}); choose a folder you may write to with --project"
        ) from error
    return draft


def _clear_abandoned(folder: Path) -> None:
    """Remove what a process that was killed while building left; one that is still building holds its lock."""
    for left in folder.parent.glob(f".{folder.name.translate(LITERAL)}{BUILDING}*"):
        try:
            lock = ProjectLock(left / "lock")
        except (ProjectBusy, StorageFull):
            continue
        shutil.rmtree(left, ignore_errors=True)
        lock.release()


LITERAL = str.maketrans({c: f"[{c}]" for c in "*?["})


def _fill(
    draft: Path, source: Source, names: list[str], plan: dict[str, Any], progress: Progress, folder: Path
) -> None:
    labels: list[tuple[str, str]] = []
    hidden = {source.roles["label"]} if "label" in source.roles else set()
    with SqliteStore.create(draft / DATABASE) as store:
        added = store.add_items(_rows(source, labels, progress), source=str(source.root), hidden=hidden)
        if not added.count:
            raise InputError(f"{source.root.name!r} holds no items; give a file with at least one row")
        if source.kind == "vectors":
            copy_vectors(source, draft / VECTORS, added.count, progress)
        store.append(LOG, _beginning(added, names, labels, plan, source), expected=0)
        store.set_meta("project", _about(source, folder))
        store.set_meta("skipped", [[skip.name, skip.reason] for skip in source.skipped])
        store.set_meta("profile", _profile(source, store, hidden))
    sync_folder(draft)


def _rows(source: Source, labels: list[tuple[str, str]], progress: Progress) -> Iterator[tuple[str, dict[str, str]]]:
    """The items of ``source``; their labels go to ``labels``."""
    known: dict[str, str] = {}  # one object a class, not one a row
    for row in source.rows(progress):
        if row.label is not None:
            labels.append((row.id, known.setdefault(row.label, row.label)))
        yield row.id, row.content


def _beginning(
    added: ItemsAdded, names: list[str], labels: list[tuple[str, str]], plan: dict[str, Any], source: Source
) -> list[Event]:
    now = time.time()
    found = sorted({label for _, label in labels} - set(names))
    _refuse_odd_labels(found, labels, source)
    return [
        PlanChanged(plan, at=now),
        *(ClassChanged("add", name, at=now) for name in [*names, *found]),
        added,
        *(AnswerGiven(item, label, IMPORTED, at=now, strategy=IMPORTED) for item, label in labels),
    ]


def _refuse_odd_labels(found: list[str], labels: list[tuple[str, str]], source: Source) -> None:
    """Refuse a label column that holds something else than classes."""
    column = source.roles.get("label", "label")
    if len(found) > MOST_CLASSES:
        common = ", ".join(repr(name) for name, _ in Counter(label for _, label in labels).most_common(3))
        raise InputError(
            f"column {column!r} holds {len(found)} different labels (such as {common}), but there may be at most "
            f"{MOST_CLASSES} classes; name another column with --label"
        )
    for name in found:
        try:
            check_name(name)
        except ValueError as error:
            item = next(item for item, label in labels if label == name)
            raise InputError(f"the label of item {item!r} in column {column!r} cannot be a class: {error}") from error


def _about(source: Source, folder: Path) -> dict[str, Any]:
    root = source.root.absolute()
    try:
        beside = os.path.relpath(root, folder.absolute())
    except ValueError:  # another drive
        beside = str(root)
    about = {"kind": source.kind, "roles": dict(source.roles), "columns": list(source.columns)}
    return {**about, "root": str(root), "beside": beside, "made": time.time()}


def _profile(source: Source, store: SqliteStore, hidden: set[str]) -> Any:
    """What is usual in each column that is shown, so that what is not can be marked."""
    from quandary.features.profile import TableProfile

    shown = [name for name in source.columns if name not in hidden]
    return TableProfile.of(PoolContents(store, hidden), shown).to_json()
