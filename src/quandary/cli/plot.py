"""Learning curves in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 60, 12


def plot(labels: Sequence[int], curves: Mapping[str, Sequence[float]], plain: bool = False) -> str:
    """Draw curves of shares over ``labels``, one mark each; ``plain`` uses ASCII alone.

    >>> print(plot([10, 20], {"a": [0.5, 1.0]}, plain=True).splitlines()[0])
    100 % |                                                         ***
    """
    marks = dict(zip(curves, "*o+x" if plain else "●○+x", strict=False))
    low = min(min(curve) for curve in curves.values())
    bottom, top = int(low * 20) / 20, 1.0
    grid = [[" "] * WIDTH for _ in range(HEIGHT)]
    for name, curve in reversed(list(curves.items())):
        for column in range(WIDTH):
            value = _at(labels, curve, labels[0] + (labels[-1] - labels[0]) * column / (WIDTH - 1))
            row = round((top - value) / max(top - bottom, 0.05) * (HEIGHT - 1))
            grid[min(max(row, 0), HEIGHT - 1)][column] = marks[name]
    edge = "|" if plain else "│"
    lines = [f"{_scale(i, bottom, top):>5} {edge}{''.join(row)}".rstrip() for i, row in enumerate(grid)]
    ends = f"{labels[0]:<{WIDTH // 2}}{labels[-1]:>{WIDTH - WIDTH // 2}}"
    legend = "   ".join(f"{mark} {name}" for name, mark in marks.items())
    return "\n".join([*lines, f"{'':7}{ends}", f"{'':7}{legend}"])


def _scale(row: int, bottom: float, top: float) -> str:
    if row in (0, HEIGHT - 1):
        return f"{100 * (top if row == 0 else bottom):.0f} %"
    return ""


def _at(labels: Sequence[int], curve: Sequence[float], wanted: float) -> float:
    """The curve at any number of labels, by straight lines."""
    for i in range(1, len(labels)):
        if wanted <= labels[i]:
            share = (wanted - labels[i - 1]) / (labels[i] - labels[i - 1])
            return curve[i - 1] + share * (curve[i] - curve[i - 1])
    return curve[-1]
