"""A client of a running server, as small as one can be."""

from __future__ import annotations

import json
from collections.abc import Generator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

TIMEOUT = 120.0


class Client:
    """Speaks to one project of a server; ``url`` is the address that the server printed."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._token = parse_qs(parts.query)["token"][0]
        self._base = f"/api/projects/{parts.path.rpartition('/')[2]}"
        self._connection = HTTPConnection(self._host, self._port, timeout=TIMEOUT)

    def get(self, path: str = "") -> dict[str, Any]:
        """The reply to ``GET`` below the project."""
        return self._ask("GET", path)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The reply to ``POST`` below the project."""
        return self._ask("POST", path, body)

    def events(self) -> Generator[tuple[str, dict[str, Any]], None, None]:
        """What the server tells by itself: name and value of each event, until the iterator is closed."""
        connection = HTTPConnection(self._host, self._port, timeout=TIMEOUT)
        try:
            connection.request("GET", f"{self._base}/events", headers=self._headers())
            name = ""
            for raw in connection.getresponse():
                line = raw.decode().rstrip("\r\n")
                if line.startswith("event:"):
                    name = line[6:].strip()
                elif line.startswith("data:"):
                    yield name, json.loads(line[5:])
        finally:
            connection.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, f"{self._base}{path}", sent, self._headers())
        response = self._connection.getresponse()
        reply: dict[str, Any] = json.loads(response.read())
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {response.status} {reply}")
        return reply
