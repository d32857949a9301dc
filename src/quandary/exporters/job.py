"""What exporters are given and what they give back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

Cell = str | int | float | None
Kind = Literal["text", "number", "whole"]

# The first columns of every table of labels; the source's own follow.
LABEL_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("id", "text"),
    ("label", "text"),
    ("annotator", "text"),
    ("answered_at", "text"),
    ("seconds", "number"),
    ("reason", "text"),
    ("strategy", "text"),
    ("model_version", "whole"),
)


@dataclass(frozen=True)
class Table:
    """Rows under columns: ``kinds`` says of each column what its cells are; None is an empty cell.

    ``rows`` streams them, the same ones each time.
    """

    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: Callable[[], Iterator[tuple[Cell, ...]]]


@dataclass(frozen=True)
class Labeled:
    """One labeled item whose image is to be written."""

    item: str
    label: str
    name: str  # of the file within the source
    read: Callable[[], bytes]


class Job(Protocol):
    """A project as an exporter sees it; each part is made when it is asked for."""

    kind: str  # text, table, image or vectors

    def labels(self) -> Table:
        """One row a labeled item: ``LABEL_COLUMNS``, then the source's columns."""
        ...

    def predictions(self) -> Table:
        """One row an item: id, class, probability, margin, and the probability of each class."""
        ...

    def images(self) -> Iterator[Labeled]:
        """The labeled images with their bytes as they are in the source."""
        ...

    def model(self) -> Any:
        """What was learned, as a scikit-learn estimator over contents and class names."""
        ...


@dataclass(frozen=True)
class Written:
    """What an exporter did: how many items, and what the format could not carry, a line each."""

    items: int
    notes: tuple[str, ...] = ()


class Exporter(Protocol):
    """One output format; made without arguments.

    title   for people                           suffix  of the file, ``""`` for a folder
    loses   what the format cannot carry         needs   optional package and its extra, or None
    kinds   of project it is for, None for all
    """

    title: ClassVar[str]
    suffix: ClassVar[str]
    loses: ClassVar[str]
    needs: ClassVar[tuple[str, str] | None]
    kinds: ClassVar[tuple[str, ...] | None]

    def write(self, job: Job, target: Path) -> Written:
        """Write to ``target``: wholly, or not at all."""
        ...
