"""Active learning: from a pile of unlabeled items to labels, a model and honest numbers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quandary.core import errors as errors
    from quandary.core.query import Reason as Reason
    from quandary.core.verdicts import Advice as Advice
    from quandary.core.verdicts import Estimate as Estimate
    from quandary.learner_api import ActiveLearner as ActiveLearner
    from quandary.learner_api import load as load
    from quandary.simulation import simulate as simulate

    def strategies() -> dict[str, str]: ...  # at run time the packages themselves, see core/rooms.py
    def learners() -> dict[str, str]: ...


__version__ = "0.1.0"
__all__ = ["ActiveLearner", "Advice", "Estimate", "Reason", "errors", "learners", "load", "simulate", "strategies"]

# Nothing is imported before it is used: `quandary --help` must not wait for scikit-learn.
_MODULES = {
    "errors": "quandary.core.errors",
    "learners": "quandary.learners",
    "strategies": "quandary.strategies",
}
_OBJECTS = {
    "ActiveLearner": "quandary.learner_api",
    "Advice": "quandary.core.verdicts",
    "Estimate": "quandary.core.verdicts",
    "Reason": "quandary.core.query",
    "load": "quandary.learner_api",
    "simulate": "quandary.simulation",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name in _OBJECTS:
        return getattr(import_module(_OBJECTS[name]), name)
    raise AttributeError(f"module 'quandary' has no attribute {name!r}; its public names are {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
