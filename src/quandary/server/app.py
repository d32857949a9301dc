"""The app: every route, behind the guard."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

import quandary
from quandary.server import answers, classes, events, exports, failures, items, page, projects
from quandary.server.callers import Callers
from quandary.server.guard import Gate, Guard
from quandary.server.shelf import Shelf
from quandary.service.service import Service

STATIC = Path(quandary.__file__).parent / "static"


def create_app(
    services: Mapping[str, Service], token: str, hosts: Collection[str], static_dir: Path = STATIC
) -> FastAPI:
    """Build the app over ``services`` by project id.

    token  what every request but one for ``/api/health`` must carry
    hosts  what ``Host`` may be, with the port: ``{"127.0.0.1:8000", "localhost:8000"}``
    """
    app = FastAPI(title="Quandary", version=quandary.__version__, docs_url=None, redoc_url=None)
    app.state.services = services if isinstance(services, Shelf) else Shelf.of(*services.values())
    app.state.closing = asyncio.Event()  # set when the server is to end, so that event streams end first
    failures.install(app)
    _add(app, projects.everywhere, "")
    for resource in (projects, answers, items, classes, exports, events):
        _add(app, resource.router, "/api/projects/{project}")
    app.router.routes.extend(page.routes(static_dir))
    app.add_middleware(Guard, gate=Gate(token, frozenset(h.lower() for h in hosts)), callers=Callers())
    return app


def _add(app: FastAPI, resource: APIRouter, prefix: str) -> None:
    """Put the routes of one resource beside all others, so that the app's own list names every one."""
    for route in resource.routes:
        assert isinstance(route, APIRoute)
        app.add_api_route(
            prefix + route.path,
            route.endpoint,
            methods=sorted(route.methods or ()),
            tags=route.tags,
            response_class=route.response_class,
        )
