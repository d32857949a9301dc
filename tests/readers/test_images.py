from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from quandary.readers.source import open_source
from tests.readers.worlds import error_of, read, rows_of

NAMES = ["b/2.PNG", "a/x/1.jpg", "3.webp", "a/<script>.png", "a/=1+1.png", "a/ ümlaut 👩.png"]


def fill(root: Path, names: list[str] = NAMES) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), "red").save(root / name)
    return root


def png() -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, "PNG")
    return out.getvalue()


def test_a_folder_gives_its_images_by_relative_path(tmp_path: Path) -> None:
    root = fill(tmp_path / "pictures")
    for other in (".hidden.png", ".git/1.png", "notes.txt", "Thumbs.db"):
        (root / other).parent.mkdir(exist_ok=True)
        (root / other).write_bytes(png())
    source = open_source(root)
    rows = rows_of(source)
    assert [row.id for row in rows] == sorted(NAMES)
    assert rows[0].content == {"name": "3.webp"}
    assert (source.kind, dict(source.roles), source.columns, source.root) == (
        "image",
        {"image": "name"},
        ("name",),
        root,
    )
    assert {row.label for row in rows} == {None}
    assert source.skipped == []


def test_a_zip_file_gives_the_same(tmp_path: Path) -> None:
    root = fill(tmp_path / "pictures")
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        for name in NAMES:
            archive.write(root / name, name)
        archive.writestr("__MACOSX/a/._1.png", b"rubbish")
        archive.writestr("readme.txt", b"hello")
    source = open_source(tmp_path / "pictures.zip")
    assert rows_of(source) == read(root)
    assert source.skipped == []


def test_labels_come_from_the_sub_folders(tmp_path: Path) -> None:
    root = fill(
        tmp_path / "p", ["cat/1.png", "dog/x/2.png", "3.png", "train/cat/4.png", "Test/dog/5.png", "test/6.png"]
    )
    labels = {row.id: row.label for row in read(root, label="folder")}
    assert labels == {
        "cat/1.png": "cat",
        "dog/x/2.png": "dog",
        "3.png": None,
        "train/cat/4.png": "cat",
        "Test/dog/5.png": "dog",
        "test/6.png": "test",
    }


def test_broken_images_are_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    root = fill(tmp_path / "p", ["good.png", "sub/good.png"])
    (root / "cut.png").write_bytes(png()[:-30])
    (root / "empty.png").write_bytes(b"")
    (root / "markup.png").write_bytes(b"<svg><script>alert(1)</script></svg>")
    (root / "real.svg").write_bytes(b"<svg/>")
    (tmp_path / "secret.png").write_bytes(png())
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "gone.png").symlink_to(tmp_path / "nowhere.png")
    os.mkfifo(root / "pipe.png")
    source = open_source(root)
    for _ in range(2):
        assert [row.id for row in rows_of(source)] == ["good.png", "sub/good.png"]
        names = sorted(skip.name for skip in source.skipped)
        assert names == ["cut.png", "empty.png", "gone.png", "link.png", "markup.png", "pipe.png", "real.svg"]
    reasons = {skip.name: skip.reason for skip in source.skipped}
    assert "is a link out of 'p'" in reasons["link.png"]
    assert "convert it to PNG" in reasons["real.svg"]


def test_folders_that_are_links_are_not_followed(tmp_path: Path) -> None:
    root = fill(tmp_path / "p", ["a.png"])
    fill(tmp_path / "outside", ["secret.png"])
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(root)
    assert [row.id for row in read(root)] == ["a.png"]


@pytest.mark.parametrize(
    "name", ["../out.png", "/abs.png", "a/../../out.png", "C:/x.png", "a//b.png", "./a.png", "..\\o.png"]
)
def test_names_that_climb_out_of_a_zip_file_are_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("good.png", png())
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        archive.writestr(info, png())
    source = open_source(tmp_path / "a.zip")
    assert [row.id for row in rows_of(source)] == ["good.png"]
    assert len(source.skipped) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip"]


def test_bombs_and_repeats_in_a_zip_file_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.png", png())
        archive.writestr("bomb.png", bytes(30_000_000))
        archive.writestr("inner.zip", png())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("good.png", png())
    source = open_source(tmp_path / "a.zip")
    assert [row.id for row in rows_of(source)] == ["good.png"]
    assert {skip.name: "possible bomb" in skip.reason for skip in source.skipped} == {
        "bomb.png": True,
        "good.png": False,
    }


def test_folders_without_an_image_say_which_suffixes(tmp_path: Path) -> None:
    assert "holds no image; images end in .bmp, .gif, .jpeg" in error_of(tmp_path)
    (tmp_path / "data.csv").write_text("a\n1\n")
    assert "or name one of its files, such as" in error_of(tmp_path)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("page.svg", b"<svg/>")
    assert "'page.svg': this kind of file is not shown" in error_of(tmp_path / "a.zip")


def test_only_broken_images_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"nonsense")
    assert "none of the 1 images in" in error_of(tmp_path)


def test_columns_are_refused(tmp_path: Path) -> None:
    fill(tmp_path, ["a.png"])
    assert "holds images and has no column 'x' for text" in error_of(tmp_path, text="x")
    assert "with label='folder' the classes are the names of the sub-folders" in error_of(tmp_path, label="cat")


def test_names_that_are_no_text_are_skipped(tmp_path: Path) -> None:
    fill(tmp_path, ["good.png"])
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.png")).write_bytes(png())
    source = open_source(tmp_path)
    assert [row.id for row in rows_of(source)] == ["good.png"]
    assert [skip.name for skip in source.skipped] == ["bad?.png"]


def test_progress_is_told(tmp_path: Path) -> None:
    fill(tmp_path, [f"{i}.png" for i in range(70)])
    told: list[tuple[int, int]] = []
    list(open_source(tmp_path).rows(lambda done, total, what: told.append((done, total))))
    assert told == [(64, 70), (70, 70)]


def test_what_is_read_is_what_was_drawn(tmp_path: Path) -> None:
    from quandary.files.images import open_image

    pixels = np.random.default_rng(0).integers(0, 256, (9, 7)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    source = open_source(tmp_path)
    name = rows_of(source)[0].content[source.roles["image"]]
    assert np.array_equal(np.asarray(open_image(source.root, name)), pixels)
