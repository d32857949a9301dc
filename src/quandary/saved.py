"""A learner of a script on the disk: its items, log and numbers in a folder, nothing that runs when it is read.

The folder holds ``project.db`` (items and log), the numbers as ``X.npy`` or ``X.npz``, and
``learner.skops`` where the learner was an object. A data frame is kept as the strings of its rows.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from quandary.core.errors import ConfigError, InputError, NotFound
from quandary.core.events import Event
from quandary.core.ids import ItemIds
from quandary.core.registry import learners, strategies
from quandary.files.atomic import replace_file
from quandary.pool import Pool, frame_pool, make_pool
from quandary.stores.sqlite import SqliteStore

PROJECT = "script"
REGISTRIES = {"strategy": strategies, "learner": learners}


@dataclass(frozen=True)
class Saved:
    """What a saved learner consists of; ``settings`` are JSON values."""

    pool: Pool
    ids: ItemIds
    log: Sequence[Event]
    settings: dict[str, Any]


def write(folder: str | Path, saved: Saved, learner: Any) -> None:
    """Write all of it, or nothing: a folder that was there stays until the new one is whole."""
    target = Path(folder)
    fresh, old = target.with_name(target.name + ".new"), target.with_name(target.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    _write_items(fresh, saved)
    if saved.pool.contents is None:
        _write_numbers(fresh, saved.pool.features[:])
    if not isinstance(learner, str):
        replace_file(fresh / "learner.skops", _dumped(learner))
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _write_items(folder: Path, saved: Saved) -> None:
    contents = saved.pool.contents or [{}] * len(saved.ids)
    with SqliteStore.create(folder / "project.db") as store:
        store.add_items(zip(saved.ids, contents, strict=True), source="script")
        store.append(PROJECT, saved.log)
        store.set_meta("script", saved.settings)


def _write_numbers(folder: Path, X: Any) -> None:
    held = io.BytesIO()
    if hasattr(X, "tocsr"):
        sparse.save_npz(held, X.tocsr())
        replace_file(folder / "X.npz", held.getvalue())
    else:
        np.save(held, np.asarray(X), allow_pickle=False)
        replace_file(folder / "X.npy", held.getvalue())


def read(folder: str | Path) -> Saved:
    """Read what ``write`` wrote; raises ``NotFound``, ``DamagedProject`` or ``InputError``."""
    target = Path(folder)
    if not (target / "project.db").is_file():
        raise NotFound(f"no saved learner at {target}: project.db is missing; save one with ActiveLearner.save")
    with SqliteStore.open(target / "project.db", read_only=True) as store:
        settings = store.meta("script")
        if settings is None:
            raise InputError(
                f"{target} is a project of the page, not a saved learner; open it with: quandary label {target}"
            )
        ids, log = store.ids(), store.read(PROJECT)
        contents = store.contents(0, store.count()) if settings["frame"] else None
    pool = frame_pool(contents) if contents is not None else make_pool(_read_numbers(target))
    return Saved(pool, ids, log, settings)


def _read_numbers(folder: Path) -> Any:
    if (folder / "X.npz").is_file():
        return sparse.load_npz(folder / "X.npz")
    return np.load(folder / "X.npy", mmap_mode="r", allow_pickle=False)


def describe(part: Any, kind: str) -> Any:
    """How a strategy or learner is written down: a name, a name with parameters, or None for a foreign object."""
    if isinstance(part, str):
        return {"name": part, "parameters": {}}
    for name, cls in REGISTRIES[kind].all().items():
        if type(part) is cls:
            return {"name": name, "parameters": _parameters(part)}
    return None


def _parameters(part: Any) -> dict[str, Any]:
    values: dict[str, Any] = asdict(part) if is_dataclass(part) and not isinstance(part, type) else part.get_params()
    return values


def rebuild(described: Any, given: Any, kind: str, folder: Path) -> Any:
    """The strategy or learner again: the one given now, else by name, else from its file."""
    if given is not None:
        return given
    if described is not None and not described["parameters"]:
        return described["name"]
    if described is not None:
        return REGISTRIES[kind].make(described["name"], **described["parameters"])
    if kind == "learner" and (folder / "learner.skops").is_file():
        return _loaded(folder / "learner.skops")
    raise ConfigError(
        f"the {kind} was an object of your own; pass it again: quandary.load({str(folder)!r}, {kind}=...)"
    )


def _dumped(learner: Any) -> bytes:
    from skops.io import dumps

    held: bytes = dumps(learner)
    return held


def _loaded(path: Path) -> Any:
    from skops.io import get_untrusted_types, load

    # Only types that cannot run anything of their own; anything else must come from the caller.
    unknown = get_untrusted_types(file=path)
    if unknown:
        raise ConfigError(f"the learner uses {', '.join(unknown)}; pass it again: quandary.load(..., learner=...)")
    return load(path, trusted=[])
