"""Which representation of the items the labels speak for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import ConfigError
from quandary.core.features import Features, Positions
from quandary.core.names import unknown_name
from quandary.learners.folds import held_out
from quandary.learners.members import FLOOR

FEWEST = 20  # labels below which nothing is said
CLEAR = 2.0  # standard errors that another one must be better by
WORTH = 0.05  # and the share of the loss: a change costs everybody new pictures of the pool


@dataclass(frozen=True)
class Choice:
    """What to see the items by.

    name    of the representation
    losses  held-out log-loss by name; empty while there is too little to say
    why     one line for people
    """

    name: str
    losses: Mapping[str, float]
    why: str


def choose(candidates: Mapping[str, Features], current: str, labeled: Positions, y: NDArray[np.intp]) -> Choice:
    """The representation under which held-out labels are likeliest; ``current`` unless another is clearly better.

    Logistic regression is fitted on the same five folds of each, and losses are compared label by label, so that
    the choice does not change back and forth with every answer. ``y`` (l,) holds the class codes of ``labeled`` (l,).
    """
    if current not in candidates:
        raise ConfigError(unknown_name("representation", current, candidates))
    seen, codes = np.unique(y, return_inverse=True)
    if len(labeled) < FEWEST or len(seen) < 2 or len(candidates) < 2:
        return Choice(current, {}, f"{current}: too few labels to compare")
    losses = {name: _losses(features, labeled, codes) for name, features in candidates.items()}
    means = {name: float(each.mean()) for name, each in losses.items()}
    best = min(means, key=lambda name: (means[name], name != current))
    gain = losses[current] - losses[best]
    error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
    told = ", ".join(f"{name} {mean:.2f}" for name, mean in sorted(means.items(), key=lambda pair: pair[1]))
    if best != current and gain.mean() > max(CLEAR * error, WORTH * means[current]):
        return Choice(best, means, f"{best} instead of {current}: held-out log-loss at {len(y)} labels: {told}")
    return Choice(current, means, f"{current} stays: none is clearly better at {len(y)} labels: {told}")


def _losses(features: Features, labeled: Positions, codes: NDArray[np.intp]) -> NDArray[np.float64]:
    proba = held_out("logistic", features, labeled, codes)
    losses: NDArray[np.float64] = -np.log(np.maximum(proba[np.arange(len(codes)), codes], FLOOR))
    return losses
