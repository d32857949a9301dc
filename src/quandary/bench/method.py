"""How a comparison was made, for the end of its report."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from quandary.bench.stats import RESAMPLES
from quandary.bench.summary import Setting, Summary
from quandary.bench.words import MEANINGS, TITLES, count, score


def method(summary: Summary, command: str) -> str:
    """The section as HTML; ``command`` is how to make the report again."""
    said = "".join(f"<dt>{escape(term)}</dt><dd>{meaning}</dd>\n" for term, meaning in _entries(summary, command))
    return f"<section>\n<h2>How this was measured</h2>\n<dl>\n{said}</dl>\n</section>\n"


def _entries(summary: Summary, command: str) -> Iterator[tuple[str, str]]:
    setting = summary.setting
    yield "A run", _run(setting)
    yield "Fair", _fair(setting, len(summary.baseline.seeds))
    yield TITLES[setting.metric].capitalize(), f"is {MEANINGS[setting.metric]}."
    yield "Labels relative to random", _relative(score(summary.target, setting.metric))
    yield "Time a question", "is choosing and fitting, shared out over the questions of a round, on this machine."
    if setting.left_out:
        yield "Left out", f"{count(setting.left_out, 'item')} without a label, which cannot be played."
    yield "Again", f"<code>{escape(command)}</code> with Quandary {escape(setting.version)}"


def _run(setting: Setting) -> str:
    return (
        f"starts without any label. {count(setting.batch, 'item')} at a time are chosen from the pool, their labels "
        f"are looked up, the model is fitted again, and scored on {count(setting.held_out, 'item')} that are never "
        f"asked about."
    )


def _fair(setting: Setting, seeds: int) -> str:
    return (
        f"For each of the {count(seeds, 'seed')} the labeled items are split anew into pool and test items, the same "
        f"for all ways of asking. All share one model ({escape(setting.learner)}) and the same features, which were "
        f"made from all items without looking at any label."
    )


def _relative(target: str) -> str:
    return (
        f"0.40 means: with 40 % of the labels as good as random asking is at its end ({target}). "
        f"Intervals come from drawing the runs anew {RESAMPLES:,} times."
    )
