"""Classes changed by a person."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from quandary.server.parts import Json, TheService
from quandary.service.classes import ClassRequest

router = APIRouter(tags=["classes"])


class ClassBody(BaseModel):
    """A change of classes; with ``preview`` nothing is changed."""

    model_config = ConfigDict(strict=True, extra="forbid")
    action: str
    name: str
    to: str = ""
    description: str = ""
    preview: bool = False


@router.post("/classes")
def change_classes(service: TheService, body: ClassBody) -> Json:
    """Add, rename, merge, delete, restore or describe a class."""
    return service.change_classes(ClassRequest(**body.model_dump(exclude={"preview"})), body.preview)
