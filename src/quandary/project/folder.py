"""A project on disk, opened: its items, its log, and what follows from them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import quote

from quandary.core.errors import DamagedProject, InputError, NotFound
from quandary.core.events import Event, ItemsAdded
from quandary.core.features import Features
from quandary.core.plan import Plan, plan_from_names, seen_by
from quandary.core.ports import Progress, silent
from quandary.core.state import State
from quandary.project import contents
from quandary.stores.records import Reply
from quandary.stores.sqlite import SqliteStore

DATABASE, VECTORS, FEATURES = "project.db", "vectors.npz", "features"
LOG = "main"  # what the log is called in the database, whatever the folder is called


class Project:
    """One project; make or open it with ``create_project`` or ``open_project``.

    folder   where it lies                  name     of the folder, without ``.quandary``
    store    items and log                  key      what the log is called in the store
    kind     ``text``, ``table``, ``image`` or ``vectors``
    roles    which column is what           columns  of the source, in order
    root     folder or zip of the images; the copied vectors; else the source file, which is no longer needed

    May be used from several threads; the state it gives out is shared and changes with the log.
    """

    key = LOG

    def __init__(self, folder: Path, store: SqliteStore) -> None:
        self.folder = folder
        self.store = store
        self.name = folder.name.removesuffix(".quandary")
        self.about: dict[str, Any] = store.meta("project") or {}
        if not self.about:
            raise DamagedProject(f"{folder} holds no description of its items; go back to a copy of it")
        self.kind: Any = self.about["kind"]
        self.roles: dict[str, str] = self.about["roles"]
        self.columns: tuple[str, ...] = tuple(self.about["columns"])
        self._turn = RLock()
        self._state: State | None = None
        self._features: dict[str, Features] = {}
        self._kept: dict[str, Any] = {}

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files and the lock; closing twice is fine."""
        self.store.close()

    # ---- the log -------------------------------------------------------------------

    def state(self) -> State:
        """The state the log is in now; folds what is new since the last call."""
        with self._turn:
            state = self._state or State(self.store.ids())
            new = self.store.read(self.key, state.version)
            if any(isinstance(e, ItemsAdded) and e.first + e.count > len(state.ids) for e in new):
                state, new = State(self.store.ids()), self.store.read(self.key)
            for event in new:
                state.apply(event)
            self._state = state
            return state

    def read(self, after: int = 0) -> list[Event]:
        """Events with version > ``after``, oldest first."""
        return self.store.read(self.key, after)

    def append(self, events: Sequence[Event], *, expected: int | None = None, reply: Reply | None = None) -> int:
        """Add events to the log and return the new version once they are on the disk; see the store."""
        return self.store.append(self.key, events, expected=expected, reply=reply)

    def plan(self) -> Plan:
        """How questions are chosen now."""
        return plan_from_names(self.state().plan)

    # ---- items ---------------------------------------------------------------------

    @property
    def hidden(self) -> frozenset[str]:
        """Columns that nobody sees before answering."""
        return frozenset(self.roles[role] for role in ("label",) if role in self.roles)

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """What could not be read when the items came in: name and reason."""
        return [(name, reason) for name, reason in self.store.meta("skipped", [])]

    @cached_property
    def root(self) -> Path:
        """What names of images are confined to; ``InputError`` if it is gone."""
        return find_root(self.folder, self.about)

    @cached_property
    def profile(self) -> Any:
        """What is usual in each column."""
        from quandary.features.profile import TableProfile

        return TableProfile.from_json(self.store.meta("profile", {}))

    def contents(self) -> contents.PoolContents:
        """The contents that features are made from: without label and id."""
        return contents.PoolContents(self.store, [self.roles[r] for r in ("label", "id") if r in self.roles])

    def contents_view(self, position: int) -> dict[str, Any]:
        """The item as it is shown: ``CONTENT`` of the HTTP interface."""
        if self.kind == "vectors":
            return contents.vector_view(self.features().dense([position])[0])
        content = contents.without(self.store.content(position), self.hidden)
        if self.kind == "image":
            item = quote(self.store.item_id(position), safe="")
            url = f"/api/projects/{quote(self.name, safe='')}/items/{item}/content"
            return contents.image_view(self.root, content[self.roles["image"]], url)
        if self.kind == "text":
            return contents.text_view(content, self.roles["text"], self.profile)
        return contents.table_view(content, self.profile)

    # ---- features ------------------------------------------------------------------

    @property
    def representation(self) -> str:
        """What the items are seen by: the name of an extractor, as the plan says, else that of their kind."""
        return seen_by(self.state().plan, self.kind)

    def features(self, progress: Progress = silent, name: str = "") -> Features:
        """The features of all items: computed on first use, then kept in ``features/``.

        ``name`` is that of a representation; without it the project's own. Each is kept.
        """
        with self._turn:
            name = name or self.representation
            if name not in self._features:
                kept = self._kept_of(name)
                self._features[name] = kept.features() or kept.build(progress)
            return self._features[name]

    def features_if_kept(self, name: str) -> Features | None:
        """The features of a representation if they were computed before; ``ConfigError`` if it cannot be used here."""
        with self._turn:
            if name not in self._features and (found := self._kept_of(name).features()) is not None:
                self._features[name] = found
            return self._features.get(name)

    def extractor(self, progress: Progress = silent, name: str = "") -> Any:
        """The fitted transformer from contents to features, of the project's own representation or of another."""
        with self._turn:
            name = name or self.representation
            self.features(progress, name)
            return self._kept_of(name).extractor()

    def _kept_of(self, name: str) -> Any:
        from quandary.features.cache import Kept, make_extractor

        if name not in self._kept:
            extractor = make_extractor(self.kind, self.roles, self.columns, self.root, name)
            digest = "-".join(e.digest for e in self.read() if isinstance(e, ItemsAdded))
            folder = self.folder / FEATURES
            place = folder if name == self.kind else folder / name
            self._kept[name] = Kept(place, extractor, self.contents(), digest)
        return self._kept[name]


def open_project(folder: str | Path, *, write: bool = True) -> Project:
    """Open the project in ``folder``; with ``write`` it is held until closed.

    Raises ``NotFound``, ``ProjectBusy``, ``NewerVersion``, ``DamagedProject``, or ``InputError`` when the images
    that it is about are gone.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotFound(
            f"no project {str(folder)!r}; name a folder that ends in .quandary, or make one: quandary label SOURCE"
        )
    store = SqliteStore.open(folder / DATABASE, read_only=not write)
    try:
        project = Project(folder, store)
        if write:
            project.state()  # reads the whole log, which checks it
            _ = project.root
    except BaseException:
        store.close()
        raise
    return project


def find_root(folder: Path, about: dict[str, Any]) -> Path:
    """The root of the source, where it was, or where it is when project and source were moved together."""
    if about["kind"] == "vectors":
        return folder / VECTORS
    known, beside = Path(about["root"]), Path(os.path.normpath(folder.absolute() / about["beside"]))
    found = next((path for path in (known, beside) if path.exists()), None)
    if found is None and about["kind"] == "image":
        raise InputError(
            f"the images of {folder.name} were in {str(known)!r}, which is not there; put them back, "
            f"or move them to {str(beside)!r}"
        )
    return found or known
