"""Events and item contents as text, and the hashes that hold them together."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, get_args

from quandary.core.errors import DamagedProject, NewerVersion
from quandary.core.events import Event

KINDS: dict[str, type] = {kind.__name__: kind for kind in get_args(Event)}
FIELDS = {name: tuple(f.name for f in fields(kind)) for name, kind in KINDS.items()}
MOST_WORDS = 50  # databases limit how deep a condition may be
LISTS = {"RoundProposed": ("items", "scores", "reasons", "audit")}  # tuples, which JSON gives back as lists
KNOWN = {name: frozenset(names) for name, names in FIELDS.items()}


def encode(event: Event) -> str:
    """The canonical JSON text of an event's fields, ASCII only.

    >>> from quandary.core.events import NoteWritten
    >>> encode(NoteWritten("7", "odd", "me"))
    '{"annotator":"me","at":0.0,"item":"7","text":"odd"}'
    """
    # Scores may be infinite; Python reads its own NaN and Infinity back, and nobody else reads the log.
    return _canonical.encode({name: getattr(event, name) for name in FIELDS[type(event).__name__]})


def decode(kind: str, body: str) -> Event:
    """The event of that kind and JSON text; ``NewerVersion`` for what this version does not know."""
    if kind not in KINDS:
        raise NewerVersion(f"the log holds an event {kind!r} that this version does not know; install a newer Quandary")
    values = json.loads(body)
    if unknown := values.keys() - KNOWN[kind]:
        raise NewerVersion(f"the log holds {kind} with {', '.join(unknown)}, not known here; install a newer Quandary")
    for name in LISTS.get(kind, ()):
        values[name] = tuple(values.get(name, ()))
    try:
        event: Event = KINDS[kind](**values)
    except TypeError as error:
        raise DamagedProject(f"the log holds half of a {kind} ({error}); go back to a copy of the project") from error
    return event


def origin(project: str) -> str:
    """The hash that stands before the first event of a project."""
    return hashlib.sha256(b"quandary log\0" + project.encode("utf-8", "surrogatepass")).hexdigest()


def link(previous: str, version: int, kind: str, body: str) -> str:
    """The hash of one entry, which makes every later hash depend on it."""
    return hashlib.sha256(f"{previous}\n{version}\n{kind}\n{body}".encode()).hexdigest()


def encode_content(content: Mapping[str, str]) -> str:
    """The JSON text of an item's content, columns in order, storable as UTF-8."""
    text = _compact.encode(content)
    return text if encodable(text) else json.dumps(content, separators=(",", ":"))


def encodable(text: str) -> bool:
    """Whether ``text`` is Unicode without half characters, which file names can hold."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class RowsDigest:
    """A running hash over ids and encoded contents, the same however the rows are cut into blocks."""

    def __init__(self) -> None:
        self._running = hashlib.sha256()

    def add(self, rows: Iterable[tuple[str, str]]) -> None:
        """Take in more rows."""
        text = "".join(f"{len(name)} {len(content)} {name}{content}" for name, content in rows)
        self._running.update(text.encode("utf-8", "surrogatepass"))

    def hex(self) -> str:
        """The hash over all rows so far."""
        return self._running.hexdigest()


def searchable(content: Mapping[str, str], hidden: frozenset[str]) -> str:
    """What a search looks through: the values of all but the hidden columns, case and form folded."""
    return folded("\n".join(value for name, value in content.items() if name not in hidden))


def words_of(query: str) -> list[str]:
    """The words that a search looks for, folded like what it looks through."""
    return list(dict.fromkeys(folded(query).split()))[:MOST_WORDS]


def folded(text: str) -> str:
    """``text`` without differences of case or compatibility form.

    >>> folded("Straße ﬁve")
    'strasse five'
    """
    if text.isascii():
        return text.lower()
    whole = unicodedata.normalize("NFKC", text).casefold()
    return whole.encode("utf-8", "replace").decode()


def _plain(value: Any) -> Any:
    """JSON values of numpy scalars, arrays and mappings."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"an event can hold JSON values only, got {type(value).__name__}")


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain)
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
