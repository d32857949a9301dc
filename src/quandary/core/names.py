"""One sentence for every name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

SHOWN = 20
SEARCHED = 10_000  # a close match among a million ids is not worth the wait


def unknown_name(kind: str, name: str, valid: Iterable[str]) -> str:
    """Say that ``name`` is not known, what is near, and what is valid.

    >>> unknown_name("class", "ct", ["cat", "dog"])
    "no class called 'ct'; did you mean 'cat'? There are: cat, dog"
    """
    known = list(islice(valid, SEARCHED))
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    rest = ", ..." if len(known) > SHOWN else ""
    listed = ", ".join(known[:SHOWN]) + rest if known else "none yet"
    return f"no {kind} called {name!r}{hint} There are: {listed}".replace("; There are", "; there are")
