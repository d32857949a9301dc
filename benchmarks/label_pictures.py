"""The label benchmark in pictures: the learning curves of all sets, and the mean ranks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files
from itertools import chain

import numpy as np

from benchmarks.label_board import Board
from quandary.bench.across import Curves, areas
from quandary.bench.axes import Axis, ticks
from quandary.bench.plots import COLORS
from quandary.bench.ranks import LETTER, diagram, height, rank

ACROSS, WIDE, HIGH = 4, 290, 190  # panels in a row, pixels
LEGEND = 24  # pixels of a row of names
OWN = " svg { background: var(--card); } svg .curve { stroke-width: 1.8; }"


def standalone(width: int, high: int, body: Iterable[str]) -> str:
    """The parts of a picture as an SVG file of its own."""
    css = files("quandary.bench").joinpath("report.css").read_text(encoding="utf-8")
    inside = "\n".join(part for part in body if part)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -10 {width + 32} {high + 20}" width="{width + 32}">\n'
        f"<style>{css}{OWN}</style>\n{inside}\n</svg>\n"
    )


def styles(board: Board) -> dict[str, str]:
    """The CSS class of each arm; plain random asking is gray and dashed."""
    others = [name for name in board.names if name != board.called("random", "plain")]
    colors = {name: f"s{1 + i % COLORS} d{i // COLORS}" for i, name in enumerate(others)}
    return {name: colors.get(name, "s0") for name in board.names}


def curve_grid(board: Board) -> str:
    """A panel a set: mean score against labels of every arm."""
    room = 40 + LETTER * max(len(name) for name in board.names)
    across = max(1, int(ACROSS * WIDE // room))
    top = LEGEND * -(-len(board.arms) // across)
    rows = -(-len(board.sets) // ACROSS)
    body = chain(_legend(board, across, room), _grid(board, top))
    return standalone(ACROSS * WIDE, top + rows * HIGH, body)


def _legend(board: Board, across: int, room: float) -> Iterator[str]:
    css = styles(board)
    for i, name in enumerate(board.names):
        x, y = (i % across) * room, LEGEND * (i // across) + 8
        yield f'<line class="curve {css[name]}" x1="{x:.0f}" x2="{x + 22:.0f}" y1="{y}" y2="{y}"/>'
        yield f'<text class="name {css[name]}" x="{x + 28:.0f}" y="{y + 4}">{escape(name)}</text>'


def _grid(board: Board, top: int) -> Iterator[str]:
    css = styles(board)
    for i, (name, curves) in enumerate(board.sets.items()):
        yield from _panel(name, curves, css, (i % ACROSS) * WIDE, top + (i // ACROSS) * HIGH)


def _panel(name: str, curves: Curves, css: dict[str, str], left: int, top: int) -> Iterator[str]:
    means = {arm: scores.mean(axis=0) for arm, scores in curves.scores.items()}
    values = np.concatenate(list(means.values()))
    low, high = float(np.quantile(values, 0.02)), float(values.max())
    x = Axis(0.0, float(curves.labels[-1]), left + 34, left + WIDE - 14)
    y = Axis(low, max(high, low + 0.01), top + HIGH - 32, top + 22)
    yield f'<text class="axis" x="{left + 34}" y="{top + 14}">{escape(name)}</text>'
    for value in ticks(y.low, y.high, 4):
        yield f'<line class="grid" x1="{x.start}" x2="{x.end}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        yield f'<text class="tick" text-anchor="end" x="{x.start - 5}" y="{y(value) + 4:.1f}">{100 * value:.3g}</text>'
    for value in ticks(x.low, x.high, 5):
        at = f'x="{x(value):.1f}" y="{y.start + 16:.1f}"'
        yield f'<text class="tick" text-anchor="middle" {at}>{value:.0f}</text>'
    for arm, mean in means.items():
        points = " ".join(f"{x(a):.1f},{y(max(b, low)):.1f}" for a, b in zip(curves.labels, mean, strict=True))
        yield f'<polyline class="curve {css[arm]}" points="{points}"/>'


def rank_diagram(board: Board) -> str:
    """Mean ranks over the sets by the area under the curve."""
    ranks = rank(board.names, np.array([areas(board.curves, name) for name in board.names]).T)
    css = styles(board)
    return standalone(760, height(ranks), diagram(ranks, [css[name] for name in ranks.names]))
