"""What changes, told as it happens (server-sent events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from quandary.server.parts import TheService
from quandary.service.service import Service

router = APIRouter(tags=["events"])
PULSE = 15.0  # seconds between comment lines, so that a dead connection is noticed
WAITING = 100  # events that may wait for a slow reader; what comes after replaces the oldest
Event = tuple[str, dict[str, Any]]
END: Event = ("", {})


@router.get("/events", response_class=StreamingResponse)
async def events(request: Request, service: TheService) -> StreamingResponse:
    """``model``, ``progress``, ``classes`` and ``read_only``, each when it changes."""
    return StreamingResponse(
        _lines(service, request.app.state.closing),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _lines(service: Service, closing: asyncio.Event) -> AsyncIterator[str]:
    loop, waiting = asyncio.get_running_loop(), asyncio.Queue[Event](WAITING)

    def put(event: Event) -> None:
        if waiting.full():
            waiting.get_nowait()
        waiting.put_nowait(event)

    stop = service.listen(lambda name, value: _call(loop, put, (name, value)))
    closed = asyncio.ensure_future(closing.wait())
    closed.add_done_callback(lambda _: put(END))
    try:
        yield "retry: 1000\n\n"
        while (event := await _next(waiting)) is not END:
            yield ": still here\n\n" if event is None else line(*event)
    finally:
        stop()
        closed.cancel()


async def _next(waiting: asyncio.Queue[Event]) -> Event | None:
    """The next event, None if there was none for a while."""
    try:
        return await asyncio.wait_for(waiting.get(), PULSE)
    except TimeoutError:
        return None


def line(name: str, value: dict[str, Any]) -> str:
    """One event as it is sent."""
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"


def _call(loop: asyncio.AbstractEventLoop, put: Any, event: Event) -> None:
    try:
        loop.call_soon_threadsafe(put, event)
    except RuntimeError:
        return  # the loop has ended: nobody listens any more
