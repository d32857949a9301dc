"""What must never happen in a page, whatever lies in the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request

# Runs before anything of the page: tells of scripts that got in, and of what the policy had to stop.
SPY = """
  addEventListener('securitypolicyviolation', (e) => report(`policy: ${e.violatedDirective} ${e.blockedURI}`));
  Object.defineProperty(window, '__pwned', { set: (value) => report(`pwned: ${value}`) });
"""
ROUNDS = 3000
SERVER_AWAY = "Failed to load resource"


@dataclass
class Watch:
    """Everything odd that was seen.

    away  the server was stopped or made to refuse on purpose: the browser's own lines about that are no fault
    """

    origin: str
    away: bool = False
    odd: list[str] = field(default_factory=list)

    def report(self, line: str) -> None:
        self.odd.append(line)

    def request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.odd.append(f"left the server: {request.url}")

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.odd.append(f"console {message.type}: {message.text}")

    def dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload" and self.away:
            return dialog.accept()
        self.odd.append(f"dialog: {dialog.type} {dialog.message}")
        dialog.dismiss()

    def wait_for(self, page: Page, start: str) -> None:
        """Wait until something odd is seen whose line begins so."""
        for _ in range(ROUNDS):
            if any(line.startswith(start) for line in self.odd):
                return
            page.wait_for_timeout(10)  # lets events come in
        raise AssertionError(f"not seen: {start}; only: {self.odd}")

    def check(self) -> None:
        """Fail unless all was well."""
        faults = [line for line in self.odd if not (self.away and SERVER_AWAY in line)]
        assert not faults, faults


@contextmanager
def watched(context: BrowserContext, url: str) -> Iterator[Watch]:
    """Watch every page of ``context``, which belongs to the server at ``url``; check at the end."""
    parts = urlsplit(url)
    watch = Watch(f"{parts.scheme}://{parts.netloc}")
    context.expose_function("report", watch.report)
    context.add_init_script(SPY)
    context.on("request", watch.request)
    context.on("console", watch.console)
    context.on("dialog", watch.dialog)
    context.on("weberror", lambda error: watch.odd.append(f"page error: {error.error}"))
    yield watch
    watch.check()
