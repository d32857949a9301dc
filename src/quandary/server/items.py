"""Items: the list, one of them, its content and its small picture."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from quandary.server.parts import Json, Text, TheItem, TheService
from quandary.service.items import ItemQuery
from quandary.service.pictures import Picture

router = APIRouter(tags=["items"])
KEEP = {"cache-control": "private, max-age=86400"}  # contents never change


class NoteBody(BaseModel):
    """A remark about an item; an empty text removes it."""

    model_config = ConfigDict(strict=True, extra="forbid")
    text: str


@router.get("/items")
def find_items(
    service: TheService,
    q: str = "",
    label: str = "",
    kind: str = "any",
    predicted: str = "",
    sort: str = "position",
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    content: bool = False,
) -> Json:
    """Items searched, filtered and sorted."""
    return service.items(ItemQuery(q, label, kind, predicted, sort, offset, limit, content))


@router.get("/items/{item}")
def one_item(service: TheService, item: TheItem) -> Json:
    """One item with all that is known of it."""
    return service.item(item)


@router.get("/items/{item}/content")
def content(service: TheService, item: TheItem) -> Response:
    """The image, made anew from its pixels, or the text as plain text."""
    found = service.content(item)
    return Text(found, headers=KEEP) if isinstance(found, str) else _picture(found)


@router.get("/items/{item}/thumb")
def thumb(service: TheService, item: TheItem, size: Annotated[int, Query(ge=16, le=512)] = 160) -> Response:
    """A small picture of the image."""
    return _picture(service.thumb(item, size))


@router.put("/items/{item}/note")
def write_note(service: TheService, item: TheItem, body: NoteBody) -> Json:
    """Write a note about an item."""
    return service.note(item, body.text)


def _picture(made: Picture) -> Response:
    return Response(made.data, media_type=made.media, headers=KEEP)
