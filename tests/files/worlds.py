"""What a call complains of."""

from __future__ import annotations

from collections.abc import Callable

from quandary.core.errors import InputError


def complaint(call: Callable[[], object]) -> str:
    """The one line of the ``InputError`` that ``call`` raises, or nothing if it works."""
    try:
        call()
    except InputError as error:
        said = str(error)
    else:
        return ""
    assert said
    assert "\n" not in said
    return said
