"""A user's labeled file as numbers to compare strategies on."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from quandary.bench.data import Data
from quandary.core.errors import InputError
from quandary.core.features import Features
from quandary.core.ports import Progress, silent
from quandary.project.create import create_project
from quandary.readers.source import Source

PROJECT, FEATURES = "project.quandary", "features"


def prepare(source: Source, name: str, folder: Path, progress: Progress = silent) -> tuple[Data, int]:
    """Read ``source`` below ``folder``; return the labeled items and how many others there are.

    Goes through a project, so that items and features are what a person would be asked about, with the label hidden.
    """
    if "label" not in source.roles:
        raise InputError("a comparison needs labels to answer with; name their column with --label")
    target, kept = folder / PROJECT, folder / FEATURES
    _rescue_features(target, kept)
    with create_project(target, source, progress=progress) as project:
        _return_features(kept, target)
        features, state = project.features(progress), project.state()
        positions, codes = state.labeled()
        if not len(positions):
            raise InputError(f"column {source.roles['label']!r} holds no label at all; name another with --label")
        rows = slice(None) if len(positions) == len(features) else positions
        classes = state.class_names()
    return Data(name, Features(features[rows], features.kind), np.asarray(codes), classes), len(features) - len(
        positions
    )


def _rescue_features(project: Path, kept: Path) -> None:
    """The project is read anew, since the file may have changed; features are kept by content and may serve again."""
    if (project / FEATURES).is_dir():
        shutil.rmtree(kept, ignore_errors=True)
        (project / FEATURES).replace(kept)
    shutil.rmtree(project, ignore_errors=True)


def _return_features(kept: Path, project: Path) -> None:
    if kept.is_dir():
        shutil.rmtree(project / FEATURES, ignore_errors=True)
        kept.replace(project / FEATURES)
