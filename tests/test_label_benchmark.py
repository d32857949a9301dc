"""The label benchmark plays, keeps and reports, on made sets of each kind."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import label_data
from benchmarks.label_board import gather, write_csv
from benchmarks.label_pictures import curve_grid, rank_diagram
from benchmarks.label_report import report
from benchmarks.label_runs import Arm, Task, finished, play_all
from benchmarks.plain import Plain, columns, plain_features
from benchmarks.sets import Raw

SIZES = (70, 40)


def made(kind: str, n: int = 120) -> Raw:
    """Two classes that each kind of row tells apart."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    words = [[f"{side}{i}" for i in range(90)] for side in ("warm", "cold")]
    rows: dict[str, Any] = {
        "text": [" ".join(rng.choice(words[c], 8)) for c in y],
        "image": (rng.integers(0, 99, (n, 9, 9)) + 99 * y[:, None, None]).astype(np.uint8),
        "table": [{"color": "red" if c else "blue", "size": f"{rng.normal():.2f}"} for c in y],
        "numbers": rng.normal(size=(n, 3)) + 3.0 * y[:, None],
        "vectors": rng.normal(size=(n, 5)) + 3.0 * y[:, None],
    }
    return Raw(kind, kind, rows[kind], np.array([f"class {c}" for c in y]))


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch) -> None:
    label_data.raw_set.cache_clear()
    monkeypatch.setattr(label_data, "load", made)


def tasks(folder: Path, names: list[str], arms: list[str], seeds: int = 2) -> list[Task]:
    wanted = [Arm.parse(arm) for arm in arms]
    return [Task(folder, name, arm, seed, 20, 10, SIZES) for seed in range(seeds) for name in names for arm in wanted]


@pytest.mark.usefixtures("sets")
def test_plays_every_kind_and_reports(tmp_path: Path) -> None:
    todo = tasks(tmp_path, ["text", "image", "table", "numbers", "vectors"], ["random+plain", "margin+plain"])
    todo += tasks(tmp_path, ["text", "image", "table", "numbers", "vectors"], ["random+logistic"])
    assert play_all(todo) == []
    board = gather(todo)
    assert list(board.sets) == ["text", "image", "table", "numbers", "vectors"]
    assert all(curves.labels.tolist() == [10, 20] for curves in board.curves)
    said = report(board, "the command")
    assert "Labels to reach the end score of margin+plain" in said
    write_csv(tmp_path / "curves.csv", todo)
    assert len((tmp_path / "curves.csv").read_text().splitlines()) == 1 + 5 * 3 * 2 * 2
    assert curve_grid(board).count("<polyline") == 5 * 3
    assert rank_diagram(board).count('class="mean') == 3


@pytest.mark.usefixtures("sets")
def test_arms_share_the_split_and_a_run_repeats(tmp_path: Path) -> None:
    first, other = tasks(tmp_path / "a", ["numbers"], ["random+plain", "random+logistic"], 1)
    (again,) = tasks(tmp_path / "b", ["numbers"], ["random+plain"], 1)
    assert play_all([first, other, again]) == []
    asked = [json.loads(task.path.read_text())["asked"] for task in (first, other, again)]
    assert asked[0] == asked[1] == asked[2]
    assert finished(first) is not None
    assert finished(Task(**{**vars(first), "seed": 1})) is None


@pytest.mark.usefixtures("sets")
def test_what_fails_is_named_and_the_rest_played(tmp_path: Path) -> None:
    bad, good = tasks(tmp_path, ["numbers"], ["random+logistic+/nowhere", "random+logistic"], 1)
    ((task, why),) = play_all([bad, good])
    assert task is bad
    assert "FileNotFoundError" in why
    assert good.path.exists()


def test_runs_hang_on_the_code_or_on_the_tag() -> None:
    assert Arm.parse("margin+plain").code != Arm.parse("entropy+plain").code
    assert Arm.parse("margin+plain@x").code == Arm.parse("entropy+plain@x").code == "x"
    with pytest.raises(SystemExit, match="an arm is"):
        Arm.parse("margin")


def test_pool_and_test_set_are_apart_and_as_large_as_said() -> None:
    codes = np.repeat([0, 1], [900, 100]).astype(np.intp)
    pool, test = label_data.positions(codes, 3, (300, 200))
    assert (len(pool), len(test)) == (300, 200)
    assert not set(pool.tolist()) & set(test.tolist())
    assert codes[test].sum() == 20


def test_plain_learner_has_the_strength_that_it_says() -> None:
    X = np.random.default_rng(0).normal(size=(50, 4))
    model = Plain().fit(X, (X[:, 0] > 0).astype(int))
    assert pytest.approx(20 / np.square(X).sum(axis=1).mean()) == model.model_.C


def test_plain_table_is_standardized_one_hot_of_the_pool() -> None:
    raw = made("table")
    kind, pool, test = plain_features(raw, raw)
    assert (kind, pool.shape[1]) == ("table", 3)
    assert pool.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert pool.std(axis=0) == pytest.approx(np.ones(3))
    assert np.array_equal(pool, test)
    encode = columns([{"a": "1"}, {"a": "3"}])
    assert encode([{"a": ""}, {"a": "x"}]).tolist() == [[2.0], [2.0]]
