"""The texts of items, as extractors read them."""

from __future__ import annotations

from collections.abc import Sequence

from quandary.core.content import Content

LONGEST = 20_000  # characters of a text that count


def texts_of(contents: Sequence[Content], columns: Sequence[str]) -> list[str]:
    """The columns of each item in one line of text.

    >>> texts_of([{"title": "Hello", "body": "you"}], ("title", "body"))
    ['Hello you']
    """
    return [" ".join(content.get(column, "")[:LONGEST] for column in columns) for content in contents]


def encodable(texts: Sequence[str]) -> list[str]:
    """The texts without lone surrogates, which cannot be encoded; no word holds one.

    >>> encodable(["a" + chr(0xD800) + "b"])
    ['ab']
    """
    return [text.encode("utf-8", "ignore").decode() for text in texts]
