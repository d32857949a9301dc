"""The content of items: the whole row of the source, as strings by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

Content = Mapping[str, str]
JOIN = "+"  # of the columns that make up one text, as in ``--text title+abstract``


class Contents(Protocol):
    """The contents of a pool, by position; read in slices, never whole."""

    def __len__(self) -> int: ...

    def slice(self, start: int, stop: int) -> Sequence[Content]:
        """The contents at positions ``start`` to ``stop - 1``."""
        ...


def columns_of(role: str, columns: Sequence[str]) -> list[str]:
    """The columns that a role names: itself, or several joined by ``+``.

    >>> columns_of("title+abstract", ["id", "title", "abstract"])
    ['title', 'abstract']
    """
    return [role] if role in columns else role.split(JOIN)


def text_of(content: Content, role: str) -> str:
    """The text of an item whose text role is ``role``; several columns with a blank line between.

    >>> text_of({"title": "Cats", "abstract": "They purr."}, "title+abstract")
    'Cats\\n\\nThey purr.'
    """
    parts = (content.get(column, "") for column in columns_of(role, list(content)))
    return "\n\n".join(part for part in parts if part.strip())
