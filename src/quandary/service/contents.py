"""Contents of items for showing: as a card, as one line, as the address of a small picture."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from quandary.core.ids import ItemIds

KEPT = 512
LINE = 140


class Contents:
    """Contents by position; the last few hundred are kept, since they never change.

    ``project`` gives ``contents_view(position)``; ``base`` is the address of the project's routes.
    """

    def __init__(self, project: Any, ids: ItemIds, base: str) -> None:
        self._project = project
        self._ids = ids
        self._base = base
        self._kept: OrderedDict[int, dict[str, Any]] = OrderedDict()

    def card(self, position: int) -> dict[str, Any]:
        """The ``CONTENT`` object."""
        found = self._kept.get(position)
        if found is None:
            found = dict(self._project.contents_view(position))
            if found["type"] == "image":
                found["url"] = self.address(position, "content")
            self._kept[position] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def brief(self, position: int) -> str:
        """One line of plain text."""
        return brief(self.card(position), self._ids[position])

    def thumb(self, position: int) -> str | None:
        """The address of a small picture, or None."""
        return self.address(position, "thumb?size=160") if self.card(position)["type"] == "image" else None

    def address(self, position: int, what: str) -> str:
        """The address of something about an item."""
        return f"{self._base}/items/{quote(self._ids[position], safe='')}/{what}"


def brief(card: Mapping[str, Any], item: str) -> str:
    """A card as one line of plain text.

    >>> brief({"type": "text", "text": "Charged  twice\\nfor one order"}, "17")
    'Charged twice for one order'
    """
    match card["type"]:
        case "text":
            line = card["text"]
        case "table":
            line = " · ".join(f"{field['name']} {field['value']}" for field in card["fields"][:4])
        case "vector":
            line = ", ".join(f"{value:.3g}" for value in card["values"][:6])
        case _:
            line = card["name"]
    words = " ".join(str(line)[: 4 * LINE].split())
    return (words if len(words) <= LINE else words[: LINE - 1] + "…") or item


def plain(card: Mapping[str, Any]) -> str:
    """A card as plain text, whole.

    >>> plain({"type": "table", "fields": [{"name": "Tenure", "value": "72"}]})
    'Tenure: 72'
    """
    match card["type"]:
        case "text":
            return str(card["text"])
        case "table":
            return "\n".join(f"{field['name']}: {field['value']}" for field in card["fields"])
        case "vector":
            return "\n".join(str(value) for value in card["values"])
    return str(card.get("message", card["name"]))
