"""small-text: ``small_text:BreakingTies``, ``small_text:GreedyCoreset`` and others by the names of their classes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from typing import Any, ClassVar

import numpy as np

from quandary.bench.peers import at_random, bring, known, picked
from quandary.core.features import Positions
from quandary.core.query import QueryContext, Selection

CONFIDENCE = ("BreakingTies", "LeastConfidence", "PredictionEntropy")
COVERAGE = ("EmbeddingKMeans", "GreedyCoreset", "LightweightCoreset", "RandomSampling")
OTHERS = ("ContrastiveActiveLearning",)


@dataclass(frozen=True)
class Peer:
    """A query strategy of small-text (Schroeder et al. 2023, EACL)."""

    name: str
    needs: ClassVar[tuple[str, str]] = ("small_text", "peers")

    def __post_init__(self) -> None:
        known(self.name, CONFIDENCE + COVERAGE + OTHERS, "small-text")
        self._class()

    def select(self, context: QueryContext, k: int) -> Selection:
        if not (context.trained or self.name in COVERAGE) or self._at_a_loss(context):
            return at_random(context, k)
        strategy = self._class()
        quiet = {"pbar": None} if "pbar" in signature(strategy).parameters else {}
        everything = _Rows(np.arange(len(context.features)))
        with _seeded(context.rng), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Default distance metric has changed")
            chosen = strategy(**quiet).query(
                _Fitted(context), everything, context.candidates, context.labeled, context.y_labeled, n=k
            )
        return picked(chosen)

    def _at_a_loss(self, context: QueryContext) -> bool:
        """Greedy core-set begins from labeled items and fails without one."""
        return self.name == "GreedyCoreset" and not len(context.labeled)

    def _class(self) -> Any:
        return getattr(bring("small_text"), self.name)


@contextmanager
def _seeded(rng: np.random.Generator) -> Iterator[None]:
    """Let the strategies, which draw from numpy's global state, repeat themselves, and leave no trace there."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(int(rng.integers(2**32)))  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


class _Rows:
    """Items of the pool by position, as a data set of small-text."""

    def __init__(self, positions: Positions) -> None:
        self.positions = positions

    def __getitem__(self, which: Any) -> _Rows:
        return _Rows(self.positions[which])

    def __len__(self) -> int:
        return len(self.positions)


class _Fitted:
    """Our model as small-text takes one."""

    def __init__(self, context: QueryContext) -> None:
        self.context = context

    def predict_proba(self, rows: _Rows) -> Any:
        return self.context.predict(rows.positions)

    def embed(self, rows: _Rows, return_proba: bool = False, pbar: Any = None) -> Any:
        vectors = self.context.embed(rows.positions)
        return (vectors, self.predict_proba(rows)) if return_proba else vectors
