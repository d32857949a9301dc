"""The projects of a server by id; opened when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import Any

from quandary.core.errors import NotFound, QuandaryError
from quandary.core.names import unknown_name
from quandary.service.service import Service


class Shelf(Mapping[str, Service]):
    """Services by project id.

    names   says which projects there are now
    open    opens one of them
    glance  one line about a project that is not open
    """

    def __init__(
        self,
        names: Callable[[], list[str]],
        open: Callable[[str], Service],
        glance: Callable[[str], dict[str, Any]],
    ) -> None:
        self._names = names
        self._open = open
        self._glance = glance
        self._services: dict[str, Service] = {}
        self._lock = Lock()

    @classmethod
    def of(cls, *services: Service) -> Shelf:
        """A shelf of services that are open already."""
        by_name = {service.name: service for service in services}
        shelf = cls(lambda: list(by_name), by_name.__getitem__, lambda name: by_name[name].overview())
        shelf._services = by_name
        return shelf

    def __getitem__(self, name: str) -> Service:
        with self._lock:
            if name not in self._services:
                if name not in self._names():
                    raise NotFound(unknown_name("project", name, self._names()))
                self._services[name] = self._open(name)
            return self._services[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def overviews(self) -> list[dict[str, Any]]:
        """One line about each project that can be read."""
        lines = []
        for name in self._names():
            service = self._services.get(name)
            try:
                lines.append(service.overview() if service else self._glance(name))
            except QuandaryError:
                continue  # one damaged project must not hide the others
        return lines

    def wait_for_first(self) -> None:
        """Return when the first question of every open project is ready."""
        for service in list(self._services.values()):
            service.wait_for_first()

    def close(self) -> None:
        """Close every service."""
        with self._lock:
            for service in self._services.values():
                service.close()
