"""A whole session by keys: what was typed is what comes out, whatever happens to the server meanwhile."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Response, expect

from quandary.core.events import AnswerGiven
from quandary.project.folder import open_project
from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.cli.command import done, running
from tests.cli.sources import texts

NOTE = "ask Kim about <this> one"


@dataclass
class Ledger:
    """What the person remembers, and what the page was told is saved."""

    desk: Desk
    said: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk.page.on("response", self._told)

    def _told(self, response: Response) -> None:
        request = response.request
        if request.method == "POST" and urlsplit(request.url).path.endswith("/answers") and response.status == 200:
            sent = json.loads(request.post_data or "")
            self.acknowledged[sent["key"]] = sent["value"]

    def answer(self, *names: str) -> list[str]:
        """Answer the next items so; their ids."""
        items = []
        for name in names:
            items.append(self.desk.say(name))
            self.said[items[-1]] = name
        return items

    def undo(self) -> str:
        """Take back the last answer; the item that is asked again."""
        self.desk.press("z")
        item = self.desk.ready()
        del self.said[item]
        return item

    def rename(self, old: str, new: str) -> None:
        """A class has another name now, or went into another one."""
        self.said = {item: new if name == old else name for item, name in self.said.items()}


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
    check_log(project, ledger, skipped, noted)


def first_hour(desk: Desk, ledger: Ledger) -> None:
    """Answers and undoing: several that the server has, one that has not left yet, one that was tried in vain."""
    items = ledger.answer("good", "bad", "good", "bad", "strange", "odd")
    desk.saved()
    assert [ledger.undo() for _ in range(3)] == items[:2:-1]
    assert ledger.answer("bad", "strange", "good") == items[3:]
    desk.saved()
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


def check_log(folder: Path, ledger: Ledger, skipped: str, noted: str) -> None:
    """Every answer that the page was told is saved lies in the log once, as it was sent."""
    with open_project(folder, write=False) as project:
        given = [event for event in project.read() if isinstance(event, AnswerGiven)]
        state = project.state()
    assert set(Counter(event.key for event in given).values()) == {1}
    assert {event.key: event.value for event in given}.items() >= ledger.acknowledged.items()
    assert {event.key for event in given} == set(ledger.acknowledged)
    assert state.counts().skipped == 1
    assert state.counts().unsure == 1
    assert state.notes == {state.ids.position(noted): NOTE}
    assert skipped not in ledger.said
