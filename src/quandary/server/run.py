"""Run the server until it is told to end."""

from __future__ import annotations

import errno
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread, current_thread, main_thread
from types import FrameType

import uvicorn
from fastapi import FastAPI

from quandary.core.errors import ConfigError
from quandary.server.app import create_app
from quandary.server.shelf import Shelf

TRIES = 50  # ports after the one that was asked for
GRACE = 2  # seconds for requests that run when the server is told to end
BUSY = {errno.EADDRINUSE, errno.EACCES}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
Ready = Callable[[str, str], None]


def run(shelf: Shelf, host: str, port: int, ready: Ready, token: str | None = None) -> None:
    """Serve ``shelf`` until SIGINT or SIGTERM; closes it before it returns.

    port   the first to try; where it is in use the next is taken
    ready  called with the address (``http://HOST:PORT``) and the token, once the server listens and
           the first question of every open project is ready
    """
    token = token or secrets.token_urlsafe(24)
    try:
        listening = bind(host, port)
        with listening:
            actual = int(listening.getsockname()[1])
            app = create_app(shelf, token, hosts_of(host, actual))
            Server(app, lambda: ready(f"http://{named(host)}:{actual}", token), shelf).run(sockets=[listening])
    finally:
        shelf.close()


def bind(host: str, port: int) -> socket.socket:
    """A socket on ``port`` or the first after it that is free; 0: any."""
    for candidate in range(port, min(port + TRIES, 65_536)):
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return socket.create_server((host.strip("[]"), candidate), family=family, backlog=2048)
        except OSError as error:
            if error.errno not in BUSY:
                raise ConfigError(
                    f"cannot listen on host {host!r}: {error.strerror or error}; try --host 127.0.0.1"
                ) from error
    raise ConfigError(f"ports {port} to {port + TRIES - 1} of {host} are all in use; name another with --port")


def hosts_of(host: str, port: int) -> set[str]:
    """What ``Host`` may be when listening there."""
    names = {host, *LOOPBACK} if host.strip("[]") in {"0.0.0.0", "::"} else {named(host)}
    if named(host) in LOOPBACK:
        names |= set(LOOPBACK)
    names |= own_names() if host.strip("[]") in {"0.0.0.0", "::"} else set()
    return {f"{name}:{port}" for name in names} | ({*names} if port == 80 else set())


def own_names() -> set[str]:
    """Names and addresses by which others reach this machine."""
    name = socket.gethostname()
    try:
        return {name, *socket.gethostbyname_ex(name)[2]}
    except OSError:
        return {name}


def named(host: str) -> str:
    """``host`` as it stands in an address."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


class Server(uvicorn.Server):
    """Ends its event streams first, and its signals are handled here alone."""

    def __init__(self, app: FastAPI, ready: Callable[[], None], shelf: Shelf) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,  # requests are not logged: addresses hold words that people search for
            access_log=False,
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
        super().__init__(config)
        self._app = app
        self._ready = ready
        self._shelf = shelf

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so once there is something to ask."""
        await super().startup(sockets)
        Thread(target=self._when_ready, name="first question", daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams, then the rest."""
        self._app.state.closing.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the server; the process goes on and cleans up."""
        if current_thread() is not main_thread():
            yield  # only the main thread is told of signals
            return
        before = {number: signal.signal(number, self._told_to_end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _told_to_end(self, number: int, frame: FrameType | None) -> None:
        self.should_exit = True

    def _when_ready(self) -> None:
        self._shelf.wait_for_first()
        if not self.should_exit:
            self._ready()
