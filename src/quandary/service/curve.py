"""The learning curve as it was honestly known at the time, and how the classes grew."""

from __future__ import annotations

from typing import Any

from quandary.project.published import CURVE, read_json
from quandary.service.desk import Desk


def curve(desk: Desk) -> dict[str, Any]:
    """Points from random checks only."""
    return {"points": _points(desk), "metric": "accuracy", "balance": _balance(desk)}


def _points(desk: Desk) -> list[dict[str, Any]]:
    try:
        return [
            {name: raw[name] for name in ("labels", "value", "low", "high", "n")}
            for raw in read_json(desk.published / CURVE)
        ]
    except (LookupError, TypeError, ValueError):
        return []


def _balance(desk: Desk) -> list[dict[str, Any]]:
    now = {entry["index"]: entry["count"] for entry in desk.classes()}
    known = [*desk.ledger.history.balance, (sum(now.values()), now)]
    return [{"labels": labels, "counts": _named(desk, counts)} for labels, counts in known if labels]


def _named(desk: Desk, counts: dict[int, int]) -> dict[str, int]:
    out: dict[str, int] = {}
    for code, count in counts.items():
        now = desk.state.classes.meaning(code)
        if now >= 0:
            name = desk.state.classes.names[now]
            out[name] = out.get(name, 0) + count
    return out
