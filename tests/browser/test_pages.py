"""What each page is for, tried by a person: kinds of items, guesses, many classes, curve, items, export."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.worlds import COLORS, MANY, WORDS, House

TRIES = 30


def label_of(home: House, project: str, item: str) -> str | None:
    """The label that the server has for an item."""
    with home.client(project) as client:
        label: str | None = client.get(f"/items/{item}")["label"]
    return label


def percents(desk: Desk) -> list[int]:
    """The probabilities on the answer buttons."""
    shown = desk.find(".ans .pct").all_inner_texts()
    return [int(found[0]) for text in shown if (found := re.findall(r"\d+", text))]


def test_a_guess_is_shown_can_be_hidden_and_taken(home: House, visit: Open) -> None:
    desk = visit(home.url("pictures"))
    item, guess = desk.ready(), desk.guess
    assert guess in COLORS
    assert len(percents(desk)) == len(COLORS)
    assert 97 <= sum(percents(desk)) <= 103
    desk.press("h")
    expect(desk.find(".guessline")).to_contain_text("guess is hidden")
    assert (desk.guess, percents(desk)) == ("", [])
    assert not any(color in desk.find(".why p").inner_text() for color in COLORS)
    desk.press("Enter")
    assert desk.item == item
    desk.press("h")
    assert desk.guess == guess
    assert desk.answer("Enter") == item
    desk.saved()
    assert label_of(home, "pictures", item) == guess


def test_nothing_sways_on_a_random_check(home: House, visit: Open) -> None:
    desk = visit(home.url("messages"))
    seen = set()
    for _ in range(TRIES):
        item, check = desk.ready(), desk.find(".why .tag.audit").is_visible()
        assert (desk.guess == "") == check
        assert (percents(desk) == []) == check
        if check:
            desk.press("Enter")
            assert desk.item == item
            assert "No guess here" in desk.find(".guessline").inner_text()
        seen.add(check)
        if len(seen) == 2:
            return
        desk.answer("1")
    raise AssertionError(f"only one kind of question in {TRIES}: {seen}")


def test_among_many_classes_one_is_found_by_typing(home: House, visit: Open) -> None:
    desk = visit(home.url("intents"))
    item = desk.ready()
    assert list(desk.keys.values()) == list("123456789")
    desk.press("/")
    field = desk.page.get_by_role("combobox", name="Find a class")
    expect(field).to_be_focused()
    desk.page.keyboard.type("intent 17")
    expect(desk.page.get_by_role("option")).to_have_text([MANY[17]])
    assert desk.item == item
    desk.page.keyboard.press("Enter")
    assert desk.item != item
    second = desk.ready()
    name = next(iter(desk.keys))
    assert desk.answer("1") == second
    desk.saved()
    assert (label_of(home, "intents", item), label_of(home, "intents", second)) == (MANY[17], name)


def test_one_class_alone_can_be_answered(home: House, visit: Open) -> None:
    desk = visit(home.url("single"))
    desk.ready()
    assert desk.keys == {"only": "1"}
    items = [desk.answer("1") for _ in range(3)]
    desk.saved()
    assert {label_of(home, "single", item) for item in items} == {"only"}
    desk.go("Overview")
    expect(desk.find("main")).to_contain_text("3 of 3")


def test_the_curve_is_drawn_once_there_are_checks(home: House, visit: Open) -> None:
    desk = visit(home.url("messages"))
    expect(desk.find(".side .chart canvas")).to_be_visible()
    desk.go("Overview")
    expect(desk.find("main .chart canvas")).to_be_visible()
    expect(desk.page.get_by_role("img", name="Accuracy on random checks went from")).to_be_visible()
    ink = desk.find("main .chart canvas").evaluate(
        "(c) => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )
    assert ink > 5
    expect(desk.find("main")).to_contain_text(re.compile(r"\d+–\d+ %"))
    other = visit(home.url("customers", "/overview"))
    expect(other.find("main")).to_contain_text("No curve yet")


def test_items_are_found_corrected_and_cleared(home: House, visit: Open) -> None:
    desk = visit(home.url("messages", "/items"))
    with home.client("messages") as client:
        (line,) = client.get("/items?kind=labeled&limit=1")["items"]
        labeled = client.get()["progress"]["labeled"]
    desk.find(".facets label", has_text=re.compile(r"^\s*Labeled")).click()
    expect(desk.find("main")).to_contain_text(f"{labeled} items")
    desk.page.get_by_role("searchbox").fill("refund")
    expect(desk.find("main .tag").first).to_contain_text("refund")
    expect(desk.find(".itemrow .what").first).to_contain_text("refund")
    desk.button("Remove filter refund").click()
    desk.find(".itemrow").filter(has_text=line["brief"][:40]).first.click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("A person said")
    other = next(name for name in WORDS if name != line["label"])
    dialog.get_by_role("group", name="Change the answer").get_by_role("button", name=other).click()
    expect(dialog.get_by_role("button", name=other, pressed=True)).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(desk.find(".itemrow").filter(has_text=line["brief"][:40]).first).to_contain_text(other)
    reached(home, line["item"], other)
    desk.find(".itemrow").filter(has_text=line["brief"][:40]).first.click()
    dialog.get_by_role("button", name="Clear answer").click()
    expect(dialog).to_contain_text("nothing yet")
    reached(home, line["item"], None)


def reached(home: House, item: str, label: str | None) -> None:
    """The page sends behind the person's back: wait until the server has it."""
    with home.client("messages") as client:
        told = client.events()
        while client.get(f"/items/{item}")["label"] != label:
            next(told)
        told.close()


def test_a_table_shows_its_odd_values(home: House, visit: Open) -> None:
    desk = visit(home.url("customers", "/items") + "&item=4")
    field = desk.find(".record dl > div", has_text="monthly charge")
    expect(field).to_contain_text("9999")
    expect(field).to_have_class(re.compile("odd"))
    expect(desk.find(".record dl > div", has_text="remarks")).to_contain_text(re.compile("missing|contract"))
    desk.page.keyboard.press("Escape")
    desk.go("Label")
    desk.answer("1")
    desk.saved()


def test_pictures_zoom_by_key_and_start_anew(home: House, visit: Open) -> None:
    desk = visit(home.url("pictures"))
    desk.ready()
    size = desk.find(".wellside")
    expect(size).to_have_text("128 × 96")
    desk.press("+")
    expect(size).to_contain_text("%")
    desk.press("0")
    expect(size).to_have_text("128 × 96")
    desk.press("+")
    desk.answer("1")
    expect(size).to_have_text("128 × 96")


def test_labels_and_predictions_are_taken_along(home: House, visit: Open, tmp_path: Path) -> None:
    desk = visit(home.url("messages", "/export"))
    with home.client("messages") as client:
        progress = client.get()["progress"]
    for link, count in (("Download predictions", progress["total"]), ("labels as .csv", progress["labeled"])):
        with desk.page.expect_download() as started:
            desk.page.get_by_role("link", name=link).click()
        started.value.save_as(tmp_path / "out.csv")
        with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
            assert len(list(csv.DictReader(file))) == count


def test_nothing_left_says_so(home: House, visit: Open) -> None:
    desk = visit(home.url("finished"))
    expect(desk.find(".item.empty")).to_contain_text("Nothing left to ask")
    desk.find(".item.empty").get_by_role("link", name="Export").click()
    expect(desk.find("main")).to_contain_text("12 labels on 12 items")
