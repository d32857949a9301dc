"""Runs: what is kept, what is taken up again, and that they are those of `simulate`."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import quandary
from quandary.bench.data import Data
from quandary.bench.parallel import play_all
from quandary.bench.runs import Task, finished, play
from quandary.bench.split import split
from quandary.core.errors import ConfigError
from quandary.core.features import Features


def blobs(n: int = 90) -> Data:
    """Three clouds of points."""
    rng = np.random.default_rng(0)
    codes = np.arange(n) % 3
    points = rng.normal(size=(n, 4)) + 2.0 * np.eye(3, 4)[codes]
    return Data("blobs", Features(points, "image"), codes, ("red", "green", "blue"))


@pytest.fixture
def task(tmp_path: Path) -> Task:
    digest = blobs().save(tmp_path / "data")
    return Task(str(tmp_path), "blobs", digest, "margin", "logistic", 0, 30, 10, "accuracy", "1")


def test_data_comes_back_as_it_was(tmp_path: Path) -> None:
    data = blobs()
    data.save(tmp_path)
    again = Data.load(tmp_path)
    assert isinstance(again.features[:], np.memmap)
    assert again.features.kind == "image"
    assert np.array_equal(again.features[:], data.features[:])
    assert again.labels().tolist() == data.labels().tolist()


def test_sparse_data_stays_sparse(tmp_path: Path) -> None:
    data = replace(blobs(), features=Features(csr_matrix(np.eye(90)), "text"))
    data.save(tmp_path)
    again = Data.load(tmp_path)
    assert again.features.sparse
    assert (again.features[:] != data.features[:]).nnz == 0


def test_digest_tells_data_apart(tmp_path: Path) -> None:
    data = blobs()
    other = replace(data, codes=data.codes[::-1])
    digests = [data.save(tmp_path), other.save(tmp_path), data.save(tmp_path)]
    assert digests[0] == digests[2] != digests[1]


def test_run_is_that_of_simulate(task: Task) -> None:
    data = blobs()
    pool, test = split(data.codes, 0)
    X, y = data.features, data.labels()
    curve = quandary.simulate(
        Features(X[pool], "image"), y[pool], X[test], y[test], strategy="margin", learner="logistic", budget=30
    )
    run = play(task)
    assert run.labels == (10, 20, 30)
    assert run.scores == pytest.approx(curve.scores.tolist())


def test_finished_run_is_read_not_played(task: Task) -> None:
    assert finished(task) is None
    run = play(task)
    assert finished(task) == run
    task.path.write_text(task.path.read_text().replace('"labels": [10,', '"labels": [11,'))
    (again,) = play_all([task], jobs=1)
    assert again.labels == (11, 20, 30)


@pytest.mark.parametrize(
    "change", [{"budget": 20}, {"seed": 1}, {"digest": "other"}, {"metric": "f1_macro"}, {"version": "2"}]
)
def test_another_setting_is_another_run(task: Task, change: dict[str, str]) -> None:
    play(task)
    assert finished(replace(task, **change)) is None  # type: ignore[arg-type]


def test_names_that_look_alike_as_files_are_kept_apart(task: Task) -> None:
    paths = {replace(task, strategy=name).path for name in ("a/b", "a b", "a-b", "../a-b")}
    assert len(paths) == 4
    assert {path.parent for path in paths} == {task.path.parent}


def test_processes_give_what_one_process_gives(task: Task, tmp_path: Path) -> None:
    tasks = [replace(task, seed=seed, strategy=name) for seed in (0, 1) for name in ("random", "margin")]
    seen: list[int] = []
    runs = play_all(tasks, 2, lambda done, total, what: seen.append(done))
    assert seen == [0, 1, 2, 3, 4]
    assert [(run.strategy, run.seed) for run in runs] == [(t.strategy, t.seed) for t in tasks]
    for each in tasks:
        each.path.unlink()
    assert [play(each).scores for each in tasks] == [run.scores for run in runs]


def test_fault_of_a_run_reaches_the_caller_in_its_own_words(task: Task) -> None:
    with pytest.raises(ConfigError, match="no strategy called 'margarine'; did you mean 'margin'"):
        play_all([replace(task, strategy="margarine")], jobs=1)
