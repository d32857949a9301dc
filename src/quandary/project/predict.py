"""Classes and probabilities for items, of the project or of another source."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import InputError
from quandary.core.ports import Progress, silent
from quandary.exporters.formats import table_writer
from quandary.exporters.job import Cell, Kind, Table
from quandary.project.folder import Project
from quandary.project.model import build_model
from quandary.project.report import Report
from quandary.project.vectors import vector
from quandary.readers.source import Row, Source, open_source

BLOCK = 1_024
DIGITS = 6


def predict(project: Project, source: Source | str | Path, to: str | Path, *, progress: Progress = silent) -> Report:
    """Write id, class, probability, margin and each class's probability for every item of ``source``.

    The model is fitted on every label of the log. ``source`` needs the columns that the project's items have;
    it is read and written in blocks, however large it is. Raises ``InputError`` for a missing column.
    """
    target = Path(to)
    writer = table_writer(target)
    opened = source if isinstance(source, Source) else open_like(project, source)
    refuse_other(project, opened)
    learner = build_model(project, progress=progress).set_params(extractor=None)  # rows come as numbers already
    names = tuple(str(name) for name in learner.names)

    def rows() -> Iterator[tuple[Cell, ...]]:
        for ids, inputs in inputs_of(project, opened, progress):
            yield from prediction_rows(ids, learner.predict_proba(inputs), names)

    written = writer.write_table(prediction_table(names, rows), target)
    notes = [*written.notes, *(f"left out {skip.name}: {skip.reason}" for skip in opened.skipped)]
    return Report(str(target), target.suffix.lower().lstrip("."), written.items, 0, tuple(notes))


def open_like(project: Project, path: str | Path) -> Source:
    """Open another source as the project's own was, but without its labels."""
    source = open_source(path)
    named = {r: c for r, c in project.roles.items() if r in ("id", "image") and c in source.columns}
    if project.kind == "image" and source.kind == "image":
        named.pop("image", None)
    if project.kind == "text":
        named["text"] = project.roles["text"]
    return open_source(path, **named) if named and source.kind != "vectors" else source


def refuse_other(project: Project, source: Source) -> None:
    """Raise ``InputError`` if ``source`` does not hold what the project's model was made from."""
    if (
        "vectors" in (project.kind, source.kind) or "image" in (project.kind, source.kind)
    ) and project.kind != source.kind:
        raise InputError(f"{source.root.name!r} holds {source.kind}, but {project.name!r} learned from {project.kind}")
    if project.kind != "table":
        return
    needed = [name for name in project.columns if name not in (project.roles.get("label"), project.roles.get("id"))]
    if missing := [name for name in needed if name not in source.columns]:
        raise InputError(
            f"{source.root.name!r} lacks the column {missing[0]!r} that the model needs; "
            f"its columns are: {', '.join(source.columns)}; the model's are: {', '.join(needed)}"
        )


def inputs_of(project: Project, source: Source, progress: Progress) -> Iterator[tuple[list[str], Any]]:
    """Ids and model inputs of ``source``, in blocks: numbers, as the project's extractor makes them."""
    extractor = extractor_for(project, source)
    for block in _blocks(source.rows(progress)):
        given = [vector(row) for row in block] if source.kind == "vectors" else [row.content for row in block]
        yield [row.id for row in block], extractor.transform(given)


def extractor_for(project: Project, source: Source) -> Any:
    """The project's fitted extractor, looking for images where ``source`` has them."""
    extractor = copy.copy(project.extractor())
    if source.kind == "image":
        extractor.set_params(root=str(source.root), columns=(source.roles["image"],))
    return extractor


def prediction_table(names: Sequence[str], rows: Any) -> Table:
    """The table of predictions over ``rows``: a function that streams them."""
    columns = ("id", "class", "probability", "margin", *(f"p_{name}" for name in names))
    numbers: list[Kind] = ["number"] * (len(names) + 2)
    return Table(columns, ("text", "text", *numbers), rows)


def prediction_rows(
    ids: Sequence[str], proba: NDArray[np.floating[Any]], names: Sequence[str]
) -> Iterator[tuple[Cell, ...]]:
    """One row an item; the margin is the lead of the likeliest class over the next, 0 to 1."""
    best = proba.argmax(axis=1)
    ranked = np.sort(proba, axis=1)
    margin = ranked[:, -1] - (ranked[:, -2] if proba.shape[1] > 1 else 0)
    for i, item in enumerate(ids):
        shares = [round(float(p), DIGITS) for p in proba[i]]
        yield (item, names[best[i]], shares[best[i]], round(float(margin[i]), DIGITS), *shares)


def _blocks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while block := list(islice(rows, BLOCK)):
        yield block
