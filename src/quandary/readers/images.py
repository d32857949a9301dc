"""Images in a folder with its sub-folders, or in a zip file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from quandary.core.errors import InputError
from quandary.core.ports import Progress
from quandary.core.registry import readers
from quandary.files.archives import open_zip
from quandary.files.images import SUFFIXES, is_image_name, open_image
from quandary.files.paths import relative_name
from quandary.readers.source import Row, Source, Wanted

NAME = "name"  # the only column of a folder
FOLDER = "folder"  # what --label says to take the classes from the sub-folders
PARTS_OF_DATA = {"train", "training", "val", "valid", "validation", "test", "testing"}
PICTURES_NOT_READ = (".avif", ".dcm", ".eps", ".heic", ".heif", ".htm", ".html", ".psd", ".svg", ".svgz")
AT_ONCE = 64
WORKERS = 2  # decoding lets other threads run


@readers("images")
class ImagesReader:
    """Images in a folder, its sub-folders or a .zip file"""

    suffixes = (".zip",)

    def accepts(self, path: Path) -> bool:
        return path.is_dir() or path.name.lower().endswith(self.suffixes)

    def open(self, path: Path, wanted: Wanted) -> Source:
        refuse_columns(path, wanted)
        names, refused = in_folder(path) if path.is_dir() else in_zip(path)
        if not names:
            raise InputError(no_image(path, refused))
        labels = folder_labels(names) if wanted.label else [None] * len(names)
        roles = {"image": NAME} | ({"label": FOLDER} if wanted.label else {})

        def rows(progress: Progress) -> Iterator[Row]:
            source.skipped.clear()
            for name, reason in refused:
                source.skip(name, reason)
            return readable(source, names, labels, progress)

        source = Source("image", roles, (NAME,), path, rows)
        return source


def refuse_columns(path: Path, wanted: Wanted) -> None:
    """Raise ``InputError`` for a column asked of a folder, which has none."""
    for role in ("text", "image", "id"):
        if (name := getattr(wanted, role)) is not None:
            raise InputError(f"{path.name!r} holds images and has no column {name!r} for {role}; leave {role} out")
    if wanted.label not in (None, FOLDER):
        said = f"{path.name!r} holds images and has no column {wanted.label!r} for label"
        raise InputError(f"{said}; with label={FOLDER!r} the classes are the names of the sub-folders")


def in_folder(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Names of the images under ``root``, sorted, and of what is refused, with the reason."""
    names, refused = [], []
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith(".")]
        for file in files:
            path = Path(folder, file)
            name = path.relative_to(root).as_posix()
            if reason := _refusal(name):
                refused.append((printable(name), reason))
            elif is_image_name(file) and not file.startswith("."):
                names.append(name)
    return sorted(names), sorted(refused)


def in_zip(path: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Like ``in_folder``, for the members of a zip file."""
    names, refused = set(), []
    with open_zip(path) as archive:
        for info in archive.filelist:
            name = info.filename
            if info.is_dir() or name.startswith("__MACOSX/"):
                continue
            if reason := _zip_refusal(name) or _refusal(name):
                refused.append((printable(name), reason))
            elif name in names:
                refused.append((name, "it stands in the zip file twice"))
            elif is_image_name(name):
                names.add(name)
    return sorted(names), sorted(refused)


def _refusal(name: str) -> str | None:
    if printable(name) != name:
        return "its name is not valid Unicode; rename it"
    return "this kind of file is not shown; convert it to PNG" if name.lower().endswith(PICTURES_NOT_READ) else None


def _zip_refusal(name: str) -> str | None:
    try:
        return None if relative_name(name) == name else "its name is no plain relative path"
    except InputError as error:
        return str(error)


def printable(name: str) -> str:
    """``name`` as text that can be stored: what is not valid Unicode shows as a question mark."""
    return name.encode("utf-8", "replace").decode("utf-8")


def folder_labels(names: Sequence[str]) -> list[str | None]:
    """The class of each image: the first folder that divides them, not counting ``train``, ``test`` and their like.

    >>> folder_labels(["train/cat/1.png", "test/dog/2.png", "3.png"])
    ['cat', 'dog', None]
    """
    return [_folder_label(name.split("/")[:-1]) for name in names]


def _folder_label(folders: Sequence[str]) -> str | None:
    if len(folders) > 1 and folders[0].lower() in PARTS_OF_DATA:
        folders = folders[1:]
    return folders[0] if folders else None


def readable(source: Source, names: Sequence[str], labels: Sequence[str | None], progress: Progress) -> Iterator[Row]:
    """An item for each image that can be decoded; the others are listed in ``source.skipped``."""
    count = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        for start in range(0, len(names), AT_ONCE):
            part = names[start : start + AT_ONCE]
            for name, label, reason in zip(part, labels[start:], pool.map(_check(source.root), part), strict=False):
                if reason is not None:
                    source.skip(name, reason)
                    continue
                yield Row(name, {NAME: name}, label)
                count += 1
            progress(start + len(part), len(names), "reading images")
    if not count:
        first = source.skipped[0]
        raise InputError(
            f"none of the {len(names)} images in {source.root.name!r} can be read; {first.name}: {first.reason}"
        )


def _check(root: Path) -> Callable[[str], str | None]:
    def check(name: str) -> str | None:
        try:
            open_image(root, name, near=32)
        except InputError as error:
            return str(error)
        return None

    return check


def no_image(path: Path, refused: Sequence[tuple[str, str]]) -> str:
    """What to say of a folder or zip file without one image."""
    what = "folder" if path.is_dir() else "zip file"
    hint = f" ({refused[0][0]!r}: {refused[0][1]})" if refused else ""
    other = ""
    if path.is_dir():
        tables = sorted(
            p.name
            for p in path.iterdir()
            if p.is_file() and p.suffix.lower() in (".csv", ".tsv", ".jsonl", ".parquet", ".npz", ".zip")
        )
        other = f", or name one of its files, such as {str(path / tables[0])!r}" if tables else ""
    return f"{what} {path.name!r} holds no image{hint}; images end in {', '.join(SUFFIXES)}{other}"
