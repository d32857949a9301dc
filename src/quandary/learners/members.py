"""The members of the vote: each fits in milliseconds and knows its own out-of-sample probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.learners.softmax import fit_logistic, rotate, softmax

Array = NDArray[np.float64]
RIDGES = (3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)
SHARPNESS = (1.0, 2.0, 4.0, 7.0, 12.0, 20.0)  # softmax temperature of regression scores
POWERS = (0.3, 0.5, 0.7, 1.0, 1.5)  # sharpening of label spreading
C = 20.0  # of logistic regression on rows of mean squared length 1
FLOOR = 1e-6


@dataclass(frozen=True)
class Fitted:
    """What a member gives: its model, and its probabilities for each label without that label, (l, c)."""

    model: Any
    held_out: Array
    loss: float


def best(trials: Iterable[Fitted]) -> Fitted:
    """The first of those with the lowest loss, up to rounding."""
    return min(trials, key=lambda trial: round(trial.loss, 9))


def log_loss(proba: Array, codes: NDArray[np.intp]) -> float:
    """Mean negative log-likelihood of class ``codes`` (n,) under ``proba`` (n, c), floored at 1e-6."""
    return float(-np.log(np.maximum(proba[np.arange(len(codes)), codes], FLOOR)).mean())


def prior(targets: Array) -> Array:
    """Class shares with half a count added to each, (c,)."""
    smoothed: Array = (targets.sum(axis=0) + 0.5) / (len(targets) + 0.5 * targets.shape[1])
    return smoothed


@dataclass(frozen=True)
class KernelRidge:
    """softmax(sharpness * (kernel @ coef + mean)): one ridge regression a class."""

    coef: Array
    mean: Array
    sharpness: float

    def proba(self, scores: NDArray[Any]) -> Array:
        """From ``kernel @ coef`` (n, c) to probabilities."""
        return softmax(self.sharpness * (scores + self.mean))


def fit_ridge(kernel: Array, targets: Array, codes: NDArray[np.intp]) -> Fitted:
    """Kernel ridge regression with exact leave-one-out over penalty and sharpness.

    ``kernel`` (l, l) between the labeled items, ``targets`` (l, c) one-hot. With A = (K + penalty I)^-1
    the score of item i without its own label is y_i - (A y)_i / A_ii (Rifkin, Lippert 2007).
    """
    mean = prior(targets)
    values, vectors = np.linalg.eigh(kernel)
    values, turned = np.maximum(values, 0.0), vectors.T @ (targets - mean)

    def trials() -> Iterator[Fitted]:
        for ridge in RIDGES:
            inverse = 1.0 / (values + ridge)
            coef = vectors @ (inverse[:, None] * turned)
            held_out = targets - coef / ((vectors**2) @ inverse)[:, None]
            for sharpness in SHARPNESS:
                proba = softmax(sharpness * held_out)
                yield Fitted(KernelRidge(coef, mean, sharpness), proba, log_loss(proba, codes))

    return best(trials())


def extend(fitted: Fitted, kernel: Array, used: NDArray[np.intp], codes: NDArray[np.intp]) -> Fitted:
    """The held-out probabilities of all labels, where the ridge was fitted on those ``used``; ``kernel`` (l, used)."""
    held_out = fitted.model.proba(kernel @ fitted.model.coef)
    held_out[used] = fitted.held_out
    return Fitted(fitted.model, held_out, log_loss(held_out, codes))


@dataclass(frozen=True)
class Spreading:
    """Label spreading: ``mass`` (anchors, c) is where the labels spread to."""

    mass: NDArray[Any]
    mean: Array
    power: float

    def proba(self, mass: NDArray[Any]) -> Array:
        """From the mass that reaches items (n, c) to probabilities."""
        small = 1e-4 * self.mass.sum(axis=1).mean()
        shares = ((mass + small * self.mean) / (mass.sum(axis=1, keepdims=True) + small)) ** self.power
        whole: Array = shares / shares.sum(axis=1, keepdims=True)
        return whole


def fit_spreading(mass: NDArray[Any], held_out: Array, targets: Array, codes: NDArray[np.intp]) -> Fitted:
    """Label spreading; linear in the labels, so that leaving one out is exact.

    ``mass`` (anchors, c) what reaches the anchors; ``held_out`` (l, c) what reaches each labeled item from the others.
    """

    def trials() -> Iterator[Fitted]:
        for power in POWERS:
            model = Spreading(mass, prior(targets), power)
            proba = model.proba(held_out)
            yield Fitted(model, proba, log_loss(proba, codes))

    return best(trials())


@dataclass(frozen=True)
class Linear:
    """Logistic regression: softmax(values @ coef + intercept)."""

    coef: NDArray[np.float32]
    intercept: Array

    def proba(self, values: NDArray[Any]) -> Array:
        return softmax(values @ self.coef + self.intercept)


def fit_linear(values: NDArray[Any], targets: Array, codes: NDArray[np.intp]) -> Fitted:
    """Logistic regression with out-of-fold probabilities (4 folds, 2 from 30 classes on)."""
    rows, back = rotate(np.asarray(values, dtype=np.float64))
    count, classes = targets.shape
    folds = 4 if classes < 30 else 2
    fold = np.random.default_rng(count).permutation(count) % folds
    tol = 1e-4 * count  # close enough: probabilities move in the third digit
    full = fit_logistic(rows, targets, C, tol=tol)
    mean = prior(targets)
    held_out = np.tile(mean, (count, 1))
    for j in range(folds):
        out = fold == j
        seen = targets[~out].any(axis=0)
        if out.any() and seen.sum() > 1:
            weights = fit_logistic(rows[~out], targets[~out][:, seen], C, full[:, seen], tol)
            proba = np.full((int(out.sum()), classes), 1e-3 / classes)
            proba[:, seen] += (1 - 1e-3) * softmax(rows[out] @ weights[:-1] + weights[-1])
            held_out[out] = 0.97 * proba + 0.03 * mean
    model = Linear(back(full[:-1]).astype(np.float32), full[-1])
    return Fitted(model, held_out, log_loss(held_out, codes))


def stack(at_truth: Array, losses: Array) -> Array:
    """Weights of the members, (members,), sum 1, from their held-out probability of each true label, (l, members).

    Half by expectation maximization for a mixture (Jacobs et al. 1991) with half a count a member, half
    by the exponential of the mean losses (Vovk 1990).
    """
    count, members = at_truth.shape
    weights = np.full(members, 1.0 / members)
    for _ in range(30):
        share = at_truth * weights
        share /= share.sum(axis=1, keepdims=True)
        weights = (share.sum(axis=0) + 0.5) / (count + 0.5 * members)
    sharp = np.exp(-(losses - losses.min()) * min(count, 60) / 3)
    mean: Array = 0.5 * weights + 0.5 * sharp / sharp.sum()
    return mean
