"""Labels and predictions to take along."""

from __future__ import annotations

import shutil
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from quandary.server.parts import Json, TheService

router = APIRouter(tags=["exports"])
Format = Annotated[str, Query(description="One of the formats, or predictions")]


@router.get("/exports")
def formats(service: TheService) -> Json:
    """What can be exported here, and the first rows of it."""
    return service.exports()


@router.get("/export", response_class=FileResponse)
def export(service: TheService, format: Format) -> FileResponse:
    """One file to keep."""
    made = service.export(format)
    cleanup = BackgroundTask(shutil.rmtree, made.folder, ignore_errors=True)
    return FileResponse(
        made.path,
        media_type="application/octet-stream",
        filename=made.path.name,
        headers={"cache-control": "no-store"},
        background=cleanup,
    )
