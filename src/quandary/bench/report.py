"""A comparison as one page that needs nothing else: no script, no file beside it, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from quandary.bench.method import method
from quandary.bench.plots import gains, learning_curves, mark, rank_diagram
from quandary.bench.stats import BASELINE, Interval, Line, mean_of
from quandary.bench.summary import Summary
from quandary.bench.verdict import verdict
from quandary.bench.words import TITLES, count, duration, p_value, score, span, step, times
from quandary.core.errors import QuandaryError
from quandary.core.registry import strategies

# Nothing in the page may run or call home, whatever a data set or a strategy is called.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def report(summary: Summary, command: str) -> str:
    """The page as HTML; ``command`` is how to make it again."""
    css = files("quandary.bench").joinpath("report.css").read_text(encoding="utf-8")
    title = escape(f"Which questions teach most: {summary.setting.dataset}")
    sections = [_verdict(summary), _curves(summary), _table(summary)]
    if len(summary.lines) > 1:
        sections.append(_gains(summary))
        if len(summary.lines) > 2 and len(summary.baseline.seeds) > 1:
            sections.append(_ranks(summary))
        sections.append(_pairs(summary))
    sections.append(method(summary, command))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{title}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{_about(summary)}\n"
        f"{''.join(sections)}</main>\n</body>\n</html>\n"
    )


def _about(summary: Summary) -> str:
    setting, seeds = summary.setting, len(summary.baseline.seeds)
    many = {1: "One way"}.get(len(summary.lines), f"{len(summary.lines)} ways")
    labels = count(summary.baseline.labels[-1], "label")
    classes = f"{setting.classes} {'class' if setting.classes == 1 else 'classes'}"
    return (
        f'<p class="about">{many} of choosing what to ask next, each played {count(seeds, "time")} up to {labels}, on '
        f"{count(setting.items, 'labeled item')} of {classes}.</p>"
    )


def _verdict(summary: Summary) -> str:
    said = "".join(f"<p>{escape(sentence)}</p>\n" for sentence in verdict(summary))
    return f'<section class="verdict">\n{said}</section>\n'


def _curves(summary: Summary) -> str:
    metric, seeds = summary.setting.metric, len(summary.baseline.seeds)
    caption = f"Higher and further left is better: more {TITLES[metric]} for fewer labels. "
    if seeds > 1:
        caption += f"Each line is the mean of {seeds} runs, the band around it its 95 % interval. "
    caption += f"The dotted line is what random asking reaches in the end, {score(summary.target, metric)}."
    picture = f'<div class="wide">{learning_curves(summary)}</div>\n{_legend(summary)}'
    return _section("Learning curves", picture, caption, figure=True)


def _legend(summary: Summary) -> str:
    """What each way of asking asks about."""
    said = "".join(
        f"<li>{mark(summary, line.strategy)}<b>{escape(line.strategy)}</b> {escape(meaning(line.strategy))}</li>\n"
        for line in summary.lines
    )
    return f'<ul class="legend">\n{said}</ul>'


def meaning(strategy: str) -> str:
    """The first line of what a strategy says of itself; empty for one that is not known here."""
    try:
        return (strategies.make(strategy).__doc__ or "").strip().split("\n")[0]
    except QuandaryError:
        return ""


def _gains(summary: Summary) -> str:
    caption = (
        "Each ring is one run: the same items to choose from, the same test items, both ways of asking. "
        "The dot is their mean, with its 95 % interval. Right of zero is better than random asking."
    )
    return _section("Run by run", f'<div class="wide">{gains(summary)}</div>', caption, figure=True)


def _ranks(summary: Summary) -> str:
    groups = summary.ranks.groups
    caption = (
        f"In each of the {summary.ranks.blocks} runs the ways of asking are ranked, 1 the best; the dot is the mean. "
    )
    if groups:
        caption += "Ways of asking beside the same bar cannot be told apart: their differences may be chance."
    else:
        caption += "No two of them share a bar: each difference is more than chance explains."
    return _section("Who comes first", f'<div class="wide">{rank_diagram(summary)}</div>', caption, figure=True)


def _section(title: str, body: str, caption: str, figure: bool = False) -> str:
    if figure:
        body = f"<figure>\n{body}\n<figcaption>{escape(caption)}</figcaption>\n</figure>"
        return f"<section>\n<h2>{title}</h2>\n{body}\n</section>\n"
    return f'<section>\n<h2>{title}</h2>\n<p class="small">{escape(caption)}</p>\n{body}\n</section>\n'


def _table(summary: Summary) -> str:
    metric = summary.setting.metric
    marks = milestones(summary.baseline)
    head = ["Asking by", *(f"{TITLES[metric]} with {count(summary.baseline.labels[i], 'label')}" for i in marks)]
    head += [
        "mean over the run",
        f"labels for {score(summary.target, metric)}",
        "relative to random",
        "time a question",
    ]
    rows = [_row(summary, line, marks) for line in summary.lines]
    caption = "Best first, by the mean over the whole run (the area under the curve). Small print: 95 % intervals."
    return _section("In numbers", _html_table(head, rows), caption)


def _row(summary: Summary, line: Line, marks: Sequence[int]) -> list[str]:
    metric = summary.setting.metric
    cells = [f"{mark(summary, line.strategy)}{escape(line.strategy)}"]
    cells += [_with_span(mean_of(line.scores[:, i]), metric) for i in marks]
    cells.append(_with_span(mean_of(line.areas), metric))
    needed, saved = summary.needed[line.strategy], summary.saved[line.strategy]
    cells.append("not reached" if needed == float("inf") else f"{needed:,.0f}")
    cells.append(_ratio(saved) if line.strategy != BASELINE else "1")
    return [*cells, duration(line.seconds_a_question)]


def _with_span(interval: Interval, metric: str) -> str:
    shown = score(interval.value, metric)
    if interval.low is None or interval.high is None:
        return shown
    return f"{shown}<span>{score(interval.low, metric).removesuffix(' %')} to {score(interval.high, metric)}</span>"


def _ratio(saved: Interval) -> str:
    if saved.low is None:
        return times(saved.value)
    return f"{times(saved.value)}<span>{times(saved.low)} to {times(saved.high)}</span>"


def milestones(line: Line) -> list[int]:
    """Rounds worth a column: about a quarter, half and all of the labels.

    >>> import numpy as np
    >>> tens = np.arange(10.0, 201.0, 10)
    >>> line = Line("random", (0,), tens, np.zeros((1, 20)), np.zeros((1, 20)))
    >>> tens[milestones(line)].tolist()
    [50.0, 100.0, 200.0]
    """
    last = line.labels[-1]
    return sorted({int(abs(line.labels - share * last).argmin()) for share in (0.25, 0.5, 1)})


def _pairs(summary: Summary) -> str:
    metric = summary.setting.metric
    rows = [
        [
            f"{escape(v.one)} over {escape(v.other)}",
            f"{step(v.gain.value, metric)}<span>{span(v.gain, metric)}</span>",
            f"{v.wins} of {v.runs}",
            p_value(v.p),
            p_value(v.p_holm),
        ]
        for v in summary.versus
    ]
    caption = (
        "Could the difference be chance? p is how often a difference this large would come up if both were equally "
        "good (Wilcoxon's signed-rank test over the runs); the last column allows for the number of pairs looked at "
        "(Holm). Below 0.05 counts as more than chance."
    )
    return _section(
        "Sure or not", _html_table(["Pair", "mean over the run", "runs won", "p", "p, all pairs"], rows), caption
    )


def _html_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'
