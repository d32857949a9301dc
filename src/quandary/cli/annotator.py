"""A simulated annotator: asks the server, answers from a key, lets the model learn, asks again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from quandary.cli.http import Client
from quandary.core.ports import Progress


def annotate(url: str, truth: Callable[[str], str], count: int, progress: Progress) -> int:
    """Answer ``count`` questions over HTTP; return how many were answered before the items ran out.

    Waits after each answer until the model knows it, which no person has to: so that the same seed asks the same
    questions on any machine, however fast.
    """
    client = Client(url)
    told = client.events()
    try:
        for done in range(count):
            progress(done, count, "questions answered")
            items = client.get("/next?n=1")["items"]
            if not items:
                return done
            item = items[0]["item"]
            reply = client.post("/answers", {"key": str(uuid.uuid4()), "item": item, "value": truth(item), "n": 1})
            _wait_until_learned(client.get()["model"], told, reply["progress"]["labeled"])
        progress(count, count, "questions answered")
        return count
    finally:
        told.close()
        client.close()


def _wait_until_learned(model: dict[str, Any], told: Iterator[tuple[str, dict[str, Any]]], labels: int) -> None:
    while model["knows"] < labels:
        if model["state"] == "failed":
            raise RuntimeError(f"the model stopped learning: {model['detail']}")
        model = next(value for name, value in told if name == "model")
