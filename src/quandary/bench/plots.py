"""The pictures of a report as inline SVG: no script, no file, colors from the page's own variables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.bench.axes import Axis, ticks
from quandary.bench.ranks import diagram, height
from quandary.bench.stats import BASELINE, Line, mean_of
from quandary.bench.summary import Summary
from quandary.bench.words import TITLES, score, span, step

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 62, 150, 14, 46
LABEL_ROOM = 17  # pixels between the names at the ends of the lines
ROW = 44
COLORS = 8


def style(summary: Summary, strategy: str) -> str:
    """The CSS class of a strategy: random asking is gray, the others take colors in order of rank."""
    if strategy == BASELINE:
        return "s0"
    others = [line.strategy for line in summary.lines if line.strategy != BASELINE]
    place = others.index(strategy)
    return f"s{1 + place % COLORS} d{place // COLORS}"


def learning_curves(summary: Summary) -> str:
    """Mean score against labels, with 95 % bands and the level that random asking ends at."""
    x, y = _axes(summary)
    body = [*_grid(x, y, summary.setting.metric), _target(summary, y)]
    body += [_band(line, x, y, style(summary, line.strategy)) for line in reversed(summary.lines)]
    body += [_curve(line, x, y, style(summary, line.strategy)) for line in reversed(summary.lines)]
    body += _names(summary, y)
    title = f"Learning curves: {TITLES[summary.setting.metric]} against labels"
    return _svg(HEIGHT, title, body)


def _axes(summary: Summary) -> tuple[Axis, Axis]:
    low, high = [], []
    for line in summary.lines:
        band = line.band() or (line.mean, line.mean)
        low.append(float(np.minimum(band[0], line.mean).min()))
        high.append(float(np.maximum(band[1], line.mean).max()))
    bottom, top = min(low), max(high)
    if summary.setting.metric != "neg_log_loss":
        bottom, top = max(bottom, 0.0), min(top, 1.0)
    labels = summary.lines[0].labels
    x = Axis(0.0, float(labels[-1]), LEFT, WIDTH - RIGHT)
    return x, Axis(bottom, top if top > bottom else bottom + 0.01, HEIGHT - BOTTOM, TOP)


def _grid(x: Axis, y: Axis, metric: str) -> Iterable[str]:
    for value in ticks(y.low, y.high):
        at = y(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
        yield f'<text class="tick" text-anchor="end" x="{LEFT - 8}" y="{at + 4:.1f}">{_tick(value, metric)}</text>'
    for value in ticks(x.low, x.high):
        at = x(value)
        yield f'<text class="tick" text-anchor="middle" x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}">{value:,.0f}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text class="axis" text-anchor="middle" x="{middle}" y="{HEIGHT - 8}">labels given</text>'


def _tick(value: float, metric: str) -> str:
    return f"{value:.3g}" if metric == "neg_log_loss" else f"{100 * value:.3g} %"


def _target(summary: Summary, y: Axis) -> str:
    at = y(summary.target)
    return f'<line class="target" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'


def _band(line: Line, x: Axis, y: Axis, css: str) -> str:
    band = line.band()
    if band is None:
        return ""
    low, high = (np.clip(edge, y.low, y.high) for edge in band)
    there, back = _points(x, line.labels, y, high), _points(x, line.labels[::-1], y, low[::-1])
    return f'<polygon class="band {css}" points="{there} {back}"/>'


def _curve(line: Line, x: Axis, y: Axis, css: str) -> str:
    if len(line.labels) == 1:
        return f'<circle class="dot {css}" cx="{x(line.labels[0]):.1f}" cy="{y(line.mean[0]):.1f}" r="3.5"/>'
    return f'<polyline class="curve {css}" points="{_points(x, line.labels, y, line.mean)}"/>'


def _points(x: Axis, across: NDArray[np.floating[Any]], y: Axis, up: NDArray[np.floating[Any]]) -> str:
    return " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(across, up, strict=True))


def _names(summary: Summary, y: Axis) -> Iterable[str]:
    """Each strategy's name and last score at the end of its line, moved apart where lines end together."""
    ends = sorted(summary.lines, key=lambda line: -line.mean[-1])
    places = spread([y(line.mean[-1]) for line in ends], LABEL_ROOM, TOP + 6, HEIGHT - BOTTOM)
    for line, at in zip(ends, places, strict=True):
        css, end = style(summary, line.strategy), WIDTH - RIGHT
        yield f'<line class="lead {css}" x1="{end + 2}" x2="{end + 14}" y1="{y(line.mean[-1]):.1f}" y2="{at:.1f}"/>'
        value = score(float(line.mean[-1]), summary.setting.metric)
        yield (
            f'<text class="name {css}" x="{end + 18}" y="{at + 4:.1f}">{escape(line.strategy)} '
            f'<tspan class="tick">{value}</tspan></text>'
        )


