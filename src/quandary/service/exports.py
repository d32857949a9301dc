"""Labels, predictions and model as files to take along."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quandary.core.errors import ConfigError
from quandary.core.names import unknown_name
from quandary.project.folder import Project


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made for one person, in a folder to remove afterwards."""

    folder: Path
    path: Path


def formats(project: Project) -> dict[str, Any]:
    """What can be exported, and the first rows of it."""
    from quandary.project.export import describe_formats, preview

    return {"formats": describe_formats(project), "preview": preview(project)}


def export(project: Project, name: str) -> Made:
    """Write the project in one format; what is a folder comes as a zip."""
    from quandary.project.export import describe_formats, export_project

    known = {entry["name"]: entry for entry in describe_formats(project)}
    if name not in known:
        raise ConfigError(unknown_name("format", name, known))
    folder = Path(tempfile.mkdtemp(prefix="quandary-export-"))
    try:
        target = folder / f"{_file_name(project.name)}-{name}{known[name]['suffix']}"
        export_project(project, target, name)
        return Made(folder, _as_file(target))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _as_file(target: Path) -> Path:
    if not target.is_dir():
        return target
    return Path(shutil.make_archive(str(target), "zip", target))


def _file_name(name: str) -> str:
    """A name that every system can keep a file under."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-") or "project"
