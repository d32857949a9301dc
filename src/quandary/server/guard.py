"""Who may call: Host, Origin, token, size. Decided here for every route, before any of them runs."""

from __future__ import annotations

import hmac
import logging
import traceback
from collections.abc import Collection
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quandary.server.callers import Callers

LARGEST_BODY = 1_000_000
HEALTH = "/api/health"
log = logging.getLogger("quandary.server")

SAFE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
SIGN_IN = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Quandary</title>'
    "<h1>This page needs its key</h1><p>Open the whole address that was printed where Quandary was started: "
    "it ends in <code>?token=</code> and a long key.</p></html>"
)


class TooLarge(HTTPException):
    """The body of a request is larger than anything this server takes."""

    def __init__(self) -> None:
        super().__init__(413, f"the request is larger than {LARGEST_BODY} bytes; send less")


@dataclass(frozen=True)
class Gate:
    """What is let in: requests to one of ``hosts`` (name and port) that carry ``token``."""

    token: str
    hosts: Collection[str]

    def refuse(self, scope: Scope, headers: Headers) -> Response | None:
        """The refusal of a request, or None if it may pass."""
        host = headers.get("host", "").lower()
        if host not in self.hosts or len(headers.getlist("host")) != 1:
            valid = ", ".join(sorted(self.hosts))
            return failure(
                421, "wrong_host", f"this server does not answer for host {host[:100]!r}; it answers for {valid}"
            )
        if any(origin not in {f"http://{host}", f"https://{host}"} for origin in headers.getlist("origin")):
            return failure(403, "wrong_origin", "requests from another origin are refused; use the page of this server")
        if scope["path"] == HEALTH or self._has_token(headers, host):
            return None
        return self._without_token(scope, headers, host)

    def _has_token(self, headers: Headers, host: str) -> bool:
        scheme, _, sent = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._is_token(sent.strip())
        return self._is_token(cookies(headers).get(cookie_name(host), ""))

    def _is_token(self, sent: str) -> bool:
        return hmac.compare_digest(sent.encode("utf-8", "surrogateescape"), self.token.encode())

    def _without_token(self, scope: Scope, headers: Headers, host: str) -> Response:
        """Let in who opens the printed address; tell all others what they lack."""
        query = QueryParams(scope["query_string"])
        opens_page = scope["method"] == "GET" and scope["path"].startswith("/p/")
        if opens_page and self._is_token(query.get("token", "")):
            return self.welcome(scope, host)
        if "text/html" in headers.get("accept", "") and not scope["path"].startswith("/api/"):
            return HTMLResponse(SIGN_IN, 401)
        message = "the token is missing or wrong; send 'Authorization: Bearer TOKEN', or open the printed address"
        return failure(401, "unauthorized", message, {"www-authenticate": "Bearer"})

    def welcome(self, scope: Scope, host: str) -> Response:
        """Keep the token in a cookie and go on to the same address without it."""
        rest = [(name, value) for name, value in QueryParams(scope["query_string"]).multi_items() if name != "token"]
        clean = quote(scope["path"], safe="/%") + (f"?{urlencode(rest)}" if rest else "")
        response = RedirectResponse("/" + clean.lstrip("/"), 303, {"cache-control": "no-store"})
        response.set_cookie(cookie_name(host), self.token, httponly=True, samesite="strict", path="/")
        return response


class Guard:
    """Wraps the app: every request passes here first, every response leaves with the same headers."""

    def __init__(self, app: ASGIApp, gate: Gate, callers: Callers) -> None:
        self.app = app
        self.gate = gate
        self.callers = callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no route speaks anything else; the server closes the connection
        headers = Headers(scope=scope)
        # Ids may hold slashes: routes see the path as it was sent, and decode each part by itself.
        scope = {
            **scope,
            "path": scope.get("raw_path", scope["path"].encode()).decode("ascii", "replace").partition("?")[0],
        }
        refusal = self.gate.refuse(scope, headers) or self._page_with_token(scope, headers)
        send = self._finishing(scope, headers, send, known=refusal is None)
        length = headers.get("content-length", "0")
        if refusal is None and not (length.isdigit() and int(length) <= LARGEST_BODY):
            refusal = failure(413, "too_large", TooLarge().detail)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._run(scope, receive, send)

    def _page_with_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Who opens the printed address again gets it without the token."""
        if not scope["path"].startswith("/p/") or scope["method"] != "GET":
            return None
        wanted = QueryParams(scope["query_string"]).get("token")
        return self.gate.welcome(scope, headers["host"].lower()) if wanted is not None else None

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, _limited(receive), watch)
        except Exception as error:
            # Neither the message nor the values go into the log: they may hold what people labeled.
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error("%s in %s line %s", type(error).__name__, where.filename, where.lineno)
            if started:
                raise ConnectionAbortedError from None
            await failure(500, "internal", "the server made a mistake; nothing was saved: try again, and report it")(
                scope, receive, send
            )

    def _finishing(self, scope: Scope, headers: Headers, send: Send, known: bool) -> Send:
        """A ``send`` that adds the headers of every response, and the cookie that names the caller."""
        cookie = self.callers.identify(scope, headers, cookies(headers)) if known and scope["path"] != HEALTH else None

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    out[name] = value
                if scope["path"].startswith("/api/"):
                    out.setdefault("cache-control", "no-store")
                if cookie is not None:
                    out.append("set-cookie", cookie)
            await send(message)

        return finish


def failure(status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """A refusal in the one shape all errors have."""
    return JSONResponse({"error": {"kind": kind, "message": message}}, status, headers)


def cookie_name(host: str) -> str:
    """The cookie of the token: browsers share cookies between ports, so the port is in its name."""
    port = host.rpartition(":")[2]
    return f"quandary_token_{port}" if port.isdigit() else "quandary_token"


def cookies(headers: Headers) -> dict[str, str]:
    """The cookies that a request carries; none if they cannot be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def _limited(receive: Receive) -> Receive:
    """A ``receive`` that counts, since a chunked body does not say how long it will be."""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > LARGEST_BODY:
            raise TooLarge
        return message

    return counted
