from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from quandary.core.errors import InputError
from quandary.files.images import SUFFIXES, decode_image, is_image_name, open_image, stretch
from tests.files.worlds import complaint

RNG = np.random.default_rng(0)
COLORS = RNG.integers(0, 256, (20, 30, 3)).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options: object) -> io.BytesIO:
    out = io.BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def opened(image: Image.Image, kind: str = "PNG", **options: object) -> Image.Image:
    return decode_image(encoded(image, kind, **options), "x")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_color_and_gray_come_as_they_are() -> None:
    assert np.array_equal(np.asarray(opened(Image.fromarray(COLORS))), COLORS)
    gray = opened(Image.fromarray(COLORS[..., 0]))
    assert gray.mode == "L"
    assert np.array_equal(np.asarray(gray), COLORS[..., 0])


@pytest.mark.parametrize("kind", ["BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP"])
def test_every_format_that_is_read(kind: str) -> None:
    shown = opened(Image.fromarray(COLORS), kind)
    assert shown.size == (30, 20)
    assert shown.mode == "RGB"


def test_transparent_becomes_white() -> None:
    rgba = np.dstack([COLORS, np.zeros(COLORS.shape[:2], np.uint8)])
    rgba[0, 0, 3] = 255
    shown = np.asarray(opened(Image.fromarray(rgba)))
    assert shown[0, 0].tolist() == COLORS[0, 0].tolist()
    assert (shown[1:] == 255).all()


def test_a_palette_with_a_transparent_entry() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putdata([0, 1])
    shown = np.asarray(opened(image, transparency=1))
    assert shown[0].tolist() == [[10, 20, 30], [255, 255, 255]]


def test_cmyk_becomes_rgb() -> None:
    image = Image.fromarray(np.full((4, 4, 4), [255, 0, 0, 0], np.uint8), "CMYK")
    shown = np.asarray(opened(image, "TIFF"))
    assert shown[0, 0].tolist() == [0, 255, 255]


def test_16_bits_are_stretched_to_8() -> None:
    values = np.arange(10_000, dtype=np.uint16).reshape(100, 100) + 3_000
    shown = np.asarray(opened(Image.fromarray(values)))
    low, high = np.percentile(values, [0.5, 99.5])
    expected = np.clip((values - low) / (high - low), 0, 1) * 255
    assert np.abs(shown - expected).max() <= 0.5 + 1e-6


def test_numbers_that_are_none_are_black() -> None:
    assert stretch(np.array([[np.nan, 0.0, 1.0, np.inf, -np.inf]])).tolist() == [[0, 0, 255, 255, 0]]
    assert stretch(np.full((2, 2), np.nan)).tolist() == [[0, 0], [0, 0]]
    assert stretch(np.full((2, 2), 7)).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(("turn", "corner"), [(1, (0, 0)), (3, (2, 1)), (6, (1, 0)), (8, (0, 2))])
def test_images_stand_upright(turn: int, corner: tuple[int, int]) -> None:
    image = Image.new("L", (3, 2))
    image.putpixel((0, 0), 255)
    exif = Image.Exif()
    exif[0x0112] = turn
    shown = np.asarray(opened(image, exif=exif))
    assert shown[corner[1], corner[0]] == 255
    assert shown.sum() == 255


def test_a_large_jpeg_comes_smaller_where_that_is_enough() -> None:
    photo = encoded(Image.new("RGB", (1600, 1200), "red"), "JPEG")
    assert 100 <= min(decode_image(photo, "x", near=100).size) < 400


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (2**31 - 1, 2**31 - 1), (14_500, 14_500)])
def test_bombs_are_refused_from_the_header(width: int, height: int) -> None:
    with pytest.raises(InputError):
        decode_image(io.BytesIO(bomb(width, height)), "x.png")


def test_a_large_image_is_read_without_a_warning() -> None:
    assert opened(Image.new("1", (10_000, 10_000)), "PNG").size == (10_000, 10_000)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) (r) file"


@pytest.mark.parametrize("data", [b"", SVG, b"<html><img></html>", PS, b"GIF89a", b"\x89PNG\r\n\x1a\n", bytes(5000)])
def test_what_is_no_image_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode_image(io.BytesIO(data), "x.png")
    assert "\n" not in str(caught.value)
    assert "0x" not in str(caught.value)


@pytest.mark.parametrize("kind", ["ICO", "PCX", "TGA", "PDF", "EPS"])
def test_other_formats_are_refused_although_pillow_knows_them(kind: str) -> None:
    with pytest.raises(InputError, match="none of BMP, GIF, JPEG"):
        opened(Image.fromarray(COLORS), kind)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF"])
def test_a_cut_image_is_refused(kind: str) -> None:
    data = encoded(Image.fromarray(RNG.integers(0, 256, (64, 64, 3)).astype(np.uint8)), kind).getvalue()
    with pytest.raises(InputError):
        decode_image(io.BytesIO(data[: len(data) // 2]), "x")


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about damaged metadata
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]), st.data())
def test_damaged_images_raise_nothing_else(kind: str, data: st.DataObject) -> None:
    image = bytearray(encoded(Image.fromarray(COLORS), kind).getvalue())
    for at in data.draw(st.lists(st.integers(0, len(image) - 1), min_size=1, max_size=20)):
        image[at] = data.draw(st.integers(0, 255))
    complaint(lambda: decode_image(io.BytesIO(bytes(image)), "x"))


def test_from_a_folder_and_from_a_zip_file(tmp_path: Path) -> None:
    data = encoded(Image.fromarray(COLORS), "PNG").getvalue()
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    (tmp_path / "folder" / "sub" / "a.png").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("sub/a.png", data)
    for root in (tmp_path / "folder", tmp_path / "a.zip"):
        assert np.array_equal(np.asarray(open_image(root, "sub/a.png")), COLORS)
        for name in ("../a.png", "sub/b.png", "/sub/a.png"):
            with pytest.raises(InputError):
                open_image(root, name)


def test_every_suffix_is_known_in_any_case() -> None:
    assert all(is_image_name(f"x{suffix.upper()}") for suffix in SUFFIXES)
    assert not any(map(is_image_name, ("x.svg", "x.html", "x.png.exe", "png")))
