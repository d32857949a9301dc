"""Who is calling, as far as leases care: a tab, a browser, or a connection."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

HEADER, COOKIE = "x-quandary-client", "quandary_client"
LONGEST = 64
KEPT = 10_000
PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Caller:
    """``name`` holds the leases; ``known``: the next request of the same caller will carry the same name."""

    name: str
    known: bool


class Callers:
    """Names callers: by the header, else by the cookie, else by the connection.

    A browser's first request carries no cookie yet; the connection remembers what it was named.
    """

    def __init__(self) -> None:
        self._connections: OrderedDict[str, str] = OrderedDict()

    def identify(self, scope: Scope, headers: Headers, cookies: Mapping[str, str]) -> str | None:
        """Put the caller into ``scope``; return the cookie to set, if there is none yet."""
        header, cookie = headers.get(HEADER, "")[:LONGEST], cookies.get(COOKIE, "")
        if PLAIN.fullmatch(cookie):
            scope["quandary.caller"] = Caller(f"header {header}" if header else f"cookie {cookie}", True)
            return None
        peer = f"{scope['client'][0]} {scope['client'][1]}" if scope.get("client") else ""
        seen = peer in self._connections
        name = self._connections.get(peer) or secrets.token_urlsafe(16)
        self._remember(peer, name)
        scope["quandary.caller"] = Caller(f"header {header}" if header else f"cookie {name}", bool(header) or seen)
        return f"{COOKIE}={name}; HttpOnly; Path=/; SameSite=strict"

    def _remember(self, peer: str, name: str) -> None:
        self._connections[peer] = name
        self._connections.move_to_end(peer)
        if len(self._connections) > KEPT:
            self._connections.popitem(last=False)


def caller_of(request: Request) -> Caller:
    """Who sent ``request``."""
    caller: Caller = request.scope["quandary.caller"]
    return caller
