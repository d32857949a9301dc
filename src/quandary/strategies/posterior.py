"""What the labels leave open: models that fit them about as well as the one there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.features import Positions
from quandary.core.query import Floats, QueryContext
from quandary.geometry.kinds import sample
from quandary.strategies.space import Rows, rows_at

MOST_LABELS = 2_000
FLOOR = 1e-6  # of a probability, before its logarithm
LEAST = 0.02  # curvature: a label that the model repeats with certainty still says something
CELLS = 2_000_000  # numbers in a block of samples
Samples = NDArray[np.float32]
Sampler = Callable[[Positions, Floats], Samples]


@dataclass(frozen=True)
class Head:
    """How far the weights of a linear softmax head could be from where they are.

    Laplace approximation (MacKay 1992), every class alike: the weights of a class vary as N(0, A^-1), with
    A = I / prior + sum over the labels of f h h^T; h is an item's row and a 1, f half of 1 - sum p^2, which is
    exact for two classes. Exact in directions that no label points to, so that no e x e matrix is needed.

    size   rows are divided by it: labeled ones get mean squared length 1
    basis  (e + 1, r) orthonormal: directions that labels say something about
    root   (r, r), root @ root.T is the covariance within them
    prior  variance in all others
    """

    context: QueryContext
    size: float
    basis: Rows
    root: Rows
    prior: float

    @staticmethod
    def of(context: QueryContext, prior: float) -> Head:
        told = context.labeled[sample(len(context.labeled), MOST_LABELS)]
        raw = rows_at(context, told)
        size = float(np.sqrt((raw.astype(np.float64) ** 2).sum(axis=1).mean())) or 1.0
        known = _with_one(raw, size).astype(np.float64)
        whole = known.shape[1] <= known.shape[0]
        basis = np.eye(known.shape[1]) if whole else np.linalg.qr(known.T)[0]
        inside = known @ basis
        weight = curvature(context.predict(told)) * (len(context.labeled) / len(told))
        precision = (inside.T * weight) @ inside + np.eye(basis.shape[1]) / prior
        root = np.linalg.inv(np.linalg.cholesky(precision)).T
        return Head(context, size, basis.astype(np.float32), root.astype(np.float32), prior)

    def rows(self, positions: Positions) -> Rows:
        """Items as the head sees them, (n, e + 1)."""
        return _with_one(rows_at(self.context, positions), self.size)

    def covariance(self, a: Rows, b: Rows) -> Rows:
        """Covariance of a class's scores of the items in ``a`` and in ``b``, (a, b)."""
        left: Rows = a @ self.basis
        right: Rows = b @ self.basis
        turned: Rows = left @ self.root
        shared: Rows = turned @ (right @ self.root).T
        if self.basis.shape[0] == self.basis.shape[1]:
            return shared
        beyond: Rows = (a @ b.T - left @ right.T) * np.float32(self.prior)
        return shared + beyond

    def draw(self, count: int, rng: np.random.Generator) -> Rows:
        """Differences from the weights, (count, e + 1), independent of each other."""
        free = rng.standard_normal((count, self.basis.shape[0]), dtype=np.float32)
        within = free @ self.basis
        outside = free - within @ self.basis.T
        drawn: Rows = np.sqrt(np.float32(self.prior)) * outside + (within @ self.root.T) @ self.basis.T
        return drawn


def sampler(context: QueryContext, count: int, prior: float) -> Sampler:
    """What ``count`` models say: from positions and the model's own probabilities (n, c) to (count, c, n).

    Trees of a forest; else the model's log-probabilities plus a draw of a ``Head``'s scores: the same
    draw at all positions. Classes without a label keep probability 0.
    """
    grown = trees(context.learner)
    if grown:
        return lambda positions, proba: tree_proba(context, grown[:count], positions)
    head, known = Head.of(context, prior), np.unique(context.y_labeled)
    moves = head.draw(count * len(known), context.rng)

    def say(positions: Positions, proba: Floats) -> Samples:
        scores = (moves @ head.rows(positions).T).reshape(count, len(known), len(positions))
        scores += np.log(np.maximum(proba[:, known].T, FLOOR)).astype(np.float32)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return spread_out(scores, known, len(context.classes))

    return say


def spread_out(said: Samples, known: NDArray[np.intp], classes: int) -> Samples:
    """From (k, seen classes, n) to (k, c, n), zero where a class has not been seen."""
    if len(known) == classes:
        return said
    out = np.zeros((said.shape[0], classes, said.shape[2]), np.float32)
    out[:, known] = said
    return out


def trees(learner: Any) -> list[Any]:
    """The trees of a forest; empty for any other learner."""
    if not hasattr(learner, "estimators_"):
        return []
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

    return list(learner.estimators_) if isinstance(learner, ExtraTreesClassifier | RandomForestClassifier) else []


def tree_proba(context: QueryContext, grown: list[Any], positions: Positions) -> Samples:
    """What each tree of the context's forest says of ``positions``, (k, c, n)."""
    rows = np.ascontiguousarray(context.features.dense(positions), dtype=np.float32)
    said = np.stack([tree.predict_proba(rows, check_input=False).T for tree in grown]).astype(np.float32)
    return spread_out(said, np.asarray(context.learner.classes_, np.intp), len(context.classes))  # type: ignore[union-attr]


def curvature(proba: Floats) -> NDArray[np.float64]:
    """How much a label at each row tells about the weights, (n,), 0.02 to 0.5."""
    found: NDArray[np.float64] = np.maximum(0.5 * (1.0 - (proba**2).sum(axis=1)), LEAST)
    return found


def entropies(said: Samples) -> Samples:
    """Entropy over the classes, from (..., c, n) to (..., n), nats."""
    logs = np.log(said + np.float32(1e-30))
    logs *= said
    total: Samples = -logs.sum(axis=-2)
    return total


def information(said: Samples) -> Samples:
    """What the label of each item tells about which of the models is right, (k, c, n) -> (n,), nats."""
    told: Samples = entropies(said.mean(axis=0)) - entropies(said).mean(axis=0)
    return np.maximum(told, 0)


def block_size(count: int, classes: int) -> int:
    """Items whose samples fit in a block."""
    return int(np.clip(CELLS // max(1, count * classes), 64, 8_192))


def _with_one(rows: Rows, size: float) -> Rows:
    return np.hstack([rows / np.float32(size), np.ones((len(rows), 1), np.float32)])
