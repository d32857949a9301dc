"""Strategies of other libraries, in the harness that plays our own: ``skactiveml:TypiClust`` is a strategy's name.

One library a file, found by the file's name before the colon, imported when it is asked for. Each gets the pool, the
labels and the probabilities that our strategies get; where it needs a model and there is none yet, it draws at random.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import numpy as np

from quandary.core.errors import ConfigError, MissingExtra
from quandary.core.query import QueryContext, Selection
from quandary.core.registry import strategies

EXTRA = 'pip install "quandary[peers]"'


def bring(module: str, command: str = EXTRA) -> Any:
    """The module of a peer, or ``MissingExtra`` that names the command which installs it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(f"{module.partition('.')[0]} is not installed ({error}): {command}") from error


def known(name: str, names: Iterable[str], library: str) -> None:
    """Refuse a name that the library does not have."""
    if name not in (valid := sorted(names)):
        raise ConfigError(f"{library} has no strategy {name!r} that chooses items here. There are: {', '.join(valid)}")


def at_random(context: QueryContext, k: int) -> Selection:
    """The ``k`` candidates that random asking draws, so that paired runs begin alike."""
    chosen: Selection = strategies.make("random").select(context, k)
    return chosen


def picked(positions: Any) -> Selection:
    """The positions that a peer chose."""
    return Selection(np.asarray(positions, dtype=np.intp))


def rows_of(context: QueryContext) -> Any:
    """All rows of the pool, dense, made once: the form that peers take."""
    features = context.features
    return features.derived("dense rows", lambda: features.dense(np.arange(len(features))))
