"""Penalized softmax regression by truncated Newton steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MOST_STEPS, MOST_CG = 50, 60


def softmax(scores: NDArray[np.floating[Any]]) -> Array:
    """Rows of ``scores`` as probabilities, (n, c)."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    proba: Array = raised / raised.sum(axis=1, keepdims=True)
    return proba


def fit_logistic(rows: Array, targets: Array, C: float, start: Array | None = None, tol: float = 1e-3) -> Array:
    """Weights as of ``fit_softmax`` for ``C`` as scikit-learn means it."""
    # With two classes scikit-learn penalizes the difference of the two columns.
    return fit_softmax(rows, targets, (2.0 if targets.shape[1] == 2 else 1.0) / C, start, tol)


def fit_softmax(rows: Array, targets: Array, penalty: float, start: Array | None = None, tol: float = 1e-3) -> Array:
    """Weights (d + 1, c), the last row the intercept, that minimize the summed loss plus the penalty.

    Loss: sum of -log p(class) + penalty / 2 * |weights|^2, intercept free. ``rows`` (n, d),
    ``targets`` (n, c) one-hot, times the weight of the row where rows weigh differently. Newton's
    system is solved by conjugate gradients with a diagonal preconditioner and never built (Nocedal
    and Wright 2006, chapter 7.1). Stops when no entry of the gradient of the sum exceeds ``tol``: a
    test on the mean would stop before one new label counts.
    """
    rows1 = np.hstack([rows, np.ones((len(rows), 1))])
    ridge = np.full((rows1.shape[1], 1), penalty)
    ridge[-1] = 0.0
    weights = np.zeros((rows1.shape[1], targets.shape[1])) if start is None else start.copy()
    mass = targets.sum(axis=1, keepdims=True)
    loss, proba = _loss(rows1, targets, ridge, weights)
    for _ in range(MOST_STEPS):
        slope = rows1.T @ (mass * proba - targets) + ridge * weights
        if np.abs(slope).max() < tol:
            break
        step = _newton_step(rows1, mass, proba, ridge, slope)
        found = _line_search(rows1, targets, ridge, weights, step, loss, float((slope * step).sum()))
        if found is None:
            break
        weights, loss, proba = found
    return weights


def _loss(rows1: Array, targets: Array, ridge: Array, weights: Array) -> tuple[float, Array]:
    scores = rows1 @ weights
    top = scores.max(axis=1, keepdims=True)
    raised = np.exp(scores - top)
    total = raised.sum(axis=1, keepdims=True)
    mass = targets.sum(axis=1, keepdims=True)
    loss = (mass * (np.log(total) + top)).sum() - (scores * targets).sum() + 0.5 * (ridge * weights**2).sum()
    return float(loss), raised / total


def _newton_step(rows1: Array, mass: Array, proba: Array, ridge: Array, slope: Array) -> Array:
    spread = mass * proba * (1.0 - proba)
    diagonal = (rows1**2).T @ spread + ridge + 1e-9
    step = np.zeros_like(slope)
    rest = -slope
    scaled = rest / diagonal
    way = scaled.copy()
    size = float((rest * scaled).sum())
    goal = size * min(0.25, np.sqrt(np.abs(slope).max())) ** 2
    for _ in range(MOST_CG):
        moved = proba * (rows1 @ way)
        moved -= proba * moved.sum(axis=1, keepdims=True)
        curved = rows1.T @ (mass * moved) + ridge * way
        bend = float((way * curved).sum())
        if bend <= 0:
            break
        length = size / bend
        step += length * way
        rest -= length * curved
        scaled = rest / diagonal
        size, before = float((rest * scaled).sum()), size
        if size < goal:
            break
        way = scaled + (size / before) * way
    return step


def _line_search(
    rows1: Array, targets: Array, ridge: Array, weights: Array, step: Array, loss: float, descent: float
) -> tuple[Array, float, Array] | None:
    length = 1.0
    while length > 1e-4:
        there = weights + length * step
        new, proba = _loss(rows1, targets, ridge, there)
        if new <= loss + 1e-4 * length * descent + 1e-12 * abs(loss):
            return there, new, proba
        length *= 0.5
    return None


def rotate(rows: Any) -> tuple[NDArray[np.float64], Any]:
    """Rows in the space they span, (n, r) with orthogonal columns, and the way back to (d, c) weights.

    The penalized weights lie in the span of the rows (representer theorem), so with fewer rows than
    columns the smaller problem has the same solution.
    """
    if rows.shape[0] >= rows.shape[1]:
        dense = rows.toarray() if hasattr(rows, "toarray") else rows
        return dense, lambda weights: weights
    gram = rows @ rows.T
    values, vectors = np.linalg.eigh(gram.toarray() if hasattr(gram, "toarray") else gram)
    kept = values > 1e-10 * max(values[-1], 1e-300)
    length, vectors = np.sqrt(values[kept]), vectors[:, kept]
    return vectors * length, lambda weights: rows.T @ (vectors @ (weights / length[:, None]))
