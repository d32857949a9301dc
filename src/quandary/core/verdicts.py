"""What Quandary says about itself: how good the model is, and whether to go on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval.

    value, low, high  fractions (0.88 is 88 %)
    n                 audit items it rests on
    method            how it was computed
    floor             lower bound that decisions may look at after every answer, or None
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    floor: float | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether to stop, the expected gain of the next 100 labels (None: not known), and why in one line."""

    stop: bool
    gain: Estimate | None
    reason: str
