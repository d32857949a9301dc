"""What every strategy promises, whoever wrote it: parts are tested by being there."""

from __future__ import annotations

import dataclasses
import importlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

import quandary.strategies as room
from quandary.core.features import FeatureKind, Features
from quandary.core.query import QueryContext, Selection, Strategy
from quandary.core.registry import learners, strategies
from tests.strategies.worlds import blobs, context

ALL = sorted(strategies.all().items())
OWN = [(name, part) for name, part in ALL if part.__module__.startswith(room.__name__ + ".")]
every_strategy = pytest.mark.parametrize("name", [name for name, _ in ALL])


def world(
    count: int = 60, labels: int = 12, classes: int = 3, seed: int = 0, kind: FeatureKind = "vectors"
) -> QueryContext:
    """Blobs with some labels scattered over the pool, and the default of the fast learners fitted on them."""
    X, group = blobs(5, count // 5, seed=seed)
    return labeled_world(Features(X, kind), group % classes, labels, classes, seed)


def labeled_world(features: Features, y: NDArray[np.intp], labels: int, classes: int, seed: int) -> QueryContext:
    known = np.sort(np.random.default_rng(seed + 1).permutation(len(features))[:labels])
    two = len(np.unique(y[known])) > 1
    model = learners.make("logistic").fit_pool(features, known, y[known]) if two else None
    return context(features, known, y[known], classes=classes, learner=model, seed=seed)


def check(chosen: Selection, seen: QueryContext, k: int) -> None:
    """The shape of every choice."""
    positions = np.asarray(chosen.positions)
    assert positions.shape == (k,)
    assert positions.dtype.kind == "i"
    assert len(np.unique(positions)) == k
    assert np.isin(positions, seen.candidates).all()
    if chosen.scores is not None:
        assert np.shape(chosen.scores) == (len(seen),)
        assert np.isfinite(chosen.scores).all()
        first = np.searchsorted(seen.candidates, positions[0])
        assert chosen.scores[first] >= chosen.scores.max() - 1e-6 * abs(chosen.scores.max())
    if chosen.reasons is not None:
        assert len(chosen.reasons) == k
        for reason in chosen.reasons:
            assert "\n" not in reason.text
            assert len(reason.text) < 60
            assert all(np.isfinite(number) for number in reason.numbers.values())


@every_strategy
def test_takes_part_in_the_protocol(name: str) -> None:
    assert isinstance(strategies.make(name), Strategy)


@every_strategy
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    count=st.integers(2, 40),
    labels=st.integers(0, 12),
    classes=st.integers(1, 5),
    share=st.floats(0, 1),
    seed=st.integers(0, 99),
    repeats=st.booleans(),
)
def test_chooses_distinct_candidates(
    name: str, count: int, labels: int, classes: int, share: float, seed: int, repeats: bool
) -> None:
    """Any pool: repeated items, one class, no labels, labels anywhere, as many as there are candidates."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 2 if repeats else 1000, (count, 3)).astype(float)
    seen = labeled_world(Features(X), rng.integers(0, classes, count), min(labels, count - 1), classes, seed)
    k = max(1, round(share * len(seen)))
    check(strategies.make(name).select(seen, k), seen, k)


@every_strategy
@pytest.mark.parametrize("labels", [0, 12])
def test_same_seed_same_choice(name: str, labels: int) -> None:
    first, second = (strategies.make(name).select(world(labels=labels), 7) for _ in range(2))
    assert first.positions.tolist() == second.positions.tolist()
    assert first.reasons == second.reasons


@every_strategy
@pytest.mark.parametrize("labels", [0, 12, 30])
def test_begins_with_the_smaller_choice(name: str, labels: int) -> None:
    whole = strategies.make(name).select(world(labels=labels), 25).positions.tolist()
    for k in (1, 4, 11):
        assert strategies.make(name).select(world(labels=labels), k).positions.tolist() == whole[:k]


@every_strategy
def test_stays_among_the_candidates(name: str) -> None:
    """A part of the pool is kept aside for random checks; some of it has labels."""
    seen = world(100, 20)
    some = dataclasses.replace(seen, candidates=seen.candidates[::3])
    check(strategies.make(name).select(some, 15), some, 15)
    everything = dataclasses.replace(seen, candidates=seen.candidates[::3])
    check(strategies.make(name).select(everything, len(everything)), everything, len(everything))


@every_strategy
def test_leaves_its_inputs_untouched(name: str) -> None:
    X, group = blobs(4, 12)
    features = Features(X)
    seen = labeled_world(features, group % 2, 10, 2, 0)
    before = [a.copy() for a in (X, seen.candidates, seen.labeled, seen.y_labeled, seen.proba)]
    strategies.make(name).select(seen, 9)
    after = [X, seen.candidates, seen.labeled, seen.y_labeled, seen.proba]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@every_strategy
@pytest.mark.parametrize("labels", [0, 14])
def test_reads_a_memory_map_that_cannot_be_written(name: str, labels: int, tmp_path: Path) -> None:
    X, group = blobs(4, 15)
    np.save(tmp_path / "x.npy", X.astype(np.float32))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    plain = labeled_world(Features(X.astype(np.float32)), group % 3, labels, 3, 0)
    seen = labeled_world(Features(mapped), group % 3, labels, 3, 0)
    chosen = strategies.make(name).select(seen, 8)
    check(chosen, seen, 8)
    assert chosen.positions.tolist() == strategies.make(name).select(plain, 8).positions.tolist()


@every_strategy
@pytest.mark.parametrize("labels", [0, 14])
def test_reads_a_sparse_pool(name: str, labels: int) -> None:
    rng = np.random.default_rng(0)
    X = csr_matrix(rng.random((70, 300)) * (rng.random((70, 300)) < 0.05))
    seen = labeled_world(Features(X), rng.integers(0, 3, 70), labels, 3, 0)
    check(strategies.make(name).select(seen, 8), seen, 8)


@every_strategy
@pytest.mark.parametrize("kind", ["vectors", "table", "image", "text"])
def test_reads_every_kind(name: str, kind: FeatureKind) -> None:
    check(strategies.make(name).select(world(kind=kind), 8), world(kind=kind), 8)


@every_strategy
@pytest.mark.parametrize("value", [0.0, 7.5])
def test_copes_with_items_that_are_all_the_same(name: str, value: float) -> None:
    seen = labeled_world(Features(np.full((40, 3), value)), np.arange(40) % 2, 6, 2, 0)
    check(strategies.make(name).select(seen, 34), seen, 34)


@every_strategy
def test_ten_items_of_one_wild_column(name: str) -> None:
    X = np.column_stack([np.geomspace(1e-9, 1e12, 30), np.arange(30)])
    seen = labeled_world(Features(X), np.arange(30) % 2, 5, 2, 0)
    check(strategies.make(name).select(seen, 10), seen, 10)


@pytest.mark.parametrize(("name", "part"), ALL)
def test_is_a_frozen_value_that_its_fields_rebuild(name: str, part: Any) -> None:
    made = strategies.make(name)
    fields = {f.name: getattr(made, f.name) for f in dataclasses.fields(part)}
    assert part(**fields) == made
    assert hash(part(**fields)) == hash(made)
    for field in fields:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, field, None)


@pytest.mark.parametrize(("name", "part"), OWN)
def test_is_one_file_of_its_own_name_that_cites_its_source(name: str, part: Any) -> None:
    assert part.__module__ == f"quandary.strategies.{name}"
    assert importlib.import_module(part.__module__).__doc__
    first, _, rest = part.__doc__.partition("\n")
    assert 10 < len(first) <= 80
    assert re.search(r"\b(19|20)\d\d\b", rest), "name the paper and its year"
    for field in dataclasses.fields(part):
        assert re.search(rf"^\s*{field.name}\b", rest, re.MULTILINE), f"say what {field.name} is"
