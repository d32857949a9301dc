"""Serving projects until the person has had enough."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from quandary.cli.opening import SUFFIX
from quandary.cli.say import note
from quandary.core.errors import InputError, NotFound
from quandary.project.folder import Project, open_project
from quandary.server.run import LOOPBACK, run
from quandary.server.shelf import Shelf
from quandary.service.start import start_service


def serve_project(project: Project, host: str, port: int, browser: bool) -> None:
    """Serve one project, which is closed at the end."""
    warn_of_strangers(host)
    try:
        service = start_service(project)
    except BaseException:
        project.close()
        raise
    run(Shelf.of(service), host, port, announcing(project.name, browser))


def serve_folder(folder: Path, host: str, port: int, browser: bool) -> None:
    """Serve the projects in ``folder``, each opened when it is first asked for."""
    if not folder.is_dir():
        raise NotFound(f"there is no folder {str(folder)!r}; name one that holds projects")
    names = projects_in(folder)
    if not names:
        raise InputError(
            f"no project in {str(folder)!r}: none of its folders ends in {SUFFIX}; quandary label makes one"
        )
    warn_of_strangers(host)
    shelf = Shelf(
        lambda: projects_in(folder),
        lambda name: start_service(open_project(folder / f"{name}{SUFFIX}"), name),
        lambda name: glance(folder / f"{name}{SUFFIX}"),
    )
    _ = shelf[names[0]]
    run(shelf, host, port, announcing(names[0], browser))


def projects_in(folder: Path) -> list[str]:
    """The names of the projects in a folder, sorted; hidden ones are being built."""
    found = [path for path in folder.glob(f"*{SUFFIX}") if path.is_dir() and not path.name.startswith(".")]
    return sorted(path.name.removesuffix(SUFFIX) for path in found)


def glance(folder: Path) -> dict[str, Any]:
    """One line about a project that is not open."""
    with open_project(folder, write=False) as project:
        counts = project.state().counts()
        numbers = {"labeled": counts.labeled, "total": counts.total, "open": counts.open}
        return {"id": project.name, "name": project.name, "kind": project.kind, **numbers}


def announcing(name: str, browser: bool) -> Callable[[str, str], None]:
    """Says where to go, on one line, and goes there."""

    def ready(address: str, token: str) -> None:
        url = f"{address}/p/{quote(name, safe='')}?token={token}"
        print(f"Open {url}", flush=True)
        if browser:
            webbrowser.open(url)
        if sys.stderr.isatty():
            note("Ctrl-C ends it; every answer is kept")

    return ready


def warn_of_strangers(host: str) -> None:
    """Whoever listens beyond this machine should know."""
    if host not in (*LOOPBACK, "::1"):
        note(f"warning: on {host} others on the network can reach this page; whoever has its address can label")
