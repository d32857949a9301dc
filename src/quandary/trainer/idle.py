"""What is made when no answer waits: how good the model is, what it says of every item, the model itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from quandary import loop
from quandary.core.audit import reserve
from quandary.core.features import BLOCK, Features
from quandary.core.plan import Plan
from quandary.core.query import predict_proba
from quandary.core.state import State
from quandary.project.published import (
    CURVE,
    Predictions,
    Verdict,
    read_json,
    write_json,
    write_predictions,
    write_verdict,
)
from quandary.quality.history import Point
from quandary.quality.labels import Labels
from quandary.quality.report import assess
from quandary.trainer.outlet import Outlet
from quandary.trainer.turn import NotFinite, knows_two_classes

GoOn = Callable[[], bool]


def publish_verdict(state: State, features: Features, plan: Plan, outlet: Outlet, go_on: GoOn) -> bool:
    """Assess the model from random checks, and add a point to the curve; False if it was told to stop."""
    fit = loop.fitter(features, plan, len(state.class_names()))
    aside = reserve(len(state.ids), plan.seed, plan.audit)
    found = assess(Labels.of(state), aside, fit, _history(outlet), go_on=go_on)
    if found is None and state.counts().labeled:
        return False
    outlet.check()
    labels = state.counts().labeled
    said = (found.estimate, found.advice) if found is not None else (None, None)
    write_json(outlet.folder / CURVE, [asdict(point) for point in found.history] if found is not None else [])
    write_verdict(outlet.folder, Verdict(state.version, labels, *said))
    outlet.say("verdict", seen=state.version)
    return True


def publish_predictions(state: State, features: Features, model: Any, outlet: Outlet, go_on: GoOn) -> None:
    """Let the model say what every item is, a block at a time."""
    if not knows_two_classes(model):
        return
    count = len(features)
    best, top, lead = np.zeros(count, np.int16), np.zeros(count, np.float32), np.zeros(count, np.float32)
    for start in range(0, count, BLOCK):
        if not go_on():
            return
        where = np.arange(start, min(start + BLOCK, count))
        proba = predict_proba(model, features, where, len(state.class_names()))
        if not np.isfinite(proba).all():
            raise NotFinite(f"{type(model).__name__} gave probabilities that are not finite; choose another learner")
        two = np.partition(proba, -2, axis=1)[:, -2:]
        best[where], top[where], lead[where] = proba.argmax(1), two[:, 1], two[:, 1] - two[:, 0]
    codes = np.array([info.code for info in state.classes.current()], np.int64)
    outlet.check()
    write_predictions(outlet.folder, Predictions(state.version, codes, best, top, lead))
    outlet.say("predictions", seen=state.version)


def _history(outlet: Outlet) -> list[Point]:
    try:
        return [Point(**raw) for raw in read_json(outlet.folder / CURVE)]
    except (TypeError, ValueError):
        return []
