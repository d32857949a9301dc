"""A session over HTTP asks the same items in the same order as ``simulate``: the loop is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from quandary import loop
from quandary.core.state import State
from quandary.server.app import create_app
from quandary.service.service import Service
from quandary.trainer.turn import turn
from tests.server.conftest import BASE, HOST, TOKEN
from tests.service.worlds import CLASSES, make_service, truth

BUDGET = 40
P = "/api/projects/mail"


def learn(service: Service) -> None:
    """What the trainer does when it is told of a new version."""
    project = service.project
    state = State(project.store.ids())
    for event in project.read():
        state.apply(event)
    service.take_ranking(turn(state, project.features(), project.plan())[0])


def session(client: TestClient, service: Service, batch: int) -> Iterator[tuple[str, bool]]:
    """Items as they are asked, ``batch`` at a time, and whether as a random check."""
    for start in range(0, BUDGET, batch):
        learn(service)
        model = client.get(P).json()["model"]
        assert model["knows"] == model["labels"] == start
        items = client.get(f"{P}/next?n={batch}").json()["items"]
        for item in items:
            yield item["item"], item["audit"]
            body: dict[str, Any] = {"key": f"k{item['item']}", "item": item["item"], "value": truth(int(item["item"]))}
            assert client.post(f"{P}/answers", json=body).status_code == 200
            if batch > 1:
                learn(service)  # as the trainer does between the answers, to no effect


@pytest.mark.parametrize("audit", [0.0, 0.3])
@pytest.mark.parametrize("batch", [1, 10])
@pytest.mark.parametrize("strategy", ["auto", "margin"])
def test_same_items_in_the_same_order(tmp_path: Path, audit: float, batch: int, strategy: str) -> None:
    service = make_service(tmp_path, 120, audit=audit, strategy=strategy, learner="logistic", seed=7)
    project = service.project
    expected = loop.simulate(project.features(), truth, project.plan(), CLASSES, BUDGET, batch)
    app = create_app({"mail": service}, TOKEN, {HOST})
    with TestClient(app, base_url=BASE, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        got = list(session(client, service, batch))
    service.close()
    assert got == [(answer.item, answer.audit) for answer in expected]
    assert any(check for _, check in got) == (audit > 0)
