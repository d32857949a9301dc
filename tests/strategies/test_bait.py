"""BAIT against Fisher matrices that are written out and inverted anew for each choice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from quandary.strategies import bait
from quandary.strategies.bait import Bait
from quandary.strategies.fisher import Design, Items
from quandary.strategies.space import rows_at
from tests.strategies.worlds import Told, context, dirichlet

Array = NDArray[np.float64]


def information(rows: NDArray[np.float32], proba: Array, traced: bool) -> list[Array]:
    """The Fisher information of each item: the Hessian of its expected loss in the weights of the head."""
    out = []
    for row, p in zip(np.hstack([rows, np.ones((len(rows), 1))]), proba, strict=True):
        inner = np.diag(p) - np.outer(p, p)
        out.append(np.kron(np.outer(row, row), np.array([[np.trace(inner)]]) if traced else inner))
    return out


def written_out(info: list[Array], labeled: list[int], free: list[int], batch: int, ridge: float, k: int) -> list[int]:
    pool = sum(info) / len(info)
    settled = ridge * np.eye(len(info[0])) + sum((info[i] for i in labeled), 0 * info[0])

    def error(matrix: Array) -> float:
        return float(np.trace(np.linalg.inv(matrix) @ pool))

    chosen: list[int] = []
    while len(chosen) < k:
        ahead: list[int] = []
        while len(ahead) < 2 * batch and len(chosen) + len(ahead) < len(free):
            left = [i for i in free if i not in chosen + ahead]
            ahead.append(min(left, key=lambda i: error(settled + info[i])))
            settled = settled + info[ahead[-1]]
        while len(ahead) > batch:
            least = min(ahead, key=lambda i: error(settled - info[i]))
            settled = settled - info[least]
            ahead.remove(least)
        chosen += ahead
    return chosen[:k]


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 500),
    classes=st.integers(2, 4),
    labels=st.integers(2, 9),
    batch=st.integers(1, 5),
    k=st.integers(1, 10),
    traced=st.booleans(),
)
def test_equals_the_criterion_written_out(
    seed: int, classes: int, labels: int, batch: int, k: int, traced: bool
) -> None:
    rng = np.random.default_rng(seed)
    labeled = rng.permutation(30)[:labels]
    proba = dirichlet(30, classes, seed) * 0.98 + 0.02 / classes
    free = np.setdiff1d(np.arange(30), labeled)[:-3]
    seen = context(
        rng.standard_normal((30, 3)), labeled, np.arange(labels) % 2, classes=classes, learner=Told(proba),
        candidates=free, kind="image",
    )  # fmt: skip
    info = information(rows_at(seen, np.arange(30)), proba, traced)
    k = min(k, len(free))
    expected = written_out(info, labeled.tolist(), free.tolist(), batch, 0.5, k)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bait, "WIDEST", 0 if traced else 1_500)
        patch.setattr(bait, "_seen", lambda rows: rows)
        chosen = Bait(batch=batch, ridge=0.5).select(seen, k)
    assert chosen.positions.tolist() == expected


@pytest.mark.parametrize("traced", [True, False])
def test_no_drift_after_many_moves(traced: bool) -> None:
    """What is kept up to date equals what is computed anew."""
    rng = np.random.default_rng(0)
    items = Items.of(rng.standard_normal((60, 6)).astype(np.float32), dirichlet(60, 4), traced)
    told = Items(items.rows[:20], items.half[:20]).information()
    design = Design(items, told, items.information(), 1.0)
    inside = np.zeros(60, np.bool_)
    for i in rng.integers(20, 60, 200):
        design.move(i, -1.0 if inside[i] else 1.0)
        inside[i] ^= True
    now = Items(items.rows[inside], items.half[inside]).information()
    fresh = Design(items, told + now, items.information(), 1.0)
    out = np.flatnonzero(~inside)
    np.testing.assert_allclose(design.change(out, 1.0), fresh.change(out, 1.0), rtol=1e-7)
    np.testing.assert_allclose(
        design.change(np.flatnonzero(inside), -1.0), fresh.change(np.flatnonzero(inside), -1.0), rtol=1e-7
    )


def test_asks_where_most_of_the_pool_is_unsettled() -> None:
    """Two directions: the model is sure along one, unsure along the other, and the pool lies along both."""
    X = np.zeros((40, 2))
    X[:20, 0] = X[20:, 1] = np.tile([-1.0, 1.0], 10)
    proba = np.where(np.arange(40)[:, None] < 20, [0.999, 0.001], [0.5, 0.5])
    chosen = Bait(batch=2).select(context(X, [0, 1], [0, 1], classes=2, learner=Told(proba), kind="image"), 4)
    assert (chosen.positions >= 20).all()


def test_large_pools_many_classes_and_wide_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"CANDIDATES": 20, "AIMED": 30, "WIDEST": 30, "MOST_LABELS": 5}.items():
        monkeypatch.setattr(bait, name, value)
    X, labeled = np.random.default_rng(0).standard_normal((90, 50)), np.arange(0, 90, 9)
    for classes in (2, 6):
        learner = Told(dirichlet(90, classes))
        seen = context(X, labeled, np.arange(10) % 2, classes=classes, learner=learner, kind="text")
        assert len(set(Bait().select(seen, 40).positions.tolist())) == 40


def test_looks_at_the_most_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bait, "CANDIDATES", 10)
    proba = np.where(np.arange(50)[:, None] % 10, [0.99, 0.01], [0.5, 0.5])
    X = np.random.default_rng(0).standard_normal((50, 2))
    chosen = Bait(batch=5).select(context(X, [1, 2], [0, 1], classes=2, learner=Told(proba)), 5)
    assert (chosen.positions % 10 == 0).sum() >= 4
