"""What a reader makes of a path: a source, read in rows of strings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import InputError
from quandary.core.ports import Progress
from quandary.core.registry import readers

SourceKind = Literal["text", "table", "image", "vectors"]
MOST_LISTED = 10_000  # a file of a billion broken lines must not fill the memory with their names


@dataclass(frozen=True, slots=True)
class Row:
    """One item: its id, the whole row of the source in column order, its label if it has one already, its vector."""

    id: str
    content: dict[str, str]
    label: str | None = None
    vector: NDArray[np.float32] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Skipped:
    """What could not be read, and why; the rest went on."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns that the user named; None where nothing was said."""

    text: str | None = None
    image: str | None = None
    id: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class Source:
    """A file, folder or zip understood: what it holds and how to read it.

    roles    which column is what: ``text``, ``image``, ``id``, ``label``, ``vector``; absent where not used.
             A text of several columns is written ``title+abstract`` (see ``core.content.text_of``)
    columns  of the source, in order
    root     the file, folder or zip that everything is confined to
    rows     streams the items, the same ones each time; the ids are checked once all are read
    skipped  filled while streaming: broken images, lines of wrong length
    """

    kind: SourceKind
    roles: Mapping[str, str]
    columns: tuple[str, ...]
    root: Path
    rows: Callable[[Progress], Iterator[Row]]
    skipped: list[Skipped] = field(default_factory=list)

    def skip(self, name: str, reason: str) -> None:
        """Note that ``name`` could not be read."""
        if len(self.skipped) < MOST_LISTED:
            self.skipped.append(Skipped(name, reason))


class Reader(Protocol):
    """One input format."""

    suffixes: tuple[str, ...]  # lower case, with the dot; for messages

    def accepts(self, path: Path) -> bool:
        """Whether the name (or that it is a folder) says it is this format."""
        ...

    def open(self, path: Path, wanted: Wanted) -> Source:
        """Understand ``path``; ``InputError`` says in one line what is wrong with it."""
        ...


def open_source(
    path: str | Path,
    *,
    text: str | None = None,
    image: str | None = None,
    id: str | None = None,
    label: str | None = None,
) -> Source:
    """Understand the file, folder or zip at ``path``; nothing but its beginning is read yet.

    ``text``, ``image``, ``id`` and ``label`` name columns; ``label="folder"`` takes the class of an image from its
    sub-folder. Raises ``InputError``, in one line: what is wrong, the value, what is valid, what to do next.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"there is no file or folder {str(path)!r}; {_beside(path)}")
    if text is not None and image is not None:
        raise InputError(f"text={text!r} and image={image!r} cannot both be shown; name one of them")
    for part in readers.all().values():
        reader: Reader = part()
        if reader.accepts(path):
            return reader.open(path, Wanted(text, image, id, label))
    raise InputError(_unread(path))


def known_suffixes() -> list[str]:
    """The suffixes of the files that are read, sorted."""
    return sorted({suffix for part in readers.all().values() for suffix in part().suffixes})


REFUSED = {
    (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".skops"): "could run code when opened and is never read; "
    "save arrays as .npz (numpy.savez('pool.npz', X=X)) and tables as .csv",
    (".h5", ".hdf5", ".npy", ".mat"): "is not read; save arrays as .npz (numpy.savez('pool.npz', X=X))",
    (".xlsx", ".xls", ".ods", ".numbers"): "is a spreadsheet; save it as CSV (UTF-8) and name that file",
    (".json",): "is not read; write one JSON object a line and call it .jsonl",
    (".tar", ".tgz", ".7z", ".rar"): "is not read; unpack it and name the folder, or pack it as .zip",
    (".dcm", ".svg", ".heic", ".pdf"): "is not read; convert it to PNG",
}


def _unread(path: Path) -> str:
    name = path.name.lower()
    for suffixes, said in REFUSED.items():
        if name.endswith(tuple(s + end for s in suffixes for end in ("", ".gz"))):
            return f"{path.name!r} {said}; read are: {', '.join(known_suffixes())} and folders of images"
    suffix = f"suffix {path.suffix!r}, which no reader knows" if path.suffix else "no suffix"
    return f"{path.name!r} has {suffix}; read are: {', '.join(known_suffixes())} and folders of images"


def _beside(path: Path) -> str:
    from difflib import get_close_matches

    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r} either; give a file or folder that exists"
    near = get_close_matches(path.name, [entry.name for entry in folder.iterdir()], n=1)
    return f"did you mean {str(folder / near[0])!r}?" if near else "give a file or folder that exists"
