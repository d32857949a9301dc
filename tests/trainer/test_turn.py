"""One turn: the loop's own proposal, with the model's guesses beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from quandary import loop
from quandary.core.events import AnswerGiven, ClassChanged
from quandary.core.features import Features
from quandary.core.ids import ItemIds
from quandary.core.plan import make_plan
from quandary.core.state import State, fold
from quandary.loop import begin
from quandary.project.published import read_ranking, write_ranking
from quandary.trainer.turn import NotFinite, turn

FEATURES = Features(np.random.default_rng(0).normal(size=(200, 3)))
PLAN = make_plan("margin", "logistic", seed=3, audit=0.3)


def state_of(labels: int) -> State:
    state = begin(ItemIds(200), ["left", "right"])
    sides = np.where(FEATURES[:labels][:, 0] < 0, "left", "right")
    return fold([AnswerGiven(str(i), str(side), "ann", key=f"k{i}") for i, side in enumerate(sides)], state)


def test_it_is_what_the_loop_proposes() -> None:
    state = state_of(20)
    ranking, model = turn(state, FEATURES, PLAN, generation=4)
    proposal = loop.propose(state, FEATURES, PLAN, 100)
    assert tuple(ranked.item for ranked in ranking.items) == proposal.items
    assert tuple(ranked.audit for ranked in ranking.items) == proposal.audit
    assert (ranking.seen, ranking.rounds, ranking.labels, ranking.generation) == (state.version, 20, 20, 4)
    shares = np.array([ranked.probabilities for ranked in ranking.items])
    np.testing.assert_allclose(shares, model.predict_proba(FEATURES[proposal.positions]), atol=1e-5)


@pytest.mark.parametrize("labels", [0, 1])
def test_no_guess_before_two_classes_are_known(labels: int) -> None:
    ranking, _ = turn(state_of(labels), FEATURES, PLAN)
    assert {ranked.probabilities for ranked in ranking.items} == {None}
    assert ranking.labels == labels


def test_codes_stay_when_classes_go() -> None:
    state = fold([ClassChanged("add", "up"), ClassChanged("delete", "left")], state_of(20))
    ranking, _ = turn(state, FEATURES, PLAN)
    assert ranking.codes == (1, 2)


class Broken(ClassifierMixin, BaseEstimator):
    """Gives no number for any class."""

    def fit(self, X: Any, y: Any) -> Broken:
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: Any) -> Any:
        return np.full((len(X), len(self.classes_)), np.nan)


def test_a_model_that_gives_no_numbers_is_not_published() -> None:
    with pytest.raises(NotFinite, match="Broken gave probabilities that are not finite"):
        turn(state_of(20), FEATURES, make_plan("random", Broken()))


def test_a_ranking_is_read_as_it_was_written(tmp_path: Path) -> None:
    ranking, _ = turn(state_of(20), FEATURES, PLAN)
    write_ranking(tmp_path, ranking)
    assert read_ranking(tmp_path) == ranking


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-20],
    "empty": lambda data: b"{}",
    "other name": lambda data: data.replace(b'"seen"', b'"sean"'),
    "too deep": lambda data: b"[" * 99_999,
    "no number": lambda data: data.replace(b'"audit": true', b'"audit": NaN').replace(
        b'"rounds": 20', b'"rounds": "x"'
    ),
}


@pytest.mark.parametrize("change", DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_ranking_is_none(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    assert read_ranking(tmp_path) is None
    write_ranking(tmp_path, turn(state_of(20), FEATURES, PLAN)[0])
    file = tmp_path / "ranking.json"
    file.write_bytes(change(file.read_bytes()))
    assert read_ranking(tmp_path) is None
