"""Projects, and the learning curve of one."""

from __future__ import annotations

from fastapi import APIRouter, Request

from quandary.server.parts import Json, TheService

everywhere = APIRouter(tags=["projects"])
router = APIRouter(tags=["projects"])


@everywhere.get("/api/health")
def health() -> Json:
    """Whether the server is up. Needs no token and tells nothing else."""
    return {"status": "ok"}


@everywhere.get("/api/projects")
def projects(request: Request) -> Json:
    """All projects of this server."""
    return {"projects": request.app.state.services.overviews()}


@router.get("")
def project(service: TheService) -> Json:
    """All about a project."""
    return service.describe()


@router.get("/curve")
def curve(service: TheService) -> Json:
    """The learning curve, from random checks only."""
    return service.curve()
