"""Errors as HTTP tells them: one shape, one line, never a traceback."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from quandary.core.errors import (
    ConfigError,
    Conflict,
    DamagedProject,
    MissingExtra,
    NewerVersion,
    NotFound,
    ProjectBusy,
    QuandaryError,
    StorageFull,
)
from quandary.server.guard import failure

STATUS: list[tuple[type[QuandaryError], int, str]] = [
    (NotFound, 404, "not_found"),
    (Conflict, 409, "conflict"),
    (StorageFull, 507, "storage_full"),
    (ProjectBusy, 503, "busy"),
    (MissingExtra, 501, "missing_extra"),
    (NewerVersion, 500, "newer_version"),
    (DamagedProject, 500, "damaged"),
    (ConfigError, 422, "invalid"),
]


def install(app: FastAPI) -> None:
    """Let ``app`` answer errors in the one shape."""

    @app.exception_handler(QuandaryError)
    async def ours(request: Request, error: QuandaryError) -> Response:
        status, kind = next(((s, k) for cls, s, k in STATUS if isinstance(error, cls)), (500, "internal"))
        return failure(status, kind, sayable(str(error)))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return failure(422, "invalid", sayable("; ".join(_fault(fault) for fault in error.errors()[:5])))

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        kinds = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
        message = {404: "there is nothing at this address; the routes are listed at /openapi.json"}
        said = message.get(error.status_code, str(error.detail))
        return failure(error.status_code, kinds.get(error.status_code, "invalid"), said, dict(error.headers or {}))


def _fault(fault: dict[str, object]) -> str:
    where = fault["loc"]
    name = ".".join(str(part) for part in where[1:]) if isinstance(where, tuple) else ""
    return f"{name or 'the body'}: {fault['msg']}"


def sayable(message: str) -> str:
    """``message`` in one line that can be sent, whatever was in the values it speaks of."""
    return " ".join(message.encode("utf-8", "backslashreplace").decode().split())
