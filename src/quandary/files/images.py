"""Images opened with limits, upright and as 8-bit gray or RGB."""

from __future__ import annotations

import io
import struct
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from quandary.core.errors import InputError
from quandary.files.archives import open_zip, read_member
from quandary.files.paths import confined, relative_name
from quandary.files.said import said

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp")
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # no format that runs another program, as EPS does
MOST_PIXELS = 200_000_000
PILLOW_FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    EOFError,
    MemoryError,
)
FAULTS = (*PILLOW_FAULTS, ZeroDivisionError, OverflowError, RuntimeError, RuntimeWarning, struct.error)


def is_image_name(name: str) -> bool:
    """Whether the suffix is that of an image that is read.

    >>> is_image_name("scan/17.PNG"), is_image_name("page.svg")
    (True, False)
    """
    return name.lower().endswith(SUFFIXES)


def open_image(root: Path, name: str, near: int | None = None) -> Image:
    """The image ``name`` of the folder or zip file ``root``, upright, in mode ``L`` or ``RGB``.

    16-bit and floating-point images are stretched from their 0.5th to their 99.5th percentile; what is transparent
    becomes white; of several frames the first counts. With ``near`` a large JPEG may come smaller, but no smaller than
    ``near`` pixels a side, which is much faster. Raises ``InputError`` for what is no image, broken, larger than
    200 million pixels, or outside ``root``.
    """
    if root.is_dir():
        with confined(root, name).open("rb") as stream:
            return decode_image(stream, name, near)
    return decode_image(io.BytesIO(_member(str(root), name)), name, near)


def decode_image(stream: IO[bytes], name: str, near: int | None = None) -> Image:
    """The image in ``stream``, as ``open_image`` gives it; ``name`` is for the error."""
    from PIL import Image, ImageOps

    # Process-wide, as Pillow has it: from here on it refuses by itself what is twice as large, before decoding.
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        image: Any = Image.open(stream, formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise InputError(f"image {name[:200]!r} has {image.width} x {image.height} pixels, more than 200 million")
        if near:
            image.draft(None, (near, near))
        image.load()
        return plain(ImageOps.exif_transpose(image))
    except InputError:
        raise
    except (*FAULTS, Image.DecompressionBombError) as error:
        raise InputError(f"image {name[:200]!r} cannot be read: {fault(error)}") from error


def fault(error: BaseException) -> str:
    """What is wrong with an image, in one line without the memory address that Pillow puts in it."""
    if "cannot identify" in str(error):
        return f"it is none of {', '.join(FORMATS)}"
    return said(error)


def plain(image: Any) -> Image:
    """``image`` in mode ``L`` or ``RGB``: stretched if it has more than 8 bits, on white if it is transparent."""
    from PIL import Image

    if image.mode.startswith(("I", "F")):
        image = Image.fromarray(stretch(np.asarray(image)))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    gray = image.mode in ("L", "1")
    result: Image.Image = image if image.mode in ("L", "RGB") else image.convert("L" if gray else "RGB")
    return result


def stretch(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Numbers of any range as 0 to 255: the 0.5th percentile becomes black, the 99.5th white; what is no number, black.

    >>> stretch(np.array([[0, 40_000], [20_000, 40_000]], np.uint16)).tolist()
    [[0, 255], [127, 255]]
    """
    numbers = values.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    low, high = np.percentile(finite, [0.5, 99.5]) if finite.size else (0.0, 0.0)
    scaled = (np.nan_to_num(numbers, nan=low, posinf=high, neginf=low) - low) / ((high - low) or 1.0)
    out: np.ndarray[Any, np.dtype[np.uint8]] = np.round(np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return out


def _member(root: str, name: str) -> bytes:
    return read_member(_archive(root, Path(root).stat().st_mtime_ns), relative_name(name))


@lru_cache(maxsize=4)
def _archive(root: str, changed: int) -> zipfile.ZipFile:
    # Reading the list of a zip of 100,000 files takes a second: not again for each of them.
    return open_zip(Path(root))
