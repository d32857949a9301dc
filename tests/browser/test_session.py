"""A whole session by keys: what was typed is what comes out, whatever happens to the server meanwhile."""

from __future__ import annotations

import csv
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from quandary.cli.http import Client
from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.ledger import Ledger
from tests.cli.command import done, running
from tests.cli.sources import texts

PATIENT = 500  # requests until the goodbye of a closed tab must have arrived
NOTE = "ask Kim about <this> one"


def change_class(desk: Desk, action: str, name: str, to: str) -> None:
    """Rename or merge on the page of the classes, by way of its preview."""
    desk.go("Classes")
    desk.button(f"{action} {name}", exact=True).click()
    panel = desk.page.get_by_role("region", name=f"{action} {name}")
    if action == "Rename":
        panel.get_by_label("New name").fill(to)
    else:
        panel.get_by_label("Into").select_option(to)
    expect(panel).to_contain_text("Nothing has changed yet")
    panel.locator("form button.solid").click()
    expect(desk.find(".toast")).to_contain_text(to)
    desk.go("Label")


def test_the_export_is_what_was_typed(tmp_path: Path, visit: Open) -> None:
    source, project = texts(tmp_path / "mood.csv", labels=False), tmp_path / "mood.quandary"
    start: list[str | Path] = ["label", source, "--id", "key", "--text", "message"]
    with running(*start, "--classes", "good,bad,odd,strange", "--port", "0") as server:
        desk = visit(server.url)
        ledger = Ledger(desk)
        first_hour(desk, ledger)
        skipped, noted = without_label(desk)
        classes_change(desk, ledger)
        correct_from_the_strip(desk, ledger)
        desk.saved()
        desk.watch.away = True
        server.process.kill()
        server.process.wait()
        ledger.answer("fine", "bad", "odd")
        desk.waiting(3)
    with running(*start, "--port", str(urlsplit(server.url).port)) as server:
        desk.button("Try now").click()
        desk.sign_in(f"Open {server.url}")
        desk.saved()
        ledger.answer("fine", "bad")
        desk.saved()
    assert len(ledger.said) >= 12
    with (tmp_path / "mood.csv").open(encoding="utf-8") as file:
        messages = {row["key"]: row["message"] for row in csv.DictReader(file)}
    done("export", project, "--to", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sorted((row["id"], row["label"]) for row in rows) == sorted(ledger.said.items())
    assert all(row["message"] == messages[row["id"]] for row in rows)
    state = ledger.check(project)
    assert (state.counts().skipped, state.counts().unsure) == (1, 1)
    assert state.notes == {state.ids.position(noted): NOTE}
    assert skipped not in ledger.said


def first_hour(desk: Desk, ledger: Ledger) -> None:
    """Answers and undoing: several that the server has, one that has not left yet, one that was tried in vain."""
    items = ledger.answer("good", "bad", "good", "bad", "strange", "odd")
    desk.saved()
    assert [ledger.undo() for _ in range(3)] == items[:2:-1]
    assert ledger.answer("bad", "strange", "good") == items[3:]
    desk.saved()
    desk.ready_to_be_alone()
    desk.watch.away = True
    desk.page.context.set_offline(True)
    tried, kept = ledger.answer("bad", "odd")
    desk.waiting(2)
    assert ledger.undo() == kept
    desk.waiting(1)
    assert ledger.undo() == tried
    desk.page.context.set_offline(False)
    desk.saved()
    ledger.answer("good")


def without_label(desk: Desk) -> tuple[str, str]:
    """Skip one, be unsure of one, leave a note on one; the ids of the first and of the last."""
    skipped = desk.answer("s")
    desk.answer("u")
    noted = desk.ready()
    desk.press("n")
    expect(desk.page.get_by_label("Note on this item")).to_be_focused()
    desk.page.keyboard.type(NOTE)
    desk.page.keyboard.press("Control+Enter")
    expect(desk.find(".notebox")).not_to_be_visible()
    return skipped, noted


def classes_change(desk: Desk, ledger: Ledger) -> None:
    """One class gets another name, one goes into another, in the middle of the work."""
    change_class(desk, "Rename", "good", "fine")
    ledger.rename("good", "fine")
    change_class(desk, "Merge", "strange", "odd")
    ledger.rename("strange", "odd")
    assert set(desk.keys) == {"fine", "bad", "odd"}
    ledger.said[desk.say_after_change("fine")] = "fine"
    ledger.answer("bad", "odd")


def correct_from_the_strip(desk: Desk, ledger: Ledger) -> None:
    """An answer given a while ago was wrong."""
    asked = desk.ready()
    desk.find(".recent button").nth(2).click()
    expect(desk.find(".why")).to_contain_text("You said fine")
    item = desk.ready()
    assert ledger.said[item] == "fine"
    assert ledger.answer("bad") == [item]
    assert desk.ready() == asked


def test_a_closed_tab_holds_no_items(tmp_path: Path, visit: Open) -> None:
    source, project = texts(tmp_path / "mood.csv", labels=False), tmp_path / "mood.quandary"
    start: list[str | Path] = ["label", source, "--text", "message", "--classes", "good,bad", "--project", project]
    with running(*start, "--port", "0") as server:
        first, second = visit(server.url), visit(server.url)
        item = first.ready()
        assert second.ready() != item
        first.page.close()
        with closing(Client(server.url)) as client:
            asked = (client.get("/next?n=1")["items"][0]["item"] for _ in range(PATIENT))
            assert item in asked  # asking again gives what has become free since
