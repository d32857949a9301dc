"""The one seam every query strategy fits: a context in, positions out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import CapabilityError, ConfigError
from quandary.core.features import Features, Positions

Floats = NDArray[np.floating[Any]]
ReasonKind = Literal["uncertain", "unlike", "typical", "rare", "random", "audit", "relabel", "start"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is asked: a kind, the numbers behind it, and (optionally) one line for people."""

    kind: ReasonKind
    numbers: Mapping[str, float] = field(default_factory=dict)
    text: str = ""


class Learner(Protocol):
    """Any scikit-learn classifier. ``y`` holds class codes (integers); ``classes_`` those seen, ascending.

    Optional, found by name: ``embed(X) -> (n, e)``; ``fit_pool(features, labeled, y)`` and
    ``predict_pool(features, positions)`` for learners that also learn from the unlabeled pool;
    ``members_pool(features, positions) -> (m, k, c)`` and ``member_weights_`` (m,) for those that are a vote.
    """

    def fit(self, X: Any, y: Any) -> Any: ...
    def predict_proba(self, X: Any) -> Any: ...


@dataclass(frozen=True)
class QueryContext:
    """Everything a strategy may look at when it chooses among ``n`` candidates.

    Model outputs are computed on first use, in blocks, and kept, so that strategies which are
    combined share one pass. All positions are rows of ``features``, the whole pool.

    candidates  (n,) positions that may be asked, ascending
    features    the whole pool
    labeled     (l,) positions with a label, ascending; NOT a prefix of the pool
    y_labeled   (l,) class codes 0..c-1 of ``labeled``
    classes     (c,) class names
    learner     fitted on the labels, or None while there are none
    rng         the only source of chance
    """

    candidates: Positions
    features: Features
    labeled: Positions
    y_labeled: NDArray[np.intp]
    classes: tuple[str, ...]
    learner: Any | None
    rng: np.random.Generator

    def __len__(self) -> int:
        return len(self.candidates)

    @property
    def trained(self) -> bool:
        """Whether the model has seen at least two classes, so that its probabilities mean something."""
        return self.learner is not None and len(np.unique(self.y_labeled)) > 1

    @cached_property
    def proba(self) -> Floats:
        """Class probabilities of the candidates, (n, c), rows sum to 1; equal while there is no model."""
        return self.predict(self.candidates)

    @cached_property
    def embeddings(self) -> Floats:
        """The learner's representation of the candidates, (n, e); the features themselves where it has none."""
        return self.embed(self.candidates)

    def predict(self, positions: Positions) -> Floats:
        """Class probabilities of any positions, (k, c)."""
        count = len(self.classes)
        if self.learner is None:
            return np.full((len(positions), count), 1.0 / max(count, 1))
        return predict_proba(self.learner, self.features, positions, count)

    def embed(self, positions: Positions) -> Floats:
        """The learner's representation of any positions, (k, e)."""
        call = getattr(self.learner, "embed", None)
        if call is None:
            return self.features.dense(positions)
        return np.concatenate([np.asarray(call(rows)) for _, rows in self.features.blocks(positions)])


@dataclass(frozen=True)
class Selection:
    """What a strategy chose.

    positions  (k,) rows of the pool, best first, all among the candidates, no repeats
    scores     (n,) of the candidates, higher = ask sooner, or None
    reasons    (k,) why each was chosen, or None
    """

    positions: Positions
    scores: Floats | None = None
    reasons: tuple[Reason, ...] | None = None


@runtime_checkable
class Strategy(Protocol):
    """Chooses what to ask. Frozen dataclass whose fields are its parameters."""

    def select(self, context: QueryContext, k: int) -> Selection: ...


def predict_proba(learner: Any, features: Features, positions: Positions, classes: int) -> Floats:
    """Probabilities of all ``classes`` for ``positions``, (k, c), computed in blocks.

    Classes that the learner has not seen get zero.
    """
    seen: Any = np.asarray(learner.classes_, dtype=np.intp)
    if len(seen) == classes:
        seen = slice(None)  # ten times faster to write
    out = np.zeros((len(positions), classes))
    pool = getattr(learner, "predict_pool", None)
    if pool is not None:
        out[:, seen] = pool(features, positions)
        return out
    if not hasattr(learner, "predict_proba"):
        raise CapabilityError(
            f"{type(learner).__name__} has no predict_proba, which learners need; "
            f"wrap it in sklearn.calibration.CalibratedClassifierCV"
        )
    for where, rows, kept in features.runs(positions):
        out[where, seen] = learner.predict_proba(rows)[kept]
    return out


def top_k(scores: Floats, k: int, rng: np.random.Generator) -> Positions:
    """Indices of the ``k`` highest scores, best first, ties broken at random, NaN last.

    >>> top_k(np.array([0.1, 0.9, 0.5]), 2, np.random.default_rng(0)).tolist()
    [1, 2]
    """
    if not 1 <= k <= len(scores):
        raise ConfigError(f"k must be between 1 and the number of candidates {len(scores)}, got {k}")
    clean = np.where(np.isnan(scores), -np.inf, scores)
    chance = rng.random(len(clean))
    if k < len(clean) // 4:
        # Keep every tie of the k-th best, so that the draw among equals stays fair.
        threshold = np.partition(clean, len(clean) - k)[len(clean) - k]
        kept = np.flatnonzero(clean >= threshold)
    else:
        kept = np.arange(len(clean))
    order = np.lexsort((chance[kept], -clean[kept]))
    return kept[order[:k]]
