"""What a comparison means, in a few plain sentences."""

from __future__ import annotations

import math

from quandary.bench.stats import BASELINE, Interval, Versus
from quandary.bench.summary import Summary
from quandary.bench.words import TITLES, count, p_value, step

REAL = 0.05


def verdict(summary: Summary) -> list[str]:
    """One to four sentences, the most important first."""
    if len(summary.lines) == 1:
        return ["Only random asking was played: name strategies to compare it with."]
    return [_first(summary), *_saving(summary), *(_too_few(summary) or _rivals(summary))]


def _first(summary: Summary) -> str:
    best = summary.best.strategy
    if best == BASELINE:
        rival = summary.lines[1].strategy
        return f"Nothing beat random asking here: {_gap(summary.pair(best, rival), summary)}."
    return f"{best} did best: {_gap(summary.pair(best, BASELINE), summary)}."


def _gap(versus: Versus, summary: Summary) -> str:
    metric = summary.setting.metric
    other = "random asking" if versus.other == BASELINE else versus.other
    size = f"its {TITLES[metric]} was on average {step(versus.gain.value, metric, sign=False)} above that of {other}"
    often = f"higher in {versus.wins} of {count(versus.runs, 'run')}"
    if versus.p_holm < REAL:
        return f"{size} ({often}), more than chance explains (p {_equals(versus.p_holm)})"
    return f"{size} ({often}), which may be chance (p {_equals(versus.p_holm)})"


def _equals(p: float) -> str:
    return p_value(p) if p < 0.001 else f"= {p_value(p)}"


def _saving(summary: Summary) -> list[str]:
    best = summary.best.strategy
    needed, budget = summary.needed[best], summary.needed[BASELINE]
    if best == BASELINE or not math.isfinite(needed):
        return []
    said = f"What random asking reached with {count(budget, 'label')}, {best} reached with {count(needed, 'label')}"
    return [f"{said}{_span(summary.saved[best], budget)}."]


def _span(saved: Interval, budget: float) -> str:
    """The 95 % interval of the labels that the best needs; empty for one run."""
    if saved.low is None or saved.high is None:
        return ""
    high = f"{saved.high * budget:,.0f}" if math.isfinite(saved.high) else "not at all"
    return f" (95 % interval: {saved.low * budget:,.0f} to {high})"


def _rivals(summary: Summary) -> list[str]:
    """Other strategies that cannot be told apart from the best."""
    best = summary.best.strategy
    alike = [
        line.strategy
        for line in summary.lines[1:]
        if line.strategy != BASELINE and summary.pair(best, line.strategy).p_holm >= REAL
    ]
    if best == BASELINE or not alike:
        return []
    return [f"Between {best} and {' or '.join(alike)} these runs show no sure difference."]


def _too_few(summary: Summary) -> list[str]:
    """Whether so few runs could show any difference at all: n pairs give p no smaller than 2 / 2**n."""
    runs, pairs = len(summary.baseline.seeds), len(summary.versus)
    if pairs * 2 / 2**runs < REAL:
        return []
    enough = math.ceil(math.log2(2 * pairs / REAL)) + (math.log2(2 * pairs / REAL) % 1 == 0)
    return [
        f"With {count(runs, 'run')} no difference could have been proven: play at least {enough} (--seeds {enough})."
    ]
