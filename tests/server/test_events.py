"""What changes is told as it happens."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import FastAPI

from quandary.server.events import _lines
from quandary.service.answers import AnswerRequest
from quandary.service.classes import ClassRequest
from quandary.service.service import Service
from tests.service.worlds import ranking


def parsed(text: str) -> tuple[str, dict[str, Any]]:
    name, data = text.strip().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_each_change_is_told_and_the_model_first(service: Service) -> None:
    async def follow() -> None:
        closing = asyncio.Event()
        lines = _lines(service, closing)
        assert (await anext(lines)).startswith("retry:")
        name, model = parsed(await anext(lines))
        assert name == "model"
        assert {"knows", "state", "estimate", "advice", "progress"} <= model.keys()
        await asyncio.to_thread(service.answer, "tab", True, AnswerRequest("k", "3", "spam"), 1)
        assert parsed(await anext(lines))[1]["labeled"] == 1
        service.take_ranking(ranking(service, ["5"]))
        assert parsed(await anext(lines))[1]["knows"] == 1
        service.change_classes(ClassRequest("add", "other"), preview=False)
        assert [parsed(await anext(lines))[0] for _ in range(2)] == ["progress", "classes"]
        closing.set()
        assert [line async for line in lines] == []

    asyncio.run(follow())


def test_a_slow_reader_loses_the_oldest_and_holds_nobody_up(service: Service) -> None:
    async def follow() -> None:
        lines = _lines(service, asyncio.Event())
        await anext(lines)
        for i in range(300):
            service.note("3", f"note {i}")
        await asyncio.sleep(0)
        read = [parsed(await anext(lines))[0] for _ in range(100)]
        assert "progress" in read
        await lines.aclose()  # type: ignore[attr-defined]

    asyncio.run(follow())


def test_listening_ends_with_the_stream(service: Service, app: FastAPI) -> None:
    async def follow() -> None:
        lines = _lines(service, asyncio.Event())
        await anext(lines)
        await anext(lines)
        await lines.aclose()  # type: ignore[attr-defined]

    asyncio.run(follow())
    assert not service.listening()
