"""Boosted trees: what they are for, and what is said when their package is missing."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

from quandary.core.errors import MissingExtra
from quandary.core.extras import installed
from quandary.learners.boosting import Boosting
from quandary.learners.logistic import Logistic


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (ImportError("no"), r"'boosting' needs lightgbm.*pip install 'quandary\[boosting\]'"),
        (OSError("libgomp.so.1"), r"lacks a library of the system \(libgomp.so.1\); on Debian: apt install libgomp1"),
    ],
)
def test_what_is_missing_is_named(problem: Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == "lightgbm":
            raise problem
        return whole(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises((MissingExtra, ValueError), match=said):
        Boosting().fit(np.eye(4), [0, 1, 0, 1])


if installed(Boosting):

    def test_columns_that_act_together_are_found() -> None:
        X = np.random.default_rng(0).standard_normal((800, 6))
        y = ((X[:, 0] > 0) != (X[:, 1] > 0)).astype(int)
        trees, line = (learner.fit(X[:300], y[:300]) for learner in (Boosting(), Logistic()))
        assert trees.score(X[300:], y[300:]) > 0.85
        assert line.score(X[300:], y[300:]) < 0.65

    def test_a_rare_class_can_weigh_as_much_as_others() -> None:
        rng = np.random.default_rng(1)
        X = rng.standard_normal((1000, 4))
        y = (X[:, 0] + rng.standard_normal(1000) > 2.2).astype(int)
        plain, weighted = (Boosting(class_weight=w).fit(X[:300], y[:300]).predict(X[300:]) for w in (None, "balanced"))
        assert weighted.sum() > plain.sum()

    def test_two_labels_are_enough() -> None:
        proba = Boosting().fit(np.array([[0.0], [1.0]]), [0, 1]).predict_proba(np.array([[0.0], [1.0]]))
        assert proba[0, 0] > 0.9
        assert proba[1, 1] > 0.9
