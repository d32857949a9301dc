"""A service with its trainer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quandary.project.folder import Project
from quandary.project.published import FOLDER, read_ranking
from quandary.service.service import Service
from quandary.service.worker import Worker


def start_service(project: Project, name: str | None = None, annotator: str = "me", **options: Any) -> Service:
    """Serve ``project``, open for writing, and start the process that learns from it.

    ``name`` is its id in addresses, by default its own; ``options`` are those of ``Service``.
    """
    service = Service(project, name or project.name, annotator, **options)
    worker = Worker(project.folder, listener(service, project.folder / FOLDER))
    service.attach(worker)
    worker.start()
    return service


def listener(service: Service, published: Path) -> Any:
    """What takes up each line that a trainer says."""

    def heard(message: dict[str, Any]) -> None:
        match message["event"]:
            case "ranking":
                service.take_ranking(read_ranking(published))
            case "verdict":
                service.take_verdict()
            case "predictions":
                service.take_predictions()
            case "representation":
                service.take_choice(str(message["name"]), str(message["why"]), int(message["step"]))
            case _:
                service.trainer_changed()

    return heard
