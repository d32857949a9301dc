"""What an export or a prediction did, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """Where it went, in which format, how much, and what the format could not carry, a line each."""

    path: str
    format: str
    items: int
    answers: int = 0
    notes: tuple[str, ...] = ()
