"""The trainer as a process: it learns what is said, is started again when it dies, and ends with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from quandary.project.folder import Project, open_project
from quandary.project.published import read_ranking, write_ranking
from quandary.service.answers import AnswerRequest
from quandary.service.classes import ClassRequest
from quandary.service.service import Service
from quandary.service.start import listener, start_service
from quandary.service.worker import Worker
from quandary.trainer.outlet import Outlet, Replaced
from tests.service.worlds import make_project, truth

PATIENCE = 60.0


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    project = make_project(tmp_path, 60, audit=0.3)
    project.features()
    made = start_service(project, "mail", "ann")
    yield made
    made.close()


def until(service: Service, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The model as soon as ``condition`` holds of it."""
    deadline = time.monotonic() + PATIENCE
    with service._desk.lock:
        while not condition(model := service.describe()["model"]):
            assert service._desk.changed.wait(deadline - time.monotonic()), model
        return dict(model)


def say(service: Service, *items: int, value: str = "", key: str = "") -> None:
    for item in items:
        request = AnswerRequest(key or f"key-{item}", str(item), value or truth(item))
        service.answer("tab", True, request, 1)


def learned(model: dict[str, Any]) -> bool:
    return bool(model["state"] == "idle" and model["knows"] == model["labels"])


def worker_of(service: Service) -> Worker:
    trainer = service._desk.trainer
    assert isinstance(trainer, Worker)
    return trainer


def test_every_change_is_learned_like_a_new_answer(service: Service) -> None:
    until(service, learned)
    say(service, *range(12))
    seen = until(service, learned)["seen"]
    changes: list[Callable[[], object]] = [
        lambda: say(service, 3, value="spam", key="corrected"),
        lambda: service.undo("tab"),
        lambda: service.retract("5"),
        lambda: service.change_classes(ClassRequest("merge", "refund", to="billing"), preview=False),
        lambda: service.answer("tab", True, AnswerRequest("skipped", "30", None), 1),
    ]
    for change in changes:
        change()
        model = service.describe()["model"]
        assert model["seen"] > seen or model["knows"] != model["labels"], "it cannot know this yet"
        seen = until(service, lambda model, before=seen: learned(model) and model["seen"] > before)["seen"]  # type: ignore[misc]
    service.note("3", "nothing to learn from a note")
    assert learned(service.describe()["model"])


def test_estimate_predictions_and_model_follow_when_nobody_answers(service: Service) -> None:
    say(service, *range(40))
    told: list[str] = []
    with service._desk.lock:
        service.listen(lambda name, value: told.append(name))
        deadline = time.monotonic() + PATIENCE
        while service._desk.learned.verdict is None or service._desk.learned.verdict.labels < 40:
            assert service._desk.changed.wait(deadline - time.monotonic())
        assert service.describe()["advice"] is not None
    published = service.project.folder / "published"
    (published / ".ranking.json.1").write_text("left by one that was killed")
    names = {"ranking.json", "verdict.json", "curve.json", "predictions.npz", "model.skops", "model.skops.sha256"}
    while not names <= {path.name for path in published.iterdir()}:
        assert time.monotonic() < deadline
        Event().wait(0.01)
    Outlet(published, 0, sys.stdout).sweep()
    assert not (published / ".ranking.json.1").exists()


def test_killed_it_is_started_again_and_answers_go_on(service: Service) -> None:
    say(service, *range(9))
    until(service, learned)
    pid = worker_of(service).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    say(service, 20)
    assert service.next("tab", 3)["items"]
    model = until(service, lambda model: learned(model) and model["restarts"] == 1)
    assert model["detail"] == ""
    assert worker_of(service).pid != pid


SCRIPTS = {
    "crash": "raise SystemExit(3)",
    "signal": "import os; os.kill(os.getpid(), 9)",
    "says why": (
        "import json; said = {'event': 'failed', 'generation': int(sys.argv[2]), 'detail': 'NaN'}\n"
        "print(json.dumps(said), flush=True)\n"
        "raise SystemExit(1)"
    ),
}


@pytest.mark.parametrize(("how", "detail"), [("crash", "status 3"), ("signal", "signal 9"), ("says why", "NaN")])
def test_after_three_retries_it_has_failed_until_the_next_answer(tmp_path: Path, how: str, detail: str) -> None:
    project = make_project(tmp_path)
    runs = tmp_path / "runs"
    script = f"import sys; open({str(runs)!r}, 'a').write('x')\n{SCRIPTS[how]}"
    service = Service(project, "mail", "ann")
    heard = listener(service, project.folder / "published")
    worker = Worker(project.folder, heard, [sys.executable, "-c", script], pauses=(0, 0, 0))
    service.attach(worker)
    worker.start()
    model = until(service, lambda model: model["state"] == "failed")
    assert detail in str(model["detail"])
    assert runs.read_text() == "xxxx"
    say(service, 1)  # answers go on
    deadline = time.monotonic() + PATIENCE
    while runs.read_text() == "xxxx":
        assert time.monotonic() < deadline
        Event().wait(0.01)
    until(service, lambda model: model["state"] == "failed")
    service.close()


def test_the_last_good_ranking_goes_on_after_a_failure_and_a_restart(tmp_path: Path) -> None:
    project = make_project(tmp_path, 60)
    service = start_service(project, "mail", "ann")
    say(service, *range(9))
    until(service, learned)
    order = [item["item"] for item in service.next("tab", 10)["items"]]
    service.close()
    again = Service(open_project(project.folder), "mail", "ann")
    assert [item["item"] for item in again.next("tab", 10)["items"]] == order
    assert again.describe()["model"]["knows"] == 9
    again.close()


def test_one_that_was_replaced_publishes_nothing(tmp_path: Path) -> None:
    (tmp_path / "generation").write_text("7")
    with pytest.raises(Replaced):
        Outlet(tmp_path, 6, sys.stdout).check()
    Outlet(tmp_path, 7, sys.stdout).check()


def test_lines_of_an_earlier_trainer_change_nothing(service: Service, tmp_path: Path) -> None:
    until(service, learned)
    published = service.project.folder / "published"
    ranking = read_ranking(published)
    assert ranking is not None
    late = replace(ranking, items=ranking.items[::-1], seen=ranking.seen - 1)
    write_ranking(published, late)
    listener(service, published)({"event": "ranking", "seen": late.seen})
    assert service.next("tab", 1)["items"][0]["item"] == ranking.items[0].item


@contextmanager
def trainer(project: Project, generation: int, hash_seed: str = "0") -> Iterator[subprocess.Popen[str]]:
    """A trainer whose first ranking is published."""
    published = project.folder / "published"
    published.mkdir(exist_ok=True)
    (published / "generation").write_text(str(generation))
    command = [sys.executable, "-P", "-m", "quandary.trainer", str(project.folder), str(generation)]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    with subprocess.Popen(command, text=True, env=environment, **pipes) as process:
        assert process.stdout is not None
        assert '"event": "ranking"' in process.stdout.readline()
        yield process


def test_it_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    with make_project(tmp_path, 60) as project, trainer(project, 1) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_the_same_log_gives_the_same_questions_in_two_processes(tmp_path: Path) -> None:
    project = make_project(tmp_path, 60, audit=0.3, strategy="auto", learner="auto")
    service = Service(project, "mail", "ann")
    say(service, *range(15))
    found = []
    for generation, hash_seed in ((1, "1"), (2, "2")):
        with trainer(project, generation, hash_seed):
            ranking = read_ranking(project.folder / "published")
            assert ranking is not None
            found.append(replace(ranking, generation=0, at=0.0))
    assert found[0] == found[1]
    service.close()
