"""Finds a Chromium for the browser tests, or gets one: `python -m tests.bring_browser` prints its path.

Tried in this order: QUANDARY_BROWSER, a Chromium of this machine, the one that Playwright keeps, Playwright's
download, the system's package, the libraries that a downloaded one may lack. A browser counts when it opens a page.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

PLAYWRIGHT = [sys.executable, "-m", "playwright"]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Root may not use the sandbox, and a browser that calls home floods a closed network.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
HELP = (
    "no Chromium for the browser tests. Install one (Debian: apt-get install chromium; anywhere: "
    "playwright install --with-deps chromium), or name one: QUANDARY_BROWSER=/path/to/chromium make test, "
    "or leave those tests out: make test BROWSER=no"
)


def candidates() -> Iterator[str]:
    """Paths of programs that may be a browser, best first."""
    if named := os.environ.get("QUANDARY_BROWSER"):
        yield named
        return
    yield from filter(None, map(shutil.which, PROGRAMS))
    with sync_playwright() as playwright:
        kept = playwright.chromium.executable_path
    if Path(kept).exists():
        yield kept


def works(path: str) -> bool:
    """Whether the browser at ``path`` opens a page."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
            title = browser.new_page().evaluate("document.URL")
            browser.close()
    except Error as error:
        say(f"{path} does not start: {error.message.splitlines()[0]}")
        return False
    return bool(title == "about:blank")


def find() -> str | None:
    """The first browser that works, or None."""
    return next(filter(works, candidates()), None)


def playwright_starts() -> bool:
    """Whether Playwright's own program runs here; on a bare Debian it lacks a library, libatomic1."""
    ran = subprocess.run([*PLAYWRIGHT, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ran.returncode:
        say(f"Playwright does not start: {ran.stdout.strip()}")
    return ran.returncode == 0


def as_root() -> list[str] | None:
    """What to write before a command of Debian's package manager, or None where it cannot be used."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if shutil.which("sudo") else None


def apt_get(package: str) -> list[list[str]]:
    """The commands that install a package of the system."""
    apt = [*(as_root() or []), "apt-get", "-qq"]
    return [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", package]]


def ways() -> Iterator[list[list[str]]]:
    """Lists of commands that may bring a browser, gentlest first."""
    yield [[*PLAYWRIGHT, "install", "chromium"]]
    if (root := as_root()) is not None:
        yield apt_get("chromium")
        yield [[*root, *PLAYWRIGHT, "install-deps", "chromium"]]


def bring() -> str | None:
    """Find a browser, getting one if need be; None when every way failed."""
    if not playwright_starts() and (as_root() is None or not all(map(done, apt_get("libatomic1")))):
        return None
    browser = find()
    for commands in () if browser or "QUANDARY_BROWSER" in os.environ else ways():
        if all(map(done, commands)) and (browser := find()):
            break
    return browser


def done(command: list[str]) -> bool:
    """Run ``command`` and say so; its own lines only when it fails."""
    say(f"getting a browser: {' '.join(command)}")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    if ran.returncode:
        say(f"that failed: {' '.join(ran.stdout.split())[-300:]}")
    return ran.returncode == 0


def say(line: str) -> None:
    """Tell the person; the standard output is for the path alone."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    browser = bring()
    if not browser:
        sys.exit(HELP)
    print(browser)
