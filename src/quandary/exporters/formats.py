"""Choosing a format by name or by the suffix of a path."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from quandary.core.errors import ConfigError
from quandary.core.registry import exporters
from quandary.exporters.job import Exporter


def choose(target: Path, name: str | None, kind: str) -> tuple[str, Exporter]:
    """The format called ``name``, else the one of the suffix of ``target``, for a project of ``kind``."""
    name = name or by_suffix(target)
    exporter: Exporter = exporters.make(name)
    if exporter.kinds is not None and kind not in exporter.kinds:
        fit = ", ".join(other for other, part in made().items() if part.kinds is None or kind in part.kinds)
        raise ConfigError(
            f"format {name!r} is for {' or '.join(exporter.kinds)} projects, this one holds {kind}; choose {fit}"
        )
    return name, exporter


def by_suffix(target: Path) -> str:
    """The name of the format that ends like ``target``; ``ConfigError`` lists the suffixes."""
    suffixes: dict[str, str] = {}
    for name, exporter in made().items():
        suffixes.setdefault(exporter.suffix, name)
    if target.suffix.lower() == ".zip":
        return "folder"
    if target.suffix.lower() in suffixes:
        return suffixes[target.suffix.lower()]
    known = ", ".join(f"{suffix or 'a folder'} ({name})" for suffix, name in suffixes.items())
    raise ConfigError(
        f"no format ends in {target.suffix!r}; end {target.name!r} in one of {known}, or name one with --format"
    )


def table_writer(target: Path) -> Any:
    """The exporter that writes any table to a path that ends like ``target``."""
    writers = {e.suffix: e for e in made().values() if hasattr(e, "write_table")}
    if target.suffix.lower() not in writers:
        raise ConfigError(f"tables are not written as {target.suffix!r}; end {target.name!r} in {', '.join(writers)}")
    return writers[target.suffix.lower()]


def describe(kind: str) -> list[dict[str, Any]]:
    """Every format for a project of ``kind``: name, title, suffix, what it loses, and whether it can be had here."""
    return [
        {"name": name, "title": e.title, "suffix": e.suffix, "loses": e.loses, **_available(e)}
        for name, e in made().items()
        if e.kinds is None or kind in e.kinds
    ]


def made() -> dict[str, Exporter]:
    """Every exporter by name."""
    return {name: part() for name, part in exporters.all().items()}


def _available(exporter: Exporter) -> dict[str, Any]:
    if exporter.needs is None or find_spec(exporter.needs[0]) is not None:
        return {"available": True, "install": None}
    return {"available": False, "install": f"pip install 'quandary[{exporter.needs[1]}]'"}
