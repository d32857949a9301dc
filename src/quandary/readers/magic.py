"""Files that are something else than their name says, told by their first bytes."""

from __future__ import annotations

from pathlib import Path

from quandary.core.errors import InputError

AS_CSV = "open it in a spreadsheet, save it as CSV (UTF-8) and name that file"
MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip file or an Excel workbook", AS_CSV + "; a zip of images must be called .zip"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", AS_CSV),
    (b"%PDF", "a PDF", "copy its text into a CSV file"),
    (b"PAR1", "a Parquet file", "call it .parquet"),
    (b"\x89PNG", "a PNG image", "put the images into a folder and name the folder"),
    (b"\xff\xd8\xff", "a JPEG image", "put the images into a folder and name the folder"),
    (b"\x93NUMPY", "a NumPy array", "save it as .npz: numpy.savez('pool.npz', X=X)"),
    (b"\x89HDF", "an HDF5 file", "save its arrays as .npz: numpy.savez('pool.npz', X=X)"),
    (b"SQLite format 3", "an SQLite database", "write the table out as CSV"),
    (b"BZh", "packed with bzip2", "unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "packed with xz", "unpack it, or pack it with gzip"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
    (b"\x80\x04\x95", "a Python pickle", "it could run code and is never read; write the table as CSV"),
)
MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<svg")


def refuse_others(path: Path, head: bytes, what: str) -> None:
    """Raise ``InputError`` if ``head``, the first bytes of ``path``, is of another format than ``what``."""
    for magic, name, step in MAGIC:
        if head.startswith(magic):
            raise InputError(f"{path.name!r} is {name}, not {what}; {step}")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(MARKUP):
        raise InputError(
            f"{path.name!r} is a web page or XML, not {what}; was a log-in page downloaded instead of the file?"
        )
