"""A plan that leaves the representation open: compared on the labels, written down, and taken up at once."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from quandary.cli.status import as_text, facts
from quandary.core.errors import StorageFull
from quandary.core.events import PlanChanged
from quandary.core.plan import seen_by
from quandary.core.state import State, fold
from quandary.project.create import create_project
from quandary.project.folder import open_project
from quandary.project.model import load_model
from quandary.project.predict import predict
from quandary.project.published import FOLDER, MODEL, read_ranking
from quandary.readers.source import open_source
from quandary.service.answers import AnswerRequest
from quandary.service.service import Service
from quandary.service.start import listener, start_service
from quandary.trainer.outlet import Outlet
from quandary.trainer.representation import Comparison, Preparing
from quandary.trainer.turn import turn
from quandary.trainer.work import Worker
from tests.project.worlds import images, made

SIZE = 160
PATIENCE = 60.0
PLAN = {"strategy": "margin", "learner": "logistic", "audit": 0.0, "representation": "auto"}


def ring(folder: Path, seed: int = 0, straight: bool = False) -> tuple[Path, list[str]]:
    """Points in a disk and on the ring around it, which no line parts; or on two sides of a line."""
    points = np.random.default_rng(seed).uniform(-1, 1, (SIZE, 2))
    inside = points[:, 0] < 0 if straight else (points**2).sum(axis=1) < 0.55
    path = folder / f"points-{seed}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["x", "y"], *np.round(points, 4).tolist()])
    return path, ["inside" if is_in else "outside" for is_in in inside]


class Here:
    """A trainer in this process: what it says is heard by the service at once."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.said: list[dict[str, Any]] = []
        self._heard = listener(service, folder / FOLDER)
        (folder / FOLDER).mkdir(exist_ok=True)
        (folder / FOLDER / "generation").write_text("1")
        self._project = open_project(folder, write=False)
        self.worker = Worker(self._project, self, Outlet(folder / FOLDER, 1, self))  # type: ignore[arg-type]

    def newer(self, version: int) -> bool:
        return False

    def write(self, line: str) -> None:
        self.said.append(json.loads(line))
        self._heard(self.said[-1])

    def flush(self) -> None:
        """Nothing is held back."""

    def catch_up(self) -> None:
        """As the trainer does until there is nothing new."""
        self.worker.catch_up()
        self.worker.catch_up()

    def wait_for_features(self) -> None:
        process = self.worker._comparison._preparing._process
        assert process is not None
        process.wait()

    def close(self) -> None:
        self.worker.close()
        self._project.close()


@contextmanager
def at_work(folder: Path) -> Iterator[tuple[Service, Here]]:
    service = Service(open_project(folder), "points", "ann")
    here = Here(service, folder)
    yield service, here
    here.close()
    service.close()


def say(service: Service, truth: list[str], *items: int) -> None:
    for item in items:
        service.answer("tab", True, AnswerRequest(f"key-{item}", str(item), truth[item]), 1)


def changes(service: Service) -> list[PlanChanged]:
    """What the log says of the plan, after the beginning."""
    return [event for event in service.project.read() if isinstance(event, PlanChanged)][1:]


def begun(source: Path, **plan: Any) -> Path:
    folder = source.with_suffix(".quandary")
    create_project(folder, open_source(source), classes=["inside", "outside"], plan={**PLAN, **plan}).close()
    return folder


@pytest.fixture(scope="module")
def switched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[str]]:
    """A project whose labels spoke for waves; the answers, and what was asked next."""
    source, truth = ring(tmp_path_factory.mktemp("ring"))
    folder = begun(source)
    with at_work(folder) as (service, here):
        here.catch_up()
        assert here.worker._comparison._preparing._process is None, "nothing is computed before the first answer"
        say(service, truth, *range(29))
        here.catch_up()
        here.wait_for_features()
        say(service, truth, 29)
        assert service.describe()["plan"]["representation"] == "table"
        here.catch_up()
        assert [each["name"] for each in here.said if each["event"] == "representation"] == ["fourier"]
        return folder, truth, [item["item"] for item in service.next("tab", 20)["items"]]


def test_the_log_says_what_the_labels_speak_for(switched: tuple[Path, list[str], list[str]]) -> None:
    with at_work(switched[0]) as (service, _):
        (change,) = changes(service)
        assert change.plan["seen_by"] == "fourier"
        assert change.plan["seen_at"] == 30
        plan = service.describe()["plan"]
        assert plan["representation"] == "fourier"
        assert "fourier instead of table: held-out log-loss at 30 labels" in plan["representation_why"]
        assert "seen by   fourier (fourier instead of table" in as_text(facts(service.project))


