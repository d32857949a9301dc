"""Numbers as people read them."""

from __future__ import annotations

import math

from quandary.bench.stats import Interval

TITLES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "f1_macro": "F1, mean of the classes",
    "average_precision": "average precision of the rarest class",
    "neg_log_loss": "mean log probability of the true class",
}
MEANINGS = {
    "accuracy": "the share of held-out items whose class the model gets right",
    "balanced_accuracy": "the share of held-out items the model gets right, each class counting alike",
    "f1_macro": "the balance of precision and recall on held-out items, each class counting alike",
    "average_precision": "how well the model puts the rarest class first among held-out items",
    "neg_log_loss": "how much probability the model gives to the true class of held-out items, as a logarithm",
}


def is_share(metric: str) -> bool:
    """Whether the metric is a share, best told in percent."""
    return metric != "neg_log_loss"


def score(value: float, metric: str) -> str:
    """One score.

    >>> score(0.8812, "accuracy"), score(-0.31, "neg_log_loss")
    ('88.1 %', '-0.310')
    """
    return f"{100 * value:.1f} %" if is_share(metric) else f"{value:.3f}"


def step(value: float, metric: str, sign: bool = True) -> str:
    """A difference of scores.

    >>> step(0.0312, "accuracy"), step(0.0312, "accuracy", sign=False), step(-0.0001, "accuracy")
    ('+3.1 points', '3.1 points', '+0.0 points')
    """
    plus = "+" if sign else ""
    return f"{_near(100 * value, 1):{plus}.1f} points" if is_share(metric) else f"{_near(value, 3):{plus}.3f}"


def span(interval: Interval, metric: str) -> str:
    """The ends of an interval of differences; empty where one run gave none."""
    if interval.low is None or interval.high is None:
        return ""
    scale, digits = (100, 1) if is_share(metric) else (1, 3)
    low, high = (_near(scale * value, digits) for value in (interval.low, interval.high))
    return f"{low:+.{digits}f} to {high:+.{digits}f}"


def _near(value: float, digits: int) -> float:
    """Rounded, and never minus zero."""
    return round(value, digits) + 0.0


def times(value: float | None) -> str:
    """A ratio of labels.

    >>> times(0.374), times(float("inf"))
    ('0.37', 'not reached')
    """
    if value is None:
        return ""
    return f"{value:.2f}" if math.isfinite(value) else "not reached"


def count(number: float, noun: str) -> str:
    """A number and its noun.

    >>> count(1, "run"), count(1200, "label")
    ('1 run', '1,200 labels')
    """
    return f"{number:,.0f} {noun}{'' if round(number) == 1 else 's'}"


def p_value(value: float) -> str:
    """A p value to the digits that mean something.

    >>> p_value(0.00021), p_value(0.0313)
    ('< 0.001', '0.031')
    """
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def duration(seconds: float) -> str:
    """A time a question takes.

    >>> duration(0.0042), duration(1.3)
    ('4.2 ms', '1.30 s')
    """
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"
