"""Images in a folder for each class."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from quandary.core.errors import InputError
from quandary.core.registry import exporters
from quandary.exporters.csv import line
from quandary.exporters.job import Job, Table, Written
from quandary.exporters.names import SafeNames
from quandary.exporters.whole import whole_file, whole_folder

MANIFEST = "manifest.csv"
Put = Callable[[str, bytes], None]


@exporters("folder")
class FolderExporter:
    """Copies of the labeled images, a folder for each class, or a .zip of that"""

    title = "Image folders by class"
    suffix = ""
    loses = (
        "unlabeled images, skips, unsure answers, notes and earlier answers; names are made safe, manifest.csv has them"
    )
    needs = None
    kinds = ("image",)

    def write(self, job: Job, target: Path) -> Written:
        opened = zipped if target.suffix.lower() == ".zip" else in_folder
        with opened(target) as put:
            placed, notes = copy_images(job, put)
            put(MANIFEST, manifest(job.labels(), placed).encode("utf-8", "backslashreplace"))
        return Written(len(placed), tuple(notes))


def copy_images(job: Job, put: Put) -> tuple[dict[str, str], list[str]]:
    """Put every labeled image into its class's folder; where each item went, and which could not be read."""
    folders, files, placed, notes = SafeNames((MANIFEST,)), dict[str, SafeNames](), dict[str, str](), list[str]()
    for image in job.images():
        try:
            data = image.read()
        except InputError as error:
            notes.append(f"left out: {error}")
            continue
        folder = folders.of(image.label)
        # Two images of one name lie in different folders of the source: each gets a name of its own.
        name = files.setdefault(folder, SafeNames()).fresh(PurePosixPath(image.name).name)
        placed[image.item] = f"{folder}/{name}"
        put(placed[image.item], data)
    return placed, notes


def manifest(labels: Table, placed: dict[str, str]) -> str:
    """The labels with the file of each item, as CSV."""
    rows = ((placed.get(str(row[0]), ""), *row) for row in labels.rows())
    return "".join(line(row) for row in [("file", *labels.columns), *rows])


@contextmanager
def in_folder(target: Path) -> Iterator[Put]:
    """Put files into a new folder."""
    with whole_folder(target) as draft:

        def put(name: str, data: bytes) -> None:
            path = draft / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)

        yield put


@contextmanager
def zipped(target: Path) -> Iterator[Put]:
    """Put files into a new zip file, stored as they are: images are compressed already."""
    with whole_file(target) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        yield archive.writestr
