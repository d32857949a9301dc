"""Play active learning against a known answer key and score it after every round."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary import loop
from quandary.core.errors import ConfigError
from quandary.core.features import Features
from quandary.core.plan import Plan, make_plan
from quandary.core.query import predict_proba
from quandary.core.state import State
from quandary.metrics import metric_called
from quandary.pool import class_names, make_pool


@dataclass(frozen=True)
class Curve:
    """A learning curve, one entry a round.

    labels   (r,) labels given so far
    scores   (r,) metric on the test set
    seconds  (r,) wall time of choosing and fitting
    cpu      (r,) processor seconds of the same, of all threads
    asked    (labels[-1],) positions in the order asked
    """

    labels: NDArray[np.intp]
    scores: NDArray[np.floating[Any]]
    seconds: NDArray[np.floating[Any]]
    cpu: NDArray[np.floating[Any]]
    asked: NDArray[np.intp]
    metric: str
    strategy: str
    learner: str
    seed: int

    @property
    def area(self) -> float:
        """Mean score over the rounds: the area under the curve, on the scale of the metric."""
        return float(self.scores.mean()) if len(self.scores) else float("nan")

    def __str__(self) -> str:
        end = f"{self.metric} {self.scores[-1]:.3f} with {self.labels[-1]} labels" if len(self.labels) else "empty"
        return f"{self.strategy} + {self.learner}: {end}"


def simulate(
    X: Any,
    y: Any,
    X_test: Any,
    y_test: Any,
    *,
    strategy: Any = "auto",
    learner: Any = "auto",
    budget: int = 200,
    batch: int = 10,
    seed: int = 0,
    metric: str = "accuracy",
    audit: float = 0.0,
) -> Curve:
    """Play ``strategy`` and ``learner`` on a labeled pool from zero labels; return the learning curve.

    X, X_test  (n, d) arrays, sparse matrices or data frames; y, y_test (n,) classes
    budget     labels in all; ``batch`` of them a round
    audit      share of random checks; 0 compares strategies without it
    metric     accuracy, balanced_accuracy, f1_macro, average_precision (rarest class) or neg_log_loss

    >>> X = np.random.default_rng(0).normal(size=(80, 2))
    >>> y = (X[:, 0] > 0).astype(int)
    >>> simulate(X[:60], y[:60], X[60:], y[60:], strategy="margin", learner="logistic", budget=20).labels.tolist()
    [10, 20]
    """
    if budget < 1 or batch < 1:
        raise ConfigError(f"budget and batch must be at least 1, got {budget} and {batch}")
    pool, plan = make_pool(X), make_plan(strategy, learner, seed, audit)
    classes, codes = _codes(y, y_test, len(pool.features))
    names = class_names(classes)
    test = Features(pool.encode(X_test), pool.features.kind)
    rounds = _Rounds(plan, test, codes[len(pool.features) :], len(names), metric)
    log = loop.simulate(pool.features, lambda p: names[codes[p]], plan, names, budget, batch, rounds)
    asked = np.array([int(answer.item) for answer in log], dtype=np.intp)
    return rounds.curve(asked, learner if isinstance(learner, str) else type(learner).__name__)


def _codes(y: Any, y_test: Any, size: int) -> tuple[list[Any], NDArray[np.intp]]:
    """The classes, sorted, and the code of each answer of the pool and then the test set."""
    y, y_test = np.asarray(y), np.asarray(y_test)
    if len(y) != size:
        raise ConfigError(f"X has {size} rows but y has {len(y)} answers")
    classes, codes = np.unique(np.concatenate([y, y_test]), return_inverse=True)
    return classes.tolist(), codes.astype(np.intp)


class _Rounds:
    """Scores the model after each round, with the clock stopped."""

    def __init__(self, plan: Plan, test: Features, truth: NDArray[np.intp], classes: int, metric: str) -> None:
        self.plan, self.test, self.truth, self.classes = plan, test, truth, classes
        self.metric, self.score = metric, metric_called(metric)
        self.labels: list[int] = []
        self.scores: list[float] = []
        self.times: list[tuple[float, float]] = []
        self._started = _clocks()

    def __call__(self, state: State, model: Any) -> None:
        wall, cpu = _clocks()
        self.times.append((wall - self._started[0], cpu - self._started[1]))
        self.labels.append(state.counts().labeled)
        proba = predict_proba(model, self.test, np.arange(len(self.test)), self.classes)
        self.scores.append(self.score(self.truth, proba))
        self._started = _clocks()

    def curve(self, asked: NDArray[np.intp], learner: str) -> Curve:
        times = np.array(self.times).reshape(-1, 2)
        return Curve(
            labels=np.array(self.labels, dtype=np.intp),
            scores=np.array(self.scores),
            seconds=times[:, 0],
            cpu=times[:, 1],
            asked=asked,
            metric=self.metric,
            strategy=self.plan.name,
            learner=learner,
            seed=self.plan.seed,
        )


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()
