"""modAL: ``modal:margin``, ``modal:entropy``, ``modal:uncertainty``, ``modal:batch``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from quandary.bench.peers import at_random, bring, known, picked
from quandary.core.query import QueryContext, Selection

# Its pin of an old skorch, which these functions do not use, would keep newer ones away.
COMMAND = "pip install --no-deps modAL-python"
FUNCTIONS = {
    "batch": ("batch", "uncertainty_batch_sampling"),
    "entropy": ("uncertainty", "entropy_sampling"),
    "margin": ("uncertainty", "margin_sampling"),
    "uncertainty": ("uncertainty", "uncertainty_sampling"),
}


@dataclass(frozen=True)
class Peer:
    """A query function of modAL (Danka, Horvath 2018, arXiv 1805.00979)."""

    name: str
    needs: ClassVar[tuple[str, str]] = ("modAL", "")

    def __post_init__(self) -> None:
        known(self.name, FUNCTIONS, "modAL")
        self._function()

    def select(self, context: QueryContext, k: int) -> Selection:
        if not context.trained:
            return at_random(context, k)
        rows = context.features.dense(context.candidates)
        chosen = self._function()(_Fitted(context), rows, n_instances=k)[0]
        return picked(context.candidates[np.asarray(chosen).ravel()])

    def _function(self) -> Any:
        module, function = FUNCTIONS[self.name]
        return getattr(bring(f"modAL.{module}", COMMAND), function)


class _Fitted:
    """Our model as modAL's functions take one."""

    on_transformed = False

    def __init__(self, context: QueryContext) -> None:
        self.context = context
        self.X_training = context.features.dense(context.labeled)

    def predict_proba(self, X: Any) -> Any:
        return self.context.proba