def spread(wanted: Sequence[float], room: float, top: float, bottom: float) -> list[float]:
    """Places as near to the wanted ones (ascending) as keeps ``room`` between them and, if it fits, the frame.

    >>> spread([10.0, 11.0, 40.0], 5, 0, 100)
    [10.0, 15.0, 40.0]
    """
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + room if places else top))
    if places and places[-1] > bottom:
        places[-1] = max(bottom, top)
        for i in range(len(places) - 2, -1, -1):
            places[i] = min(places[i], places[i + 1] - room)
    return places


def gains(summary: Summary) -> str:
    """Of each strategy the area above random asking: a dot a run, the mean and its 95 % interval."""
    others = [line for line in summary.lines if line.strategy != BASELINE]
    differences = {line.strategy: line.areas - summary.baseline.areas for line in others}
    values = np.concatenate([*differences.values(), [0.0]])
    reach = float(np.abs(values).max()) or 0.01
    means = {name: mean_of(values) for name, values in differences.items()}
    ends = [v for m in means.values() for v in (m.low, m.high) if v is not None]
    low, high = min(values.min(), *ends, -0.1 * reach), max(values.max(), *ends, 0.1 * reach)
    x = Axis(low, high, 160, WIDTH - 130)
    high = ROW * len(others) + 46
    body = list(_zero(x, high, summary.setting.metric))
    for row, line in enumerate(others):
        body += _gain(summary, line.strategy, differences[line.strategy], x, 26 + ROW * row)
    return _svg(high, "Gain over random asking in each run", body)


def _zero(x: Axis, height: int, metric: str) -> Iterable[str]:
    for value in ticks(x.low, x.high):
        css, at = "zero" if value == 0 else "grid", x(value)
        yield f'<line class="{css}" x1="{at:.1f}" x2="{at:.1f}" y1="4" y2="{height - 42}"/>'
        shown = f"{value:+.3g}" if metric == "neg_log_loss" else f"{100 * value:+.3g}"
        yield f'<text class="tick" text-anchor="middle" x="{at:.1f}" y="{height - 26}">{shown if value else 0}</text>'
    what = TITLES[metric] if metric == "neg_log_loss" else f"points of {TITLES[metric]}"
    yield (
        f'<text class="axis" text-anchor="middle" x="{(x.start + x.end) / 2}" y="{height - 6}">'
        f"{what} above random asking, mean over the run</text>"
    )


def _gain(summary: Summary, name: str, values: NDArray[np.floating[Any]], x: Axis, y: float) -> Iterable[str]:
    css, mean, metric = style(summary, name), mean_of(values), summary.setting.metric
    yield f'<text class="name {css}" x="0" y="{y + 4}">{escape(name)}</text>'
    for value in values:
        yield f'<circle class="run {css}" cx="{x(value):.1f}" cy="{y}" r="3.5"/>'
    if mean.low is not None and mean.high is not None:
        yield f'<line class="whisker {css}" x1="{x(mean.low):.1f}" x2="{x(mean.high):.1f}" y1="{y}" y2="{y}"/>'
    yield f'<circle class="mean {css}" cx="{x(mean.value):.1f}" cy="{y}" r="6"/>'
    yield f'<text class="tick" x="{WIDTH - 118}" y="{y - 2}">{step(mean.value, metric)}</text>'
    yield f'<text class="tick" x="{WIDTH - 118}" y="{y + 13}">{span(mean, metric)}</text>'


def rank_diagram(summary: Summary) -> str:
    """Mean ranks over the runs, and bars beside strategies that cannot be told apart."""
    ranks = summary.ranks
    body = diagram(ranks, [style(summary, name) for name in ranks.names], WIDTH)
    return _svg(height(ranks), "Mean rank over the runs", body)


def mark(summary: Summary, strategy: str) -> str:
    """The small line that stands for a strategy in tables."""
    return (
        f'<svg class="mark" viewBox="0 0 22 10" aria-hidden="true">'
        f'<line class="curve {style(summary, strategy)}" x1="1" x2="21" y1="5" y2="5"/></svg>'
    )


def _svg(height: int, title: str, body: Iterable[str]) -> str:
    inside = "\n".join(part for part in body if part)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">\n{inside}\n</svg>'
