"""Names for the parts a project can be built from."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, TypeVar

from quandary.core.errors import ConfigError
from quandary.core.names import unknown_name

C = TypeVar("C", bound=type)


class Registry:
    """A family of parts found by name.

    Built-in parts are the modules of ``package`` that use this registry as a decorator; parts
    from elsewhere are the entry points of the group with the same name as the package. Nothing
    is imported until it is asked for.

    peers  package with a module a library whose parts are made as ``library:name``, by its class ``Peer``
    """

    def __init__(self, kind: str, package: str, peers: str = "") -> None:
        self.kind = kind
        self.package = package
        self.peers = peers
        self._parts: dict[str, type] = {}
        self._loaded = False

    def __call__(self, name: str) -> Callable[[C], C]:
        """Register the decorated class under ``name``."""

        def register(part: C) -> C:
            self._add(name, part)
            return part

        return register

    def all(self) -> Mapping[str, type]:
        """Every part by name, sorted."""
        if not self._loaded:
            self._loaded = True
            self._load()
        return dict(sorted(self._parts.items()))

    def get(self, name: str) -> type:
        """The class called ``name``; ``ConfigError`` lists the names there are."""
        parts = self.all()
        if name not in parts:
            raise ConfigError(unknown_name(self.kind, name, parts))
        return parts[name]

    def make(self, name: str, **params: Any) -> Any:
        """Build the part called ``name``, also one of another library, as ``library:name``."""
        library, colon, own = name.partition(":")
        if colon and self.peers:
            return self._peer(library)(own, **params)
        return self.get(name)(**params)

    def _peer(self, library: str) -> Callable[..., Any]:
        package = importlib.import_module(self.peers)
        libraries = [module.name for module in pkgutil.iter_modules(package.__path__)]
        if library not in libraries:
            raise ConfigError(unknown_name("library", library, libraries))
        made: Callable[..., Any] = importlib.import_module(f"{self.peers}.{library}").Peer
        return made

    def describe(self) -> dict[str, str]:
        """Each name with the first line of its documentation."""
        return {name: (part.__doc__ or "").strip().split("\n")[0] for name, part in self.all().items()}

    def _load(self) -> None:
        package = importlib.import_module(self.package)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{self.package}.{module.name}")
        for entry in entry_points(group=self.package):
            self._add(entry.name, entry.load())

    def _add(self, name: str, part: type) -> None:
        if self._parts.setdefault(name, part) is not part:
            raise ConfigError(f"two {self.kind} parts are called {name!r}: rename one of them")


strategies = Registry("strategy", "quandary.strategies", peers="quandary.bench.peers")
learners = Registry("learner", "quandary.learners")
extractors = Registry("feature extractor", "quandary.features")
readers = Registry("reader", "quandary.readers")
exporters = Registry("exporter", "quandary.exporters")
stores = Registry("store", "quandary.stores")
