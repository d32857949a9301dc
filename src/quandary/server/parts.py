"""What routes ask for by name: the service of the project in the path, the caller, an item id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Path, Request
from starlette.responses import Response

from quandary.core.errors import ConfigError, NotFound
from quandary.core.names import unknown_name
from quandary.server.callers import Caller, caller_of
from quandary.service.service import Service


def service_of(request: Request, project: Annotated[str, Path(description="Project id")]) -> Service:
    """The service of the project that the path names."""
    services: Mapping[str, Service] = request.app.state.services
    name = decoded(project)
    try:
        return services[name]
    except KeyError as error:
        if isinstance(error, NotFound):
            raise
        raise NotFound(unknown_name("project", name, services)) from None


def item_of(item: Annotated[str, Path(description="Item id")]) -> str:
    """The item that the path names."""
    return decoded(item)


def decoded(part: str) -> str:
    """One part of a path as it was meant."""
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise ConfigError(f"the address holds {part[:80]!r}, which is not UTF-8; encode it as UTF-8") from None


class Text(Response):
    """Plain text, never anything a browser would run."""

    media_type = "text/plain"
    charset = "utf-8"


TheService = Annotated[Service, Depends(service_of)]
TheCaller = Annotated[Caller, Depends(caller_of)]
TheItem = Annotated[str, Depends(item_of)]
Json = dict[str, Any]
