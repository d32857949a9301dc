from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from quandary.core.errors import InputError
from quandary.files.archives import counted, open_zip, read_member


def packed(path: Path, name: str, data: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return path


def test_a_member_is_read(tmp_path: Path) -> None:
    with open_zip(packed(tmp_path / "a.zip", "x", b"abc" * 1000)) as archive:
        assert read_member(archive, "x") == b"abc" * 1000


def test_a_member_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with open_zip(packed(tmp_path / "a.zip", "x", bytes(50_000_000))) as archive:
        with pytest.raises(InputError, match="times its size; refused"):
            read_member(archive, "x")
        with pytest.raises(InputError, match="more than 1 MB; refused"):
            read_member(archive, "x", limit=2**20)


def test_the_size_that_the_archive_claims_is_not_believed(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", "x", bytes(50_000_000))
    # The uncompressed size in the central directory becomes 10.
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(data)
    with open_zip(path) as archive, pytest.raises(InputError):
        read_member(archive, "x")


@pytest.mark.parametrize("damage", ["cut", "flipped", "no zip"])
def test_a_damaged_archive_is_one_clear_error(tmp_path: Path, damage: str) -> None:
    path = packed(tmp_path / "a.zip", "x", bytes(range(256)) * 50)
    data = bytearray(path.read_bytes())
    data[40] ^= 255
    path.write_bytes({"cut": bytes(data[:-30]), "flipped": bytes(data), "no zip": b"hello"}[damage])
    with pytest.raises(InputError) as caught, open_zip(path) as archive:
        read_member(archive, "x")
    assert "\n" not in str(caught.value)


def test_a_stream_that_grows_without_end_is_stopped() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return bytes(size)

    taken: list[int] = []
    chunks = counted(Endless(), 1000, "bomb.csv.gz")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="possible bomb"):
        taken.extend(map(len, chunks))
    assert sum(taken) <= 64 * 2**20
