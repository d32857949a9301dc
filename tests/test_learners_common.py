"""What every learner promises, whoever wrote it: parts are tested by being there."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier

import quandary.learners as room
from quandary.core.extras import installed
from quandary.core.features import FeatureKind, Features, Positions
from quandary.core.query import predict_proba
from quandary.core.registry import learners
from quandary.geometry import pool
from tests.learners.worlds import overlapping

# Those of an extra that is not here are tested where it is; the run says so at its head.
HERE = sorted((name, part) for name, part in learners.all().items() if installed(part))
# Those that work with given weights or given numbers only are tested in tests/torch.
ALL = [(name, part) for name, part in HERE if not hasattr(part, "demands")]
OWN = [(name, part) for name, part in HERE if part.__module__.startswith(room.__name__ + ".")]
every_learner = pytest.mark.parametrize("name", [name for name, _ in ALL])


def fitted(name: str, features: Features, labeled: Positions, y: NDArray[np.intp]) -> Any:
    """As the loop fits."""
    model = clone(learners.make(name))
    if hasattr(model, "fit_pool"):
        return model.fit_pool(features, labeled, y[labeled])
    return model.fit(features[labeled], y[labeled])


def everywhere(model: Any, features: Features, classes: int) -> NDArray[np.float64]:
    return np.asarray(predict_proba(model, features, np.arange(len(features)), classes))


def is_distribution(proba: NDArray[Any]) -> bool:
    return bool(np.isfinite(proba).all() and (proba >= 0).all() and np.allclose(proba.sum(axis=1), 1, atol=1e-5))


@every_learner
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    count=st.integers(2, 40),
    labels=st.integers(1, 25),
    classes=st.integers(1, 5),
    seed=st.integers(0, 99),
    repeats=st.booleans(),
    kind=st.sampled_from(["vectors", "table", "image", "text"]),
)
@example(count=2, labels=2, classes=2, seed=7, repeats=True, kind="image")  # distances beyond float32
def test_gives_a_distribution_over_the_classes_seen(
    name: str, count: int, labels: int, classes: int, seed: int, repeats: bool, kind: FeatureKind
) -> None:
    """Any pool: repeated items, one class, fewer labels than folds, a gap in the class codes."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 2 if repeats else 1000, (count, 3)).astype(np.float32)
    y = rng.integers(0, classes, count) * 2  # odd codes are never seen
    labeled = np.sort(rng.permutation(count)[: min(labels, count)])
    features = Features(X, kind)
    model = fitted(name, features, labeled, y)
    assert model.classes_.tolist() == np.unique(y[labeled]).tolist()
    proba = everywhere(model, features, 10)
    assert is_distribution(proba)
    assert proba[:, np.setdiff1d(np.arange(10), y[labeled])].max() == 0
    assert is_distribution(model.predict_proba(rng.standard_normal((3, 3)) * 1e6))
    assert np.isin(model.predict(X), y[labeled]).all()


@every_learner
def test_learns(name: str) -> None:
    X, y = overlapping(400)
    labeled = np.arange(0, 400, 4)
    model = fitted(name, Features(X), labeled, y)
    rest = np.setdiff1d(np.arange(400), labeled)
    assert (everywhere(model, Features(X), 3)[rest].argmax(axis=1) == y[rest]).mean() > 0.8
    assert model.score(X[rest], y[rest]) > 0.8


@every_learner
@pytest.mark.parametrize("scale", [1e-7, 1e7])
def test_the_scale_of_a_column_is_no_obstacle(name: str, scale: float) -> None:
    X, y = overlapping(400)
    X = X * [scale, 1, 1, 1, 1] + [0, 1000, 0, 0, 0]
    model = fitted(name, Features(X, "table"), np.arange(0, 400, 4), y)
    assert model.score(X, y) > 0.8


@every_learner
def test_same_labels_same_model(name: str) -> None:
    X, y = overlapping()
    first, second = (everywhere(fitted(name, Features(X), np.arange(0, 120, 5), y), Features(X), 3) for _ in range(2))
    assert np.array_equal(first, second)


@every_learner
def test_is_fitted_from_the_labels_alone_whatever_came_before(name: str) -> None:
    X, y = overlapping()
    features = Features(X)
    model = fitted(name, features, np.arange(30), y)
    for labeled in (np.arange(10), np.arange(40, 120), np.arange(0, 120, 5)):
        if hasattr(model, "fit_pool"):
            model.fit_pool(features, labeled, y[labeled])
        else:
            model.fit(features[labeled], y[labeled])
    fresh = fitted(name, Features(X), np.arange(0, 120, 5), y)
    assert np.array_equal(everywhere(model, features, 3), everywhere(fresh, Features(X), 3))


