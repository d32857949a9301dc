"""Asking and answering."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from quandary.server.parts import Json, TheCaller, TheItem, TheService
from quandary.service.answers import AnswerRequest

router = APIRouter(tags=["answers"])
Count = Annotated[int, Query(ge=1, le=100, description="How many items")]


class AnswerBody(BaseModel):
    """One answer. ``key`` is the client's own name for the request: sent again, it gets the first reply."""

    model_config = ConfigDict(strict=True, extra="forbid")
    key: str
    item: str
    value: str | None = None
    kind: str | None = None
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    note: str | None = None
    suggested: str | None = None
    n: Annotated[int, Field(ge=1, le=100)] = 5


class UndoBody(BaseModel):
    """``key`` is the client's own name for the request."""

    model_config = ConfigDict(strict=True, extra="forbid")
    key: str = ""


@router.get("/next")
def next_items(service: TheService, caller: TheCaller, n: Count = 5) -> Json:
    """Items to ask now, best first, leased to the caller."""
    return service.next(caller.name, n)


@router.delete("/leases")
def leave(service: TheService, caller: TheCaller) -> Json:
    """Let others be asked what the caller holds."""
    return service.leave(caller.name)


@router.post("/answers")
def give_answer(service: TheService, caller: TheCaller, body: AnswerBody) -> Json:
    """Write an answer down; replies once it is on the disk, with the next items."""
    request = AnswerRequest(**body.model_dump(exclude={"n"}))
    return service.answer(caller.name, caller.known, request, body.n)


@router.post("/undo")
def undo(service: TheService, caller: TheCaller, body: UndoBody | None = None) -> Json:
    """Take back the last answer, again and again."""
    return service.undo(caller.name, body.key if body else "")


@router.get("/answers")
def last_answers(
    service: TheService,
    limit: Annotated[int, Query(ge=1, le=1000)] = 20,
    before: Annotated[int | None, Query(ge=0)] = None,
) -> Json:
    """The last answers, newest first."""
    return service.answers(limit, before)


@router.delete("/answers/{item}")
def take_back(service: TheService, item: TheItem) -> Json:
    """Take back the answer to one item."""
    return service.retract(item)
