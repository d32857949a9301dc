"""Which column of a table is what: named by the user or guessed from names and the first rows."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from quandary.core.content import JOIN
from quandary.core.errors import InputError
from quandary.files.images import is_image_name
from quandary.files.paths import confined
from quandary.readers.source import SourceKind, Wanted

TEXT_NAMES = ("text", "content", "body", "message", "sentence", "comment", "tweet", "review", "document", "question")
TITLES = ("title", "document title", "subject", "headline")
ABSTRACTS = ("abstract", "summary", "description", "body", "text", "content")
IMAGE_NAMES = ("image", "path", "file_name", "filename", "image_path", "file")
MOST_NAMED = 30
LONG = 30  # characters of a mean text; cities and job titles are shorter
WORDS = 4


def roles_of(
    columns: Sequence[str], sample: Sequence[Sequence[str]], wanted: Wanted, folder: Path
) -> tuple[SourceKind, dict[str, str]]:
    """The kind of a table in ``folder`` and its roles; ``sample`` holds its first rows."""
    roles = {}
    for role in ("id", "label"):
        name = getattr(wanted, role)
        if name is not None:
            roles[role] = column(columns, name, role)
    if wanted.text is not None:
        return "text", {"text": text_role(columns, wanted.text), **roles}
    if wanted.image is not None:
        return "image", {"image": column(columns, wanted.image, "image"), **roles}
    free = [name for name in columns if name not in roles.values()]
    cells = {name: [row[i] for row in sample if row[i].strip()] for i, name in enumerate(columns)}
    if image := guess_image(free, cells, folder):
        return "image", {"image": image, **roles}
    if text := guess_text(free, cells):
        return "text", {"text": text, **roles}
    return "table", roles


def column(columns: Sequence[str], name: str, role: str) -> str:
    """The column that ``name`` means: itself, or the only one that differs in case or surrounding blanks."""
    if name in columns:
        return name
    loose = [c for c in columns if c.strip().casefold() == name.strip().casefold()]
    if len(loose) == 1:
        return loose[0]
    near = get_close_matches(name, columns, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    listed = ", ".join(map(repr, columns[:MOST_NAMED])) + (", ..." if len(columns) > MOST_NAMED else "")
    raise InputError(f"there is no column {name!r} for {role}; {hint}The columns are: {listed}")


def text_role(columns: Sequence[str], name: str) -> str:
    """The text role that the user's ``name`` means: a column, or several joined by ``+``."""
    parts = [name] if name in columns or JOIN not in name else name.split(JOIN)
    return JOIN.join(column(columns, part, "text") for part in parts)


def guess_image(columns: Sequence[str], cells: dict[str, list[str]], folder: Path) -> str | None:
    """A column that is called like one of image paths and holds nothing else, some of them there."""
    for name in columns:
        usual = name.strip().casefold() in IMAGE_NAMES and all(map(is_image_name, cells[name]))
        if usual and any(is_there(folder, cell) for cell in cells[name]):
            return name
    return None


def is_there(folder: Path, name: str) -> bool:
    """Whether ``name`` is a file in ``folder``."""
    try:
        return confined(folder, name.strip()).is_file()
    except InputError:
        return False


def guess_text(columns: Sequence[str], cells: dict[str, list[str]]) -> str | None:
    """A title with its abstract, a column of a usual name, else the only one of long texts, or None."""
    named = {name.strip().casefold(): name for name in columns if is_prose(cells[name])}
    title = next((named[t] for t in TITLES if t in named), None)
    abstract = next((named[a] for a in ABSTRACTS if a in named), None)
    if title and abstract:
        return f"{title}{JOIN}{abstract}"
    usual = next((named[t] for t in TEXT_NAMES if t in named), None)
    if usual:
        return usual
    long = [name for name in columns if is_long(cells[name])]
    if len(long) > 1:
        return JOIN.join(long) if len(long) <= 3 and not any(JOIN in name for name in long) else None
    if not long and len(columns) == 1 and named:
        return columns[0]
    return long[0] if long else None


def is_prose(cells: Sequence[str]) -> bool:
    """Whether a column of a text's name holds words, not numbers."""
    return not cells or sum(any(c.isalpha() for c in cell) for cell in cells) > len(cells) / 2


def is_long(cells: Sequence[str]) -> bool:
    """Whether the cells are sentences: long, of several words, hardly one like another."""
    if not cells:
        return False
    characters = sum(map(len, cells)) / len(cells)
    words = sum(len(cell.split()) for cell in cells) / len(cells)
    # Writing without blanks between words is told by its letters beyond the Latin ones.
    unspaced = words < WORDS and sum(ord(c) > 0x2E80 for cell in cells for c in cell) > 10 * len(cells)
    return (unspaced or (characters >= LONG and words >= WORDS)) and len(set(cells)) > len(cells) / 2
