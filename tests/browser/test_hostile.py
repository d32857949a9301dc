"""Whatever stands in the data is text: nothing of it runs, calls out or is changed, in any page or export.

What must never happen is held by ``tests.browser.watch`` for every page that is opened here.
"""

from __future__ import annotations

import csv
import json
import os
import zipfile
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from quandary.core.cells import unmark
from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.hostile import CLASSES, LINES, TEXTS, TYPED, file_name
from tests.cli.command import done, running

PAGES = ("Overview", "Items", "Classes", "Export")
COLUMN = "<img src=x onerror=window.__pwned=1> =1+1"


def walk(desk: Desk) -> None:
    """Look at every page around the labeling page, and come back."""
    for name in PAGES:
        desk.go(name)
        expect(desk.find("main h1")).to_be_attached()
        expect(desk.find("[aria-busy=true]")).to_have_count(0)
        desk.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    desk.go("Label")


def download(desk: Desk, format: str, folder: Path) -> Path:
    """Take an export along, as a person does."""
    desk.go("Export")
    desk.find(f"input[name=format][value={format}]").check()
    with desk.page.expect_download() as started:
        desk.page.get_by_role("link", name="Download").first.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file without the marks before what looks like a formula."""
    with path.open(newline="", encoding="utf-8") as file:
        return [{unmark(name): unmark(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def test_texts_columns_and_classes_stay_text(tmp_path: Path, visit: Open) -> None:
    source = tmp_path / "hostile.jsonl"
    refused = ["half \ud83d a character"]
    lines = [json.dumps({"text": text, COLUMN: text[:80]}) for text in (*TEXTS, *refused)]
    source.write_text("\n".join(lines))
    with running("label", source, "--text", "text", "--classes", ",".join(CLASSES), "--port", "0") as server:
        desk = visit(server.url)
        desk.go("Classes")
        field = desk.page.get_by_label("Name", exact=True)
        for name in TYPED:
            field.fill(name)
            field.press("Enter")
            expect(field).to_have_value("")
        assert desk.find(".classrow b").all_text_contents() == [*CLASSES, *TYPED]
        desk.go("Label")
        assert list(desk.keys) == [*CLASSES, *TYPED]
        said, shown = label_all(desk, len(TEXTS))
        walk(desk)
        files = [download(desk, name, tmp_path) for name in ("csv", "jsonl")]
    assert "half a character" in done("status", tmp_path / "hostile.quandary")
    assert shown == {str(i): text for i, text in enumerate(TEXTS)}
    assert set(said.values()) == {*CLASSES, *TYPED}
    rows = {row["id"]: row for row in table(files[0])}
    assert {item: row["label"] for item, row in rows.items()} == said
    for i, text in enumerate(TEXTS):
        assert (rows[str(i)]["text"], rows[str(i)][COLUMN]) == (text, text[:80])
    kept = [json.loads(line) for line in files[1].read_text(encoding="utf-8").split("\n") if line]
    assert {line["id"]: line["label"] for line in kept} == said
    assert [line["text"] for line in sorted(kept, key=lambda line: int(line["id"]))] == TEXTS


def label_all(desk: Desk, count: int) -> tuple[dict[str, str], dict[str, str]]:
    """Answer every item, one class after the other; what was said, and what was shown, by item."""
    said, shown = {}, {}
    names = cycle(desk.keys)
    desk.ready()
    for number in range(count):
        item, name = desk.ready(), next(names)
        shown[item] = str(desk.page.evaluate("document.querySelector('.reader .msg').textContent"))
        assert desk.find(".reader dt").first.text_content() == COLUMN
        said[item] = desk.say_after_change(name) and name if number == 0 else desk.say(name) and name
    expect(desk.find(".item.empty")).to_contain_text("Nothing left to ask")
    desk.saved()
    return said, shown


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Path, set[str], int]:
    """A folder of images with hostile names; those that can be items, and how many cannot."""
    folder, names, refused = tmp_path / "pictures", set(), 0
    for number, text in enumerate(LINES):
        if (name := file_name(text)) is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (24, 24), (number * 4, 90, 255 - number * 4)).save(path)
        if text.startswith("C:"):  # starts at a drive on Windows
            refused += 1
        elif not text.startswith("."):  # hidden files are no items
            names.add(path.relative_to(folder).as_posix())
    with suppress(OSError):  # some systems take names of any bytes
        Image.new("RGB", (24, 24)).save(folder / os.fsdecode(b"half\xff.png"))
        refused += 1
    assert len(names) >= 50
    return folder, names, refused


def test_file_names_stay_text(tmp_path: Path, pictures: tuple[Path, set[str], int], visit: Open) -> None:
    folder, names, refused = pictures
    classes = ["plain", "<img src=x onerror=window.__pwned=1>", "constructor"]
    with running("label", folder, "--classes", ",".join(classes), "--audit", "0", "--port", "0") as server:
        desk = visit(server.url)
        said = label_pictures(desk, classes[:2], 8)
        expect(desk.find(".status")).to_contain_text("Model knows 8 of 8")
        desk.page.reload()
        desk.ready()
        assert desk.guess in classes[:2]
        assert "NaN" not in desk.find(".dock").inner_text()
        said |= label_pictures(desk, classes, len(names) - 8)
        walk(desk)
        desk.go("Items")
        tiles = desk.find(".tile")
        assert set(tiles.locator(".sr").all_text_contents()) <= names
        name = tiles.first.locator(".sr").text_content()
        tiles.first.click()
        expect(desk.page.get_by_role("dialog").get_by_role("heading").first).to_have_text(str(name))
        desk.page.keyboard.press("Escape")
        files = [download(desk, name, tmp_path) for name in ("csv", "folder")]
    assert {row["id"]: row["label"] for row in table(files[0])} == said
    assert set(said) == names
    assert {row["name"] for row in table(files[0])} == names
    with zipfile.ZipFile(files[1]) as archive:
        inside = [info.filename for info in archive.infolist() if info.filename.endswith(".png")]
    assert len(inside) == len(names)
    assert not any(".." in name.split("/") or name.startswith("/") for name in inside)
    assert f"left out ({refused})" in done("status", tmp_path / "pictures.quandary")


def label_pictures(desk: Desk, classes: list[str], count: int) -> dict[str, str]:
    """Answer so many items, one class after the other; what was said."""
    said: dict[str, str] = {}
    for _, name in zip(range(count), cycle(classes), strict=False):
        asked = desk.ready()
        assert desk.find(".film img").get_attribute("alt") == asked
        said[desk.say(name)] = name
    desk.saved()
    return said


def test_columns_and_cells_of_a_table_stay_text(tmp_path: Path, visit: Open) -> None:
    source = tmp_path / "table.csv"
    columns = LINES[:24]
    cells = [[LINES[(7 * row + column) % len(LINES)] for column in range(len(columns))] for row in range(8)]
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *cells])
    with running("label", source, "--classes", "yes,no", "--port", "0") as server:
        desk = visit(server.url)
        for _ in cells:
            row = int(desk.ready())
            assert desk.find(".record dt").all_text_contents() == columns
            assert desk.find(".record dd.v").all_text_contents() == cells[row]
            desk.say("yes")
        walk(desk)
        path = download(desk, "csv", tmp_path)
    for line in table(path):
        assert [line[column] for column in columns] == cells[int(line["id"])]


def test_the_watch_sees_what_it_is_there_for(tmp_path: Path, visit: Open) -> None:
    source = tmp_path / "few.csv"
    source.write_text("text\none\ntwo\n")
    inline = "<img src=data: onerror=window.__pwned=2>"
    with running("label", source, "--text", "text", "--classes", "yes,no", "--port", "0") as server:
        desk = visit(server.url)
        desk.ready()
        for bad, told in {
            "window.__pwned = 1": "pwned: 1",
            "alert(1)": "dialog: alert",
            "console.error('bad')": "console error: bad",
            "void fetch('http://evil.invalid/').catch(() => 0)": "policy: connect-src",
            f"document.body.insertAdjacentHTML('beforeend', '{inline}')": "policy: script-src",
            "void setTimeout(() => { throw new Error('oops') })": "page error: oops",
            "void setTimeout(() => location.assign('http://evil.invalid/'))": "left the server: http://evil.invalid/",
        }.items():
            desk.page.evaluate(bad)
            desk.watch.wait_for(desk.page, told)
        desk.watch.odd.clear()
