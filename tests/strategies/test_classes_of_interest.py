"""max_probability and GALAXY: strategies that look for classes, against their rules written out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from quandary.core.errors import ConfigError
from quandary.core.query import QueryContext
from quandary.strategies.galaxy import Galaxy
from quandary.strategies.max_probability import MaxProbability
from tests.strategies.worlds import Told, context, dirichlet


class TestMaxProbability:
    def seen(self, y: list[int], proba: NDArray[np.float64]) -> QueryContext:
        labeled = [17, 4, 22, 9, 13, 28][: len(y)]
        return context(np.zeros((30, 2)), labeled, y, learner=Told(proba))

    @pytest.mark.parametrize(("target", "code"), [("cat", 0), ("dog", 1), ("fox", 2), (None, 1)])
    def test_the_likeliest_members_of_the_class_first(self, target: str | None, code: int) -> None:
        proba = dirichlet(30)
        seen = self.seen([0, 0, 2, 1, 2, 2], proba)
        chosen = MaxProbability(target).select(seen, 8)
        expected = sorted(seen.candidates, key=lambda p: -proba[p, code])[:8]
        assert chosen.positions.tolist() == expected
        assert chosen.reasons is not None
        assert {reason.kind for reason in chosen.reasons} == {"rare"}
        assert chosen.reasons[0].numbers["p"] == pytest.approx(proba[expected[0], code])

    def test_at_random_while_the_class_has_no_label(self) -> None:
        proba = np.tile([0.5, 0.3, 0.2], (30, 1))
        proba[3] = [0.1, 0.0, 0.9]
        chosen = MaxProbability("fox").select(self.seen([0, 1, 0], proba), 5)
        assert chosen.reasons is not None
        assert {reason.kind for reason in chosen.reasons} == {"start"}

    def test_refuses_a_class_that_is_not_there(self) -> None:
        with pytest.raises(ConfigError, match=r"'fix'.*fox"):
            MaxProbability("fix").select(self.seen([0, 1], dirichlet(30)), 1)


def ordered(proba: NDArray[np.float64], code: int, two: bool) -> list[int]:
    """Every item of the pool from most to least like the class; no two are equal here."""
    lead = proba[:, code] if two else proba[:, code] - proba.max(axis=1) + 1e-8 * proba.max(axis=1)
    return [int(item) for item in np.argsort(-lead)]


def allowed(line: list[int], codes: dict[int, int], code: int) -> set[int]:
    """What the rule lets be asked in one line: items by place, told ones in ``codes``."""
    places = [i for i, item in enumerate(line) if item in codes]
    cuts = [(a, b) for a, b in pairwise(places) if (codes[line[a]] == code) != (codes[line[b]] == code)]
    open_ones = [(a, b) for a, b in cuts if b - a > 1]
    if open_ones:
        shortest = min(b - a for a, b in open_ones)
        return {line[(a + b) // 2] for a, b in open_ones if b - a == shortest}
    away = {item: min(abs(i - (a + b) / 2) for a, b in cuts) for i, item in enumerate(line) if item not in codes}
    return {item for item, gap in away.items() if gap == min(away.values())}


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 500), classes=st.integers(2, 4), labels=st.integers(2, 14), k=st.integers(1, 20))
def test_galaxy_bisects_between_labels_that_disagree(seed: int, classes: int, labels: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    proba = dirichlet(40, classes, seed)
    labeled = rng.permutation(40)[:labels]
    y = np.concatenate([[0, 1], rng.integers(0, classes, labels - 2)])
    chosen = Galaxy().select(context(np.zeros((40, 1)), labeled, y, classes=classes, learner=Told(proba)), k)
    codes = dict(zip(labeled.tolist(), y.tolist(), strict=True))
    seen = sorted(set(y.tolist()))
    lines = {c: ordered(proba, c, len(seen) == 2) for c in (seen[:1] if len(seen) == 2 else seen)}
    for item in chosen.positions.tolist():
        assert item in set().union(*(allowed(line, codes, c) for c, line in lines.items()))
        codes[item] = int(proba[item].argmax())


def test_galaxy_finds_the_border_of_a_line_by_bisection() -> None:
    """With the ends known, each answer halves what is left: log2 of the line, not its length."""
    p = np.linspace(0.999, 0.001, 1025)
    proba = np.column_stack([p, 1 - p])
    labeled, y = [0, 1024], [0, 1]
    for expected in (512, 256, 128, 64, 32, 16, 8, 4, 2, 1):
        seen = context(np.zeros((1025, 1)), labeled, y, classes=2, learner=Told(proba))
        chosen = int(Galaxy().select(seen, 1).positions[0])
        assert chosen == expected
        labeled, y = [*labeled, chosen], [*y, 1]  # the model is wrong: nearly all belong to the second class


def test_galaxy_gives_the_rare_class_its_turns() -> None:
    """A class of 1 in 100 is asked about as often as the others."""
    rng = np.random.default_rng(0)
    truth = np.where(np.arange(1000) < 10, 2, np.arange(1000) % 2)
    proba = 0.9 * np.eye(3)[truth] + 0.1 * rng.dirichlet(np.ones(3), 1000)
    labeled = [0, 500, 501, 600, 601]
    seen = context(np.zeros((1000, 1)), labeled, truth[labeled], learner=Told(proba))
    chosen = Galaxy().select(seen, 30).positions
    assert (truth[chosen] == 2).sum() >= 4  # random would find 0.3
