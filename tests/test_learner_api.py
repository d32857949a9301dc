"""Ask and tell: the contract that scripts and notebooks rely on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

import quandary
from quandary import loop
from quandary.core.features import Features
from quandary.core.plan import make_plan
from quandary.core.query import QueryContext, Selection

X, CODES = make_blobs(90, centers=3, random_state=1, cluster_std=2.0)
CLASSES = ["red", "green", "blue"]
Y = np.array(CLASSES)[CODES]


def learner(**choices: Any) -> quandary.ActiveLearner:
    given: dict[str, Any] = {"classes": CLASSES, "strategy": "margin", "learner": "logistic", **choices}
    return quandary.ActiveLearner(given.pop("X", X), **given)


def answer(al: quandary.ActiveLearner, rounds: int, k: int = 5) -> list[str]:
    asked: list[str] = []
    for _ in range(rounds):
        batch = al.ask(k)
        al.tell(batch.ids, Y[batch.positions])
        asked += batch.ids
    return asked


def test_a_session_asks_what_a_simulation_asks() -> None:
    plan = make_plan("margin", "logistic", seed=3, audit=0.3)
    log = loop.simulate(Features(X), lambda p: str(Y[p]), plan, CLASSES, budget=40, batch=5)
    assert answer(learner(seed=3), 8) == [a.item for a in log]


def test_asking_twice_without_telling_gives_the_same() -> None:
    al = learner()
    answer(al, 3)
    assert al.ask(7).ids == al.ask(7).ids


@pytest.mark.parametrize("own", [LogisticRegression(), GaussianNB()], ids=lambda m: type(m).__name__)
def test_any_scikit_learn_classifier_is_a_learner(own: Any) -> None:
    al = learner(learner=own)
    answer(al, 8)
    positions = [int(i) for i in al.labels]
    truth = type(own)().fit(X[positions], [al.labels[str(p)] for p in positions])
    assert (al.model.predict(X) == truth.predict(X)).all()
    assert al.model.classes_.tolist() == CLASSES


@dataclass(frozen=True)
class First:
    """A strategy of the user's own: the candidates in order."""

    def select(self, context: QueryContext, k: int) -> Selection:
        return Selection(context.candidates[:k])


def test_any_object_with_select_is_a_strategy() -> None:
    assert learner(strategy=First(), audit=0).ask(4).positions.tolist() == [0, 1, 2, 3]


def test_a_skip_is_no_label_and_comes_back() -> None:
    al = learner(audit=0)
    first = al.ask(1).ids[0]
    al.tell([first], [None])
    assert al.labels == {}
    assert first not in al.ask(80).ids
    answer(al, 4)
    assert first in al.ask(80).ids


@pytest.mark.parametrize(
    ("ids", "labels", "message"),
    [
        (["nope"], ["red"], "no item called 'nope'"),
        (["1"], ["rde"], "no class called 'rde'; did you mean 'red'"),
        (["1", "2"], ["red"], "got 3 ids and 2 labels"),
    ],
)
def test_what_cannot_be_told_says_what_is_valid_and_changes_nothing(ids: Any, labels: Any, message: str) -> None:
    al = learner()
    answer(al, 2)
    before = dict(al.labels)
    with pytest.raises(ValueError, match=message):
        al.tell(["0", *ids], ["red", *labels])
    assert al.labels == before


def test_classes_may_be_numbers_or_left_open() -> None:
    numbered = quandary.ActiveLearner(X, classes=[0, 1, 2], strategy="margin", learner="logistic")
    batch = numbered.ask(20)
    numbered.tell(batch.ids, CODES[batch.positions])
    assert set(numbered.labels.values()) <= {0, 1, 2}
    assert set(numbered.model.predict(X).tolist()) <= {0, 1, 2}
    free = learner(classes=None)
    answer(free, 6)
    assert sorted(free.classes) == sorted(CLASSES)


def test_a_single_item_may_be_told_by_itself() -> None:
    al = learner(ids=[f"row-{i}" for i in range(len(X))])
    al.tell("row-7", "blue")
    assert al.labels == {"row-7": "blue"}