def test_a_replay_of_the_log_asks_the_same(switched: tuple[Path, list[str], list[str]]) -> None:
    folder, _, asked = switched
    with open_project(folder, write=False) as project:
        state = fold(project.read(), State(project.store.ids()))
        by_waves = turn(state, project.features(name=seen_by(state.plan, "table")), project.plan())[0]
        by_columns = turn(state, project.features(name="table"), project.plan())[0]
    assert [ranked.item for ranked in by_waves.items][:20] == asked
    assert [ranked.item for ranked in by_columns.items][:20] != asked


def test_it_stays_after_a_restart_and_what_is_published_goes_with_it(
    switched: tuple[Path, list[str], list[str]],
) -> None:
    folder, _, asked = switched
    with at_work(folder) as (service, here):
        here.catch_up()
        ranking = read_ranking(folder / FOLDER)
        assert ranking is not None
        assert [ranked.item for ranked in ranking.items][:20] == asked
        assert len(changes(service)) == 1
    assert type(load_model(folder / FOLDER / MODEL).extractor).__name__ == "FourierFeatures"


def test_other_items_are_predicted_by_what_was_found(
    switched: tuple[Path, list[str], list[str]], tmp_path: Path
) -> None:
    other, truth = ring(tmp_path, seed=1)
    with open_project(switched[0], write=False) as project:
        predict(project, other, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        said = [row["class"] for row in csv.DictReader(file)]
    assert np.mean(np.array(said) == truth) > 0.8  # a line gets 0.55


def test_the_processes_do_it_by_themselves(tmp_path: Path) -> None:
    source, truth = ring(tmp_path)
    service = start_service(open_project(begun(source)), "points", "ann")
    say(service, truth, *range(30))
    deadline = time.monotonic() + PATIENCE
    while service.project.features_if_kept("fourier") is None:
        assert time.monotonic() < deadline
        Event().wait(0.01)
    say(service, truth, 30)
    with service._desk.lock:
        while not (change := changes(service)) or service.describe()["model"]["state"] != "idle":
            assert service._desk.changed.wait(deadline - time.monotonic())
    assert change[0].plan["seen_by"] == "fourier"
    service.close()


def test_what_stays_is_written_down_too_and_compared_again_later(tmp_path: Path) -> None:
    source, truth = ring(tmp_path, straight=True)
    with at_work(begun(source)) as (service, here):
        say(service, truth, *range(30))
        here.catch_up()
        here.wait_for_features()
        for until in (31, 59, 60, 61):
            say(service, truth, *range(service.rounds(), until))
            here.catch_up()
        assert [change.plan["seen_at"] for change in changes(service)] == [30, 60]
        assert {change.plan["seen_by"] for change in changes(service)} == {"table"}
        assert "table stays" in service.describe()["plan"]["representation_why"]


def test_nothing_is_compared_unless_the_plan_says_so(tmp_path: Path) -> None:
    source, truth = ring(tmp_path)
    with at_work(begun(source, representation="table")) as (service, here):
        say(service, truth, *range(40))
        here.catch_up()
        service.take_choice("fourier", "said too late", 30)
        assert here.worker._comparison._preparing._process is None
        assert changes(service) == []
        assert service.describe()["plan"]["representation_why"] == ""


def test_a_full_disk_does_not_end_the_listening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with at_work(begun(ring(tmp_path)[0])) as (service, _):

        def full(*_: Any, **__: Any) -> int:
            raise StorageFull("disk full")

        monkeypatch.setattr(service.project.store, "append", full)
        service.take_choice("fourier", "why", 30)
        monkeypatch.undo()
        assert service.describe()["plan"]["representation"] == "table"
        service.take_choice("fourier", "why", 30)
        service.take_choice("table", "the same step, said again", 30)
        assert service.describe()["plan"]["representation"] == "fourier"


def test_what_cannot_be_computed_is_left_out_and_said(tmp_path: Path) -> None:
    preparing = Preparing(tmp_path / "nowhere")
    assert preparing.go_on("fourier") == ""
    assert preparing._process is not None
    preparing._process.wait()
    assert "'fourier' is left out: NotFound: no project" in preparing.go_on("fourier")
    assert preparing.failed == {"fourier"}
    preparing.close()


def test_what_only_networks_read_is_not_compared(tmp_path: Path) -> None:
    with made(images(tmp_path), label="folder", plan={"representation": "auto"}) as project:
        assert set(Comparison(project, Outlet(tmp_path, 1, sys.stdout))._known()) == {"image", "patches"}
