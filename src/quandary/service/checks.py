"""Values that come from outside, refused in one line where they cannot be kept."""

from __future__ import annotations

import math

from quandary.core.errors import ConfigError


def plain_text(text: str | None, what: str, longest: int, required: bool = False) -> str:
    """``text`` if it can be stored as it is; None is the empty text."""
    if not text:
        if required:
            raise ConfigError(f"{what} is missing; send a text of 1 to {longest} characters")
        return ""
    if len(text) > longest:
        raise ConfigError(f"{what} has {len(text)} characters; at most {longest} are kept")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ConfigError(f"{what} holds half a character (a lone surrogate); send valid Unicode")
    return text


def whole_seconds(seconds: float | None) -> float | None:
    """``seconds`` if it can be a duration."""
    if seconds is None:
        return None
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ConfigError(f"seconds must be a number from 0 on, got {seconds!r}")
    return float(seconds)