def test_sparse_matrices_and_data_frames_are_pools() -> None:
    frame = pd.DataFrame({"x": X[:, 0], "y": X[:, 1], "side": np.where(X[:, 0] > 0, "r", "l")})
    frame.loc[3, "x"] = np.nan
    for pool in (sparse.csr_matrix(X), frame):
        al = learner(X=pool)
        answer(al, 8)
        assert (al.model.predict(pool) == Y).mean() > 0.7


def test_what_is_no_pool_is_refused() -> None:
    for bad, message in [
        (np.zeros(5), "two dimensions"),
        (np.array([["a"]]), "must hold numbers"),
        (np.array([[1.0], [np.nan]]), "NaN or infinity, first in row 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            quandary.ActiveLearner(bad, classes=CLASSES)
    with pytest.raises(ValueError, match="90 rows, got 2 ids"):
        learner(ids=["a", "b"])
    with pytest.raises(ValueError, match="before the first label"):
        _ = learner().model


def test_the_estimate_rests_on_random_checks_alone() -> None:
    al = learner(audit=0.5)
    early = al.estimate()
    assert np.isnan(early.value)
    assert (early.low, early.high) == (0.0, 1.0)
    answer(al, 9)
    late = al.estimate()
    assert 0 <= late.low <= late.value <= late.high <= 1
    assert late.n == 22 or late.n == 23  # half of 45 questions
    assert al.advice().reason
    assert "audit=0" in learner(audit=0).estimate().method


# ---- save and load


RESUME = """
import sys, numpy as np, quandary
al = quandary.load(sys.argv[1])
print(",".join(al.ask(9).ids))
"""


@pytest.mark.parametrize("pool", ["array", "sparse", "frame"])
def test_another_process_goes_on_exactly_where_this_stands(pool: str, tmp_path: Path) -> None:
    pools = {"array": X, "sparse": sparse.csr_matrix(X), "frame": pd.DataFrame(X, columns=["a", "b"])}
    al = learner(X=pools[pool])
    answer(al, 6)
    al.save(tmp_path / "p.quandary")
    out = subprocess.run(
        [sys.executable, "-c", RESUME, str(tmp_path / "p.quandary")], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip().split(",") == list(al.ask(9).ids)
    again = quandary.load(tmp_path / "p.quandary")
    assert again.labels == al.labels
    assert again.estimate() == al.estimate()
    np.testing.assert_array_equal(again.model.predict_proba(pools[pool]), al.model.predict_proba(pools[pool]))


def test_saving_again_replaces_the_whole(tmp_path: Path) -> None:
    al = learner()
    for _ in range(3):
        answer(al, 1)
        al.save(tmp_path / "p.quandary")
    assert quandary.load(tmp_path / "p.quandary").labels == al.labels
    assert [p.name for p in tmp_path.iterdir()] == ["p.quandary"]


class Own(ClassifierMixin, BaseEstimator):
    """A classifier of the user's own."""

    def fit(self, X: Any, y: Any) -> Own:
        self.inner_ = GaussianNB().fit(X, y)
        self.classes_ = self.inner_.classes_
        return self

    def predict_proba(self, X: Any) -> Any:
        return self.inner_.predict_proba(X)


def test_objects_of_ones_own_are_passed_again(tmp_path: Path) -> None:
    al = learner(strategy=First(), learner=Own())
    answer(al, 4)
    al.save(tmp_path / "p")
    with pytest.raises(ValueError, match="pass it again"):
        quandary.load(tmp_path / "p")
    again = quandary.load(tmp_path / "p", strategy=First(), learner=Own())
    assert again.ask(5).ids == al.ask(5).ids


def test_a_scikit_learn_object_is_saved_with_its_parameters(tmp_path: Path) -> None:
    al = learner(learner=LogisticRegression(C=0.01))
    answer(al, 6)
    al.save(tmp_path / "p")
    assert quandary.load(tmp_path / "p").model.learner.C == 0.01


def test_what_was_not_saved_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="no saved learner at"):
        quandary.load(tmp_path / "nothing")