@every_learner
def test_follows_scikit_learn(name: str) -> None:
    model = learners.make(name)
    assert isinstance(model, BaseEstimator)
    assert isinstance(model, ClassifierMixin)
    assert is_classifier(model)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert copy.set_params(**model.get_params()) is copy
    X, y = overlapping()
    assert model.fit(X, y) is model
    assert model.n_features_in_ == 5
    assert is_distribution(model.predict_proba(X))
    assert not hasattr(clone(model), "classes_")


@every_learner
@pytest.mark.parametrize("classes", [1, 3])
def test_is_saved_and_loaded_by_skops(name: str, classes: int) -> None:
    X, y = overlapping(classes=classes)
    features = Features(X)
    model = fitted(name, features, np.arange(0, 120, 5), y)
    saved = skops.io.dumps(model)
    foreign = skops.io.get_untrusted_types(data=saved)
    assert all(kind.startswith(("quandary.", "scipy.sparse.", "numpy.", "sklearn.")) for kind in foreign)
    loaded = skops.io.loads(saved, trusted=foreign)
    assert np.array_equal(loaded.predict_proba(X + 0.1), model.predict_proba(X + 0.1))
    assert np.array_equal(everywhere(loaded, features, 3), everywhere(model, features, 3))


@every_learner
def test_keeps_no_copy_of_a_large_pool(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A saved model must not hand on everybody's data, nor grow with it."""
    monkeypatch.setattr(pool, "ANCHORS", 300)
    X = np.random.default_rng(0).standard_normal((20_000, 60)).astype(np.float32)
    model = fitted(name, Features(X), np.arange(30), np.arange(20_000) % 3)
    assert len(skops.io.dumps(model)) < X.nbytes


@every_learner
def test_leaves_its_inputs_untouched(name: str) -> None:
    X, y = overlapping()
    features, labeled = Features(X), np.arange(0, 120, 5)
    before = X.copy(), labeled.copy(), y.copy()
    everywhere(fitted(name, features, labeled, y), features, 3)
    assert all(np.array_equal(a, b) for a, b in zip(before, (X, labeled, y), strict=True))


@every_learner
def test_reads_a_memory_map_that_cannot_be_written(name: str, tmp_path: Path) -> None:
    X, y = overlapping()
    np.save(tmp_path / "x.npy", X.astype(np.float32))
    mapped = Features(np.load(tmp_path / "x.npy", mmap_mode="r"))
    plain = Features(X.astype(np.float32))
    labeled = np.arange(0, 120, 5)
    proba = everywhere(fitted(name, mapped, labeled, y), mapped, 3)
    assert np.array_equal(proba, everywhere(fitted(name, plain, labeled, y), plain, 3))


@every_learner
@pytest.mark.parametrize("columns", [20, 400])
def test_reads_a_sparse_pool(name: str, columns: int) -> None:
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    X = csr_matrix((rng.random((90, columns)) < 0.1) + 3 * np.eye(3, columns)[y])
    labeled = np.arange(0, 90, 2)
    model = fitted(name, Features(X), labeled, y)
    proba = everywhere(model, Features(X), 3)
    assert is_distribution(proba)
    assert (proba.argmax(axis=1) == y)[1::2].mean() > 0.7
    assert is_distribution(model.predict_proba(X[:4]))


@every_learner
@pytest.mark.parametrize("value", [0.0, 7.5])
def test_copes_with_items_that_are_all_the_same(name: str, value: float) -> None:
    features = Features(np.full((30, 3), value))
    model = fitted(name, features, np.arange(9), np.arange(30) % 2)
    proba = everywhere(model, features, 2)
    assert is_distribution(proba)
    assert abs(proba - 0.5).max() < 0.2


@pytest.mark.parametrize(("name", "part"), OWN)
def test_is_one_file_of_its_own_name_that_cites_its_source(name: str, part: Any) -> None:
    assert part.__module__ == f"quandary.learners.{name}"
    assert importlib.import_module(part.__module__).__doc__
    first, _, rest = part.__doc__.partition("\n")
    assert 10 < len(first) <= 110
    assert re.search(r"\b(19|20)\d\d\b", rest), "name the paper and its year"
    for parameter in learners.make(name).get_params():
        assert re.search(rf"^\s*{parameter}  ", rest, re.MULTILINE), f"say what {parameter} is"
