"""Which representation the labels speak for."""

from __future__ import annotations

import numpy as np
import pytest

from quandary.core.features import Features
from quandary.learners.compare import choose
from quandary.learners.logistic import Logistic
from tests.learners.worlds import overlapping


def worlds(seed: int = 0) -> tuple[dict[str, Features], np.ndarray]:
    """The same items seen clearly, seen through noise, and not seen at all."""
    rng = np.random.default_rng(seed)
    X, y = overlapping(300, seed=seed)
    noisy = X + rng.standard_normal(X.shape)
    return {"clear": Features(X), "noisy": Features(noisy), "blind": Features(rng.standard_normal((300, 5)))}, y


@pytest.mark.parametrize("current", ["noisy", "blind", "clear"])
def test_the_one_that_says_most_is_chosen(current: str) -> None:
    candidates, y = worlds()
    choice = choose(candidates, current, np.arange(120), y[:120])
    assert choice.name == "clear"
    assert choice.losses["clear"] < choice.losses["noisy"] < choice.losses["blind"]
    assert ("instead of" in choice.why) == (current != "clear")


def test_what_is_chosen_predicts_new_items_better() -> None:
    candidates, y = worlds()
    name = choose(candidates, "blind", np.arange(60), y[:60]).name
    score = {
        key: Logistic().fit_pool(each, np.arange(60), y[:60]).score(each[60:], y[60:])
        for key, each in candidates.items()
    }
    assert score[name] == max(score.values())


@pytest.mark.parametrize("start", ["a", "b"])
def test_between_equals_nothing_changes_however_often_it_is_asked(start: str) -> None:
    changes = 0
    for seed in range(8):
        X, y = overlapping(300, seed=seed)
        rng, current = np.random.default_rng(seed), start
        candidates = {name: Features(X + rng.standard_normal(X.shape)) for name in ("a", "b")}
        for count in range(30, 300, 30):
            before, current = current, choose(candidates, current, np.arange(count), y[:count]).name
            changes += before != current
    assert changes <= 8 * 0.25


@pytest.mark.parametrize(("count", "classes"), [(0, 3), (19, 3), (60, 1)])
def test_too_little_to_say_changes_nothing(count: int, classes: int) -> None:
    candidates, y = worlds()
    choice = choose(candidates, "blind", np.arange(count), y[:count] % classes)
    assert (choice.name, choice.losses) == ("blind", {})


def test_class_codes_may_have_gaps() -> None:
    candidates, y = worlds()
    assert choose(candidates, "blind", np.arange(120), 3 * y[:120] + 1).name == "clear"


def test_an_unknown_one_is_refused() -> None:
    candidates, y = worlds()
    with pytest.raises(ValueError, match="clera"):
        choose(candidates, "clera", np.arange(30), y[:30])
