"""Hand a project's labels, predictions or model to an exporter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from quandary.core.events import AnswerGiven
from quandary.core.ports import Progress, silent
from quandary.core.query import predict_proba
from quandary.core.state import SKIPPED, UNSURE, State, together
from quandary.exporters import formats
from quandary.exporters.job import LABEL_COLUMNS, Cell, Kind, Labeled, Table
from quandary.project.folder import Project
from quandary.project.model import build_model
from quandary.project.originals import Originals
from quandary.project.predict import prediction_rows, prediction_table
from quandary.project.report import Report

BLOCK = 2_000


def export_project(
    project: Project, to: str | Path, format: str | None = None, *, progress: Progress = silent
) -> Report:
    """Write the project to ``to`` in ``format``, by default the one of the suffix, wholly or not at all.

    Raises ``ConfigError`` for an unknown format or suffix, listing the valid ones, and ``StorageFull``.
    """
    target = Path(to)
    name, exporter = formats.choose(target, format, project.kind)
    job = ProjectJob(project, progress)
    written = exporter.write(job, target)
    return Report(str(target), name, written.items, job.answers, (*written.notes, *job.not_carried()))


def describe_formats(project: Project) -> list[dict[str, Any]]:
    """The formats for this project: name, title, suffix, loses, available, install."""
    return formats.describe(project.kind)


def preview(project: Project, rows: int = 5) -> dict[str, Any]:
    """Columns and first rows of the table of labels."""
    table = ProjectJob(project).labels()
    return {"columns": list(table.columns), "rows": [list(row) for row in islice(table.rows(), rows)]}


class ProjectJob:
    """A project as exporters see it: the state of the log when it was made, whatever is answered meanwhile."""

    def __init__(self, project: Project, progress: Progress = silent) -> None:
        self._project = project
        self._progress = progress
        self.kind: str = project.kind
        self._state = State(project.store.ids())
        said: dict[int, AnswerGiven] = {}
        for event in project.read():
            self._state.apply(event)
            if isinstance(event, AnswerGiven):
                said[self._state.version] = event
        self.positions, _ = self._state.labeled()
        self._standing = {int(p): said[together(self._state.answers(int(p))).version] for p in self.positions}

    @property
    def answers(self) -> int:
        """Answers on record, those by several people and skips included."""
        touched = np.flatnonzero(self._state.kind)
        return sum(len(self._state.answers(int(p))) for p in touched)

    def not_carried(self) -> list[str]:
        """What is in the project and in no table of labels."""
        kinds = self._state.kind
        counts = {
            "skipped items": int((kinds == SKIPPED).sum()),
            "items called unsure": int((kinds == UNSURE).sum()),
            "notes": len(self._state.notes),
            "items with several answers, of which one is given": sum(
                len(self._state.answers(int(p))) > 1 for p in self.positions
            ),
        }
        return [f"not in the export: {n} {what}" for what, n in counts.items() if n]

    # ---- what exporters ask for ----------------------------------------------------

    def labels(self) -> Table:
        """One row a labeled item."""
        columns = source_columns(self._project.columns)
        ours: tuple[tuple[str, Kind], ...] = (*LABEL_COLUMNS, *((name, "text") for name in columns))
        return Table(tuple(name for name, _ in ours), tuple(kind for _, kind in ours), self._label_rows)

    def _label_rows(self) -> Iterator[tuple[Cell, ...]]:
        for start in range(0, len(self.positions), BLOCK):
            some = self.positions[start : start + BLOCK]
            for position, content in zip(some, self._project.store.contents_of(some), strict=True):
                yield (*self._said(int(position)), *(content.get(name, "") for name in self._project.columns))
            self._progress(start + len(some), len(self.positions), "exporting")

    def _said(self, position: int) -> tuple[Cell, ...]:
        answer, label = self._standing[position], self._state.label(position)
        return (
            answer.item,
            label,
            answer.annotator,
            iso(answer.at),
            answer.seconds,
            answer.reason,
            answer.strategy,
            answer.model_version,
        )

    def images(self) -> Iterator[Labeled]:
        """The labeled images."""
        role, originals = self._project.roles["image"], Originals(self._project.root)
        for start in range(0, len(self.positions), BLOCK):
            some = self.positions[start : start + BLOCK]
            for position, content in zip(some, self._project.store.contents_of(some), strict=True):
                name = content[role].strip()
                label = self._state.label(int(position)) or ""
                yield Labeled(self._state.ids[int(position)], label, name, partial(originals.read, name))

    def predictions(self) -> Table:
        """One row an item of the project."""
        model = build_model(self._project, self._state, self._progress)
        features = self._project.features(self._progress)
        names = tuple(str(name) for name in model.names)

        def rows() -> Iterator[tuple[Cell, ...]]:
            for start in range(0, len(features), BLOCK):
                some = np.arange(start, min(start + BLOCK, len(features)))
                proba = predict_proba(model.learner, features, some, len(names))
                yield from prediction_rows(self._state.ids.names(some), proba, names)
                self._progress(int(some[-1]) + 1, len(features), "predicting")

        return prediction_table(names, rows)

    def model(self) -> Any:
        """What was learned."""
        return build_model(self._project, self._state, self._progress)


def iso(at: float) -> str | None:
    """A moment in Unix seconds as ISO 8601 in UTC, or None where it is not known.

    >>> iso(1790000000.25), iso(0)
    ('2026-09-21T14:13:20.250Z', None)
    """
    if not at:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def source_columns(columns: tuple[str, ...]) -> list[str]:
    """The source's columns under names that differ from ours and from each other.

    >>> source_columns(("text", "label", "source.label"))
    ['text', 'source.label', 'source.source.label']
    """
    taken = {name for name, _ in LABEL_COLUMNS}
    out = []
    for name in columns:
        while name in taken:
            name = f"source.{name}"
        taken.add(name)
        out.append(name)
    return out
