"""Packages of parts that can be called: ``quandary.strategies()`` says which strategies there are.

A package and a function of one name would shadow each other, in an order that depends on the imports
that came before. So the package itself is what is called.
"""

from __future__ import annotations

import sys
from types import ModuleType

from quandary.core.registry import Registry


class Room(ModuleType):
    """A package of parts that, called, gives each part's name with one line of what it is."""

    registry: Registry

    def __call__(self) -> dict[str, str]:
        """Each name with the first line of its documentation."""
        return self.registry.describe()


def make_callable(package: str, registry: Registry) -> None:
    """Turn the imported ``package`` into a Room over ``registry``.

    >>> from types import ModuleType
    >>> from quandary.core.registry import exporters
    >>> sys.modules["shelf"] = ModuleType("shelf")
    >>> make_callable("shelf", exporters)
    >>> callable(sys.modules.pop("shelf"))
    True
    """
    room = sys.modules[package]
    room.__class__ = Room
    room.registry = registry  # type: ignore[attr-defined]  # a ModuleType until the line above
