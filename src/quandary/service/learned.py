"""What the trainer made of the answers, as far as it is published."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from quandary.core.state import State
from quandary.project.published import (
    Predictions,
    Ranking,
    Verdict,
)


class Trainer(Protocol):
    """The process that learns, as the service sees it."""

    @property
    def failed(self) -> bool: ...
    @property
    def detail(self) -> str: ...
    @property
    def restarts(self) -> int: ...
    def tell(self, version: int) -> None: ...
    def close(self) -> None: ...


class NoTrainer:
    """Nobody learns: questions are drawn by lot, or ranked by whoever publishes."""

    failed = False
    detail = ""
    restarts = 0

    def tell(self, version: int) -> None:
        """Nobody is there."""

    def close(self) -> None:
        """Nobody is there."""


class Learned:
    """The newest verdict and predictions."""

    def __init__(self) -> None:
        self.verdict: Verdict | None = None
        self.predictions: Predictions | None = None
        self._predicted: dict[int, int] = {}

    def take_verdict(self, verdict: Verdict | None, version: int) -> None:
        """Make it the newest, unless it speaks of a log that is not ours."""
        if verdict is not None and verdict.seen <= version:
            self.verdict = verdict

    def take_predictions(self, made: Predictions | None, version: int) -> None:
        """Make them the newest, unless they speak of a log that is not ours."""
        if made is not None and made.seen <= version:
            counts = np.bincount(made.best, minlength=len(made.codes))
            self._predicted = dict(zip(made.codes.tolist(), counts.tolist(), strict=True))
            self.predictions = made

    def predicted(self, state: State) -> dict[int, int] | None:
        """How many items the model takes for each class, by the code the class has now; None: not known."""
        if self.predictions is None:
            return None
        out: dict[int, int] = {}
        for code, count in self._predicted.items():
            now = state.classes.meaning(code) if code < len(state.classes.target) else -1
            out[now] = out.get(now, 0) + count
        return out

    def guess(self, state: State, position: int) -> tuple[str, float] | None:
        """The likeliest class of an item and its probability, where the class still stands."""
        if self.predictions is None:
            return None
        code = int(self.predictions.codes[self.predictions.best[position]])
        now = state.classes.meaning(code) if code < len(state.classes.target) else -1
        probability = round(float(self.predictions.probability[position]), 4)
        return None if now < 0 else (state.classes.names[now], probability)


def model_view(state: State, learned_from: int, ranking: Ranking | None, trainer: Trainer) -> dict[str, Any]:
    """The ``model`` object of docs/http.md."""
    labels = state.counts().labeled
    up_to_date = ranking is not None and ranking.seen >= learned_from
    return {
        "version": ranking.model_version if ranking else 0,
        "seen": ranking.seen if ranking else 0,
        "knows": knows(ranking, labels, up_to_date),
        "labels": labels,
        "state": stage(ranking, up_to_date, trainer),
        "learner": str(state.plan.get("learner", "auto")),
        "restarts": trainer.restarts,
        "detail": trainer.detail,
        "at": ranking.at if ranking else None,
    }


def knows(ranking: Ranking | None, labels: int, up_to_date: bool) -> int:
    """Labels that the model has seen as they stand now.

    While it has not seen the last change it is short of at least one, so that "knows all" always
    means that a corrected or undone answer has been learned, too.
    """
    if ranking is None:
        return 0
    return labels if up_to_date else max(0, min(ranking.labels, labels - 1))


def stage(ranking: Ranking | None, up_to_date: bool, trainer: Trainer) -> str:
    """One word for what the trainer does."""
    if trainer.failed:
        return "failed"
    if ranking is None:
        return "starting"
    return "idle" if up_to_date else "training"
