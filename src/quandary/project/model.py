"""What a project learned, as a scikit-learn estimator over raw contents and class names."""

from __future__ import annotations

from typing import Any

from quandary import loop
from quandary.core.errors import ConfigError
from quandary.core.plan import seen_by
from quandary.core.ports import Progress, silent
from quandary.core.state import State
from quandary.exporters.model import load_model, save_model
from quandary.named import NamedClassifier
from quandary.project.folder import Project

__all__ = ["build_model", "load_model", "save_model", "wrap_model"]


def build_model(project: Project, state: State | None = None, progress: Progress = silent) -> NamedClassifier:
    """Fit on every label there is; the same log gives the same model.

    Takes lists of contents (vectors: arrays) and gives class names. ``state`` saves folding the log where the
    caller has it. Raises ``ConfigError`` while nothing is labeled.
    """
    state = state or project.state()
    representation = seen_by(state.plan, project.kind)
    learner = loop.learn(state, project.features(progress, representation), project.plan())
    if learner is None:
        raise ConfigError(f"nothing in {project.name!r} is labeled yet, so there is no model; label a few items first")
    return wrap_model(project, learner, state.class_names(), representation)


def wrap_model(project: Project, learner: Any, classes: tuple[str, ...], representation: str) -> NamedClassifier:
    """A learner fitted on features of that representation and class codes, with everything it needs beside them."""
    return NamedClassifier(learner, list(classes), project.extractor(name=representation))
