"""Images made anew from their pixels: never a user's bytes, and no larger than a screen can use."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quandary.core.errors import NotFound

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_SIDE = 4096
LOSSLESS_UP_TO = 1_500_000  # pixels; above, a photograph as PNG would take seconds to send


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded image and its media type."""

    data: bytes
    media: str


def shown(project: Any, position: int) -> Picture:
    """The image of an item, to look at closely."""
    image = _opened(project, position, LARGEST_SIDE)
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    if image.width * image.height <= LOSSLESS_UP_TO:
        return _encoded(image, "PNG", compress_level=1)
    return _encoded(image, "JPEG", quality=95)


def small(project: Any, position: int, size: int) -> Picture:
    """The image of an item, at most ``size`` pixels a side."""
    image = _opened(project, position, 2 * size)
    image.thumbnail((size, size))
    return _encoded(image, "WEBP", quality=80)


def _opened(project: Any, position: int, near: int) -> Image:
    from quandary.files.images import open_image

    if project.kind != "image":
        raise NotFound(f"item at position {position} is no image; its content is text")
    return open_image(project.root, project.store.content(position)[project.roles["image"]], near)


def _encoded(image: Image, kind: str, **options: Any) -> Picture:
    # A copy without the metadata of the file: nothing but pixels goes out.
    plain = image.copy()
    plain.info.clear()
    buffer = io.BytesIO()
    plain.save(buffer, kind, **options)
    return Picture(buffer.getvalue(), f"image/{kind.lower()}")
