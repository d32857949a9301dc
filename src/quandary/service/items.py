"""The list of items, searched, filtered and sorted; and one item with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import ConfigError
from quandary.core.features import Positions
from quandary.core.names import unknown_name
from quandary.core.state import LABELED, OPEN, SKIPPED, UNSURE
from quandary.service import records
from quandary.service.desk import Desk

KINDS = ("any", "labeled", "open", "skipped", "unsure", "noted", "audit")
SORTS = ("position", "recent", "uncertain")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """What to list; empty texts leave a filter out."""

    words: str = ""
    label: str = ""
    kind: str = "any"
    predicted: str = ""
    sort: str = "position"
    offset: int = 0
    limit: int = 50
    content: bool = False


def listing(desk: Desk, query: ItemQuery, found: Positions | None) -> dict[str, Any]:
    """Lines of the items that match; ``found`` are those that hold the words, None where none were asked for."""
    kept = _kept(desk, query)
    positions = np.flatnonzero(kept) if found is None else found[kept[found]]
    positions = _sorted(desk, query.sort, positions)
    shown = positions[query.offset : query.offset + query.limit]
    return {"total": len(positions), "items": [_line(desk, int(p)) for p in shown]}


def _line(desk: Desk, position: int) -> dict[str, Any]:
    """One item in a list, without its content."""
    guess = desk.learned.guess(desk.state, position)
    return {
        "item": desk.state.ids[position],
        "label": desk.state.label(position),
        "kind": kind_of(desk, position),
        "note": desk.state.notes.get(position),
        "suggestion": None if guess is None else {"class": guess[0], "probability": guess[1]},
    }


def whole(desk: Desk, item: str) -> dict[str, Any]:
    """One item with all that is known of it, without its content."""
    position = desk.state.ids.position(item)
    return {
        **desk.item(desk.question(position)),
        "label": desk.state.label(position),
        "kind": kind_of(desk, position),
        "note": desk.state.notes.get(position),
        "answers": records.of_item(desk, position),
        "position": position,
    }


def kind_of(desk: Desk, position: int) -> str | None:
    """``label``, ``skip``, ``unsure``, or None for an item that is open (also since its class was deleted)."""
    kind = int(desk.state.kind[position])
    if kind == OPEN or (kind == LABELED and desk.state.label(position) is None):
        return None
    return records.KIND_NAMES[kind]


def _kept(desk: Desk, query: ItemQuery) -> Mask:
    if query.kind not in KINDS:
        raise ConfigError(unknown_name("kind of item", query.kind, KINDS))
    kept = _of_kind(desk, query.kind)
    if query.label:
        kept &= desk.state.labels() == _class(desk, query.label)
    if query.predicted:
        kept &= _predicted(desk, query.predicted)
    return kept


def _of_kind(desk: Desk, kind: str) -> Mask:
    state = desk.state
    match kind:
        case "labeled":
            return state.labels() >= 0
        case "open":
            return np.asarray((state.labels() < 0) & (state.kind != UNSURE))
        case "skipped":
            return np.asarray(state.kind == SKIPPED)
        case "unsure":
            return np.asarray(state.kind == UNSURE)
        case "audit":
            return state.audit.copy()
    if kind == "any":
        return np.ones(len(state.ids), bool)
    noted = np.zeros(len(state.ids), bool)
    noted[list(state.notes)] = True
    return noted


def _class(desk: Desk, name: str) -> int:
    names = desk.state.class_names()
    if name not in names:
        raise ConfigError(unknown_name("class", name, names))
    return names.index(name)


def _predicted(desk: Desk, name: str) -> Mask:
    made, wanted = desk.learned.predictions, _class(desk, name)
    if made is None:
        return np.zeros(len(desk.state.ids), bool)
    lookup = desk.state.classes.lookup()
    return np.asarray(lookup[made.codes][made.best] == wanted)


def _sorted(desk: Desk, sort: str, positions: Positions) -> Positions:
    if sort not in SORTS:
        raise ConfigError(unknown_name("order of items", sort, SORTS))
    if sort == "recent":
        return positions[np.argsort(-desk.state.turn[positions], kind="stable")]
    made = desk.learned.predictions
    if sort == "uncertain" and made is not None:
        return positions[np.argsort(made.margin[positions], kind="stable")]
    return positions
