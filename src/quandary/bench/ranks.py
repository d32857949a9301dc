"""Mean ranks over data sets or seeds, and which of them cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from quandary.bench.axes import Axis
from quandary.bench.stats import holm, signed_rank

Floats = NDArray[np.floating[Any]]
LEVEL = 0.05
RIGHT, ROW, TOP = 90, 26, 30  # pixels
LETTER = 7.8  # pixels of a letter of a name
BAR = 12  # pixels between the bars of groups


@dataclass(frozen=True)
class Ranks:
    """Names best first.

    mean    (k,) mean rank, 1 the best, equals share theirs
    groups  first and last place of each run of names that cannot be told apart (Holm over all pairs), longest ones
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    groups: tuple[tuple[int, int], ...]
    blocks: int


def rank(names: Sequence[str], scores: Floats) -> Ranks:
    """Rank names by their scores (blocks, k), higher is better; a block is a data set or a seed (Demsar 2006, JMLR 7).

    >>> rank(["a", "b"], np.array([[0.1, 0.2], [0.3, 0.3]])).mean
    (1.25, 1.75)
    """
    places = rankdata(-scores, axis=1).mean(axis=0)
    order = np.argsort(places, kind="stable")
    pairs = list(combinations(range(len(names)), 2))
    tests = holm([signed_rank(scores[:, order[i]] - scores[:, order[j]]) for i, j in pairs])
    apart = {pair for pair, p in zip(pairs, tests, strict=True) if p < LEVEL}
    return Ranks(
        tuple(names[i] for i in order),
        tuple(float(places[i]) for i in order),
        _groups(len(names), apart),
        len(scores),
    )


def _groups(size: int, apart: set[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The longest stretches of places without a pair that is told apart."""
    found: list[tuple[int, int]] = []
    for first in range(size):
        last = first
        while last + 1 < size and not any((i, last + 1) in apart for i in range(first, last + 1)):
            last += 1
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return tuple(found)


def height(ranks: Ranks) -> int:
    """Pixels that the diagram needs."""
    return TOP + ROW * len(ranks.names) + 12


def diagram(ranks: Ranks, styles: Sequence[str], width: int = 760) -> Iterable[str]:
    """The parts of the picture: a dot a name at its mean rank, and a bar beside names that cannot be told apart.

    styles  CSS class of each name
    """
    left = 30 + LETTER * max(len(name) for name in ranks.names)
    x = Axis(1.0, float(max(2, len(ranks.names))), left, width - RIGHT)
    foot = TOP + ROW * len(ranks.names)
    for place in range(1, len(ranks.names) + 1):
        yield f'<line class="grid" x1="{x(place):.1f}" x2="{x(place):.1f}" y1="{TOP - 6}" y2="{foot}"/>'
        yield f'<text class="tick" text-anchor="middle" x="{x(place):.1f}" y="{TOP - 12}">{place}</text>'
    for row, (name, mean, css) in enumerate(zip(ranks.names, ranks.mean, styles, strict=True)):
        y = TOP + ROW * row + ROW / 2
        yield f'<text class="name {css}" x="0" y="{y + 4}">{escape(name)}</text>'
        yield f'<circle class="mean {css}" cx="{x(mean):.1f}" cy="{y}" r="6"/>'
        side, anchor = (12, "start") if mean < len(ranks.names) - 0.5 else (-12, "end")
        yield f'<text class="tick" text-anchor="{anchor}" x="{x(mean) + side:.1f}" y="{y + 4}">{mean:.2f}</text>'
    for nth, (first, last) in enumerate(ranks.groups):
        at, top = width - RIGHT + 24 + BAR * (nth % 5), TOP + ROW * first + 5
        yield f'<line class="group" x1="{at}" x2="{at}" y1="{top}" y2="{TOP + ROW * (last + 1) - 5}"/>'
