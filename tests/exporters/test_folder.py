"""Images by class: names are safe everywhere, and the manifest knows the true ones."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.cells import unmark
from quandary.core.errors import ConfigError
from quandary.exporters.folder import FolderExporter
from quandary.exporters.names import SafeNames, safe
from tests.exporters.worlds import HOSTILE, FakeJob, hostile_job, row


def exported(job: FakeJob, target: Path) -> dict[str, bytes]:
    FolderExporter().write(job, target)
    if target.suffix == ".zip":
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name) for name in archive.namelist()}
    return {p.relative_to(target).as_posix(): p.read_bytes() for p in target.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", ["images", "images.zip"])
def test_every_image_is_there_once_under_its_class(name: str, tmp_path: Path) -> None:
    job = hostile_job()
    files = exported(job, tmp_path / name)
    manifest = list(csv.DictReader(io.StringIO(files.pop("manifest.csv").decode(), newline="")))
    assert sorted(files.values()) == sorted(data for _, _, data in job.files.values() if data)
    assert [unmark(record["label"]) for record in manifest] == HOSTILE
    for record in manifest:
        item = unmark(record["id"])
        assert files[unmark(record["file"])] == job.files[item][2]
    folders = {unmark(record["file"]).split("/")[0] for record in manifest}
    assert len({unicodedata.normalize("NFC", f).casefold() for f in folders}) == len(HOSTILE)


@pytest.mark.parametrize("name", ["images", "images.zip"])
def test_no_name_leads_out_or_is_reserved(name: str, tmp_path: Path) -> None:
    for path in exported(hostile_job(), tmp_path / name):
        parts = path.split("/")
        assert len(parts) <= 2
        for part in parts:
            assert part not in ("", ".", "..")
            assert not re.search(r'[<>:"\\|?*\x00-\x1f]', part)
            assert not part.endswith((".", " "))
            assert not PureWindowsPath(part).is_reserved()
            assert len(part.encode()) <= 120


def test_images_of_one_name_do_not_replace_each_other(tmp_path: Path) -> None:
    files: dict[str, tuple[str, str, bytes | None]] = {
        "x/1.png": ("cat", "x/1.png", b"one"),
        "y/1.png": ("cat", "y/1.png", b"two"),
        "z/1.PNG": ("cat", "z/1.PNG", b"three"),
    }
    out = exported(FakeJob([row(item) for item in files], files), tmp_path / "images")
    assert {k: v for k, v in out.items() if k != "manifest.csv"} == {
        "cat/1.png": b"one",
        "cat/1 (2).png": b"two",
        "cat/1 (3).PNG": b"three",
    }


def test_a_lost_image_is_noted_and_the_rest_goes_on(tmp_path: Path) -> None:
    files: dict[str, tuple[str, str, bytes | None]] = {"a": ("cat", "a.png", None), "b": ("cat", "b.png", b"two")}
    written = FolderExporter().write(FakeJob([row("a"), row("b")], files), tmp_path / "images")
    assert written.items == 1
    assert written.notes == ("left out: there is no file 'a.png'",)
    with (tmp_path / "images" / "manifest.csv").open(newline="") as file:
        assert [(r["id"], r["file"]) for r in csv.DictReader(file)] == [("a", ""), ("b", "cat/b.png")]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    exported(hostile_job(), tmp_path / "images")  # an empty one is fine
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigError, match="not empty"):
        exported(hostile_job(), tmp_path / "images")
    assert sorted(tmp_path.rglob("*")) == before


@given(name=st.text(st.characters()))
def test_safe_names_are_safe(name: str) -> None:
    made = safe(name)
    assert made
    assert made == safe(made)
    assert len(made.encode()) <= 101
    assert "/" not in made
    assert "\\" not in made
    assert not made.startswith(".")
    assert not made.endswith((".", " "))
    assert not PureWindowsPath(made).is_reserved()


@given(names=st.lists(st.text("aA.ß1 é/", max_size=4), max_size=20))
def test_no_two_names_become_one(names: list[str]) -> None:
    given_names = SafeNames()
    made = {name: given_names.of(name) for name in names}
    assert len({unicodedata.normalize("NFC", m).casefold() for m in made.values()}) == len(made)
    assert all(given_names.of(name) == made[name] for name in names)
