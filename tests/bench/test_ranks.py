"""Mean ranks and their groups, against brute force."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.bench.ranks import LEVEL, _groups, diagram, rank
from quandary.bench.stats import holm, signed_rank


def test_ranks_count_who_is_better() -> None:
    scores = np.random.default_rng(0).integers(0, 4, (12, 4)) / 4
    found = rank(["a", "b", "c", "d"], scores)
    for name, mean in zip(found.names, found.mean, strict=True):
        own = scores[:, "abcd".index(name), None]
        assert mean == pytest.approx(np.mean(0.5 + (scores > own).sum(axis=1) + 0.5 * (scores == own).sum(axis=1)))
    assert list(found.mean) == sorted(found.mean)


@given(st.sets(st.sampled_from(list(combinations(range(5), 2)))))
def test_groups_are_the_longest_stretches_without_a_sure_difference(apart: set[tuple[int, int]]) -> None:
    alike = [
        (i, j)
        for i, j in combinations(range(5), 2)
        if not any((a, b) in apart for a, b in combinations(range(i, j + 1), 2))
    ]
    longest = [(i, j) for i, j in alike if not any((a, b) != (i, j) and a <= i and j <= b for a, b in alike)]
    assert list(_groups(5, apart)) == longest


def test_sure_differences_end_a_group() -> None:
    rng = np.random.default_rng(1)
    base = rng.random((30, 1))
    scores = np.hstack([base, base + rng.normal(0, 1e-3, (30, 1)), base + 1.0])
    found = rank(["one", "same", "better"], scores)
    assert found.names[0] == "better"
    assert found.groups == ((1, 2),)
    order = [["one", "same", "better"].index(name) for name in found.names]
    pairs = list(combinations(order, 2))
    p = holm([signed_rank(scores[:, i] - scores[:, j]) for i, j in pairs])
    assert [value < LEVEL for value in p] == [True, True, False]


def test_diagram_names_every_one_and_draws_each_group() -> None:
    found = rank(["<a>", "b"], np.zeros((3, 2)))
    drawn = "\n".join(diagram(found, ["s1", "s2"]))
    assert "&lt;a&gt;" in drawn
    assert drawn.count('class="mean') == 2
    assert drawn.count('class="group') == 1
