"""Everything that can honestly be said about a project now, in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from quandary.core.features import Positions
from quandary.core.verdicts import Advice, Estimate
from quandary.quality.accuracy import estimate_accuracy
from quandary.quality.advice import advise, default_criterion, moments
from quandary.quality.classes import ClassQuality, class_qualities
from quandary.quality.crossfit import LARGEST_REFERENCE, CrossFit, cross_fit
from quandary.quality.evidence import Evidence, look_back
from quandary.quality.f1 import macro_f1
from quandary.quality.history import Point, extended
from quandary.quality.labels import Codes, Fit, Labels, Predictor
from quandary.quality.stopping.criterion import Criterion

SEED = 0xF1  # the draws behind macro F1 are the same at every look, so that it moves only when labels do


@dataclass(frozen=True)
class Assessment:
    """What is known at ``labels`` labels.

    estimate  accuracy on new items drawn like the pool, or None below 10 random checks
    advice    whether to stop, and the gain of the next 100 labels
    classes   share of the pool, recall and precision of each class, by class code
    macro_f1  mean F1 over the classes, about; or None
    history   the learning curve, with this estimate as its last point
    checks    the random checks, each with what a model that had not seen it said
    """

    labels: int
    estimate: Estimate | None
    advice: Advice
    classes: tuple[ClassQuality, ...]
    macro_f1: Estimate | None
    history: tuple[Point, ...]
    checks: CrossFit


class _Interrupted(Exception):
    pass


def always() -> bool:
    """Go on."""
    return True


def assess(
    labels: Labels,
    reserve: Positions,
    fit: Fit,
    history: Sequence[Point] = (),
    criterion: Criterion | None = None,
    go_on: Callable[[], bool] = always,
) -> Assessment | None:
    """Assess the model that ``fit`` learns from ``labels``; None without labels, or when ``go_on`` said stop.

    reserve    positions set aside for random checks, in the order they are asked; may be empty
    fit        learns from positions and class codes, and returns what gives (k, classes) probabilities
    history    the curve so far
    criterion  when to stop; None: the default
    go_on      asked before each of the 7 to 12 fits

    Deterministic where ``fit`` is.
    """
    if not len(labels):
        return None
    try:
        return _assess(labels, reserve, _interruptible(fit, go_on), history, criterion or default_criterion())
    except _Interrupted:
        return None


def _interruptible(fit: Fit, go_on: Callable[[], bool]) -> Fit:
    def fit_unless_stopped(positions: Positions, y: Codes) -> Predictor:
        if not go_on():
            raise _Interrupted
        return fit(positions, y)

    return fit_unless_stopped


def _assess(labels: Labels, reserve: Positions, fit: Fit, history: Sequence[Point], criterion: Criterion) -> Assessment:
    rest = labels.unasked(reserve)[:LARGEST_REFERENCE]
    checks = cross_fit(labels, reserve, fit)
    estimate = estimate_accuracy(checks.right, checks.confidence, checks.reference, checks.fold)
    proba = fit(labels.positions, labels.y)(rest)
    curve = extended(history, len(labels), estimate)
    earlier = look_back(labels, rest, moments(criterion, len(labels)), fit)
    evidence = Evidence(labels.counts(), proba, earlier, estimate, curve)
    said = np.asarray(proba.argmax(1), np.intp)
    return Assessment(
        labels=len(labels),
        estimate=estimate,
        advice=advise(evidence, criterion),
        classes=class_qualities(checks.truth, checks.predicted, said, labels.classes),
        macro_f1=macro_f1(checks.truth, checks.predicted, labels.classes, np.random.default_rng(SEED)),
        history=curve,
        checks=checks,
    )
