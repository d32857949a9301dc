"""The labeling page: files built into the package, listed once."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

NOT_BUILT = "The page is not built. In the source folder run: make page\n"
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def routes(folder: Path) -> list[Route]:
    """The page for ``/`` and ``/p/PROJECT``, and a route for each file it is made of."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    index = folder / "index.html"

    async def page(request: Request) -> Response:
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT, 503)
        return FileResponse(index, media_type="text/html; charset=utf-8", headers={"cache-control": "no-cache"})

    return [
        Route("/", page),
        Route("/p/{project}", page),
        Route("/p/{project}/{rest:path}", page),
        *(_file(folder, path) for path in files if path != index),
    ]


def _file(folder: Path, path: Path) -> Route:
    # Names of built files hold a hash of what is in them, all but a few.
    address = "/" + path.relative_to(folder).as_posix()
    keep = "public, max-age=31536000, immutable" if address.startswith("/assets/") else "no-cache"
    media = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"

    async def send(request: Request) -> Response:
        return FileResponse(path, media_type=media, headers={"cache-control": keep})

    return Route(address, send, name=address)
