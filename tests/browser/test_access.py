"""Everybody can use it: by keyboard alone, with a screen reader, in the dark, on a phone, with large letters."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe_script, faults
from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.states import STATES, chart, labeling
from tests.browser.worlds import House

PAGES = {"label": "", "overview": "/overview", "items": "/items", "classes": "/classes", "export": "/export"}
DESKTOP, PHONE = (1440, 900), (390, 844)

# What has the focus: a number that stays with it, a name, and whether a ring shows it.
FOCUS = """() => {
  const on = document.activeElement;
  if (!on || on === document.body) return null;
  const ring = (node) => node && getComputedStyle(node).outlineStyle !== 'none'
    && parseFloat(getComputedStyle(node).outlineWidth) >= 2;
  on.number ??= Math.random();
  return { number: on.number, name: on.outerHTML.slice(0, 90), ring: ring(on) || ring(on.closest('.format')) };
}"""
# What can be pressed or filled in; of a group of radio buttons one takes part in tabbing.
USABLE = """() => {
  const can = 'a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex="0"]';
  const shown = [...document.querySelectorAll(can)].filter((n) => n.checkVisibility() && !n.closest('[inert]'));
  const alone = shown.filter((node) => node.type !== 'radio');
  return alone.map((node) => [node.number ??= Math.random(), node.outerHTML.slice(0, 90)]);
}"""
BOXES = """() => [...document.querySelectorAll('.ans, .second .btn')].map((node) => {
  const { x, y, width, height } = node.getBoundingClientRect();
  return [(node.querySelector('bdi') ?? node).textContent, x, y, width, height];
})"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_state_has_a_serious_fault(home: House, visit: Open, size: tuple[int, int]) -> None:
    """In the light by all rules; in the dark by those about colors, since only these differ."""
    desk = visit(home.url("messages"), *size, reduced_motion="reduce")
    desk.page.context.add_init_script(path=axe_script())
    desk.watch.away = True  # a page that is not there answers 404
    found: dict[str, list[str]] = {}
    for name, enter in STATES.items():
        desk.page.emulate_media(color_scheme="light")
        enter(desk, home)
        found[name] = faults(desk.page)
        desk.page.emulate_media(color_scheme="dark")
        found[f"{name}, dark"] = faults(desk.page, "color-contrast", "link-in-text-block")
        leave(desk)
    assert not {name: lines for name, lines in found.items() if lines}


def leave(desk: Desk) -> None:
    """Undo what a state did to the browser."""
    desk.page.context.set_offline(False)
    desk.page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("page", PAGES)
def test_tab_reaches_everything_and_shows_where_it_is(home: House, visit: Open, page: str) -> None:
    desk = visit(home.url("messages", PAGES[page]))
    if page == "label":
        labeling(desk)
    if page == "overview":
        chart(desk)
    expect(desk.find("[aria-busy=true]")).to_have_count(0)
    usable: list[tuple[float, str]] = desk.page.evaluate(USABLE)
    reached: dict[float, Any] = {}
    while True:
        desk.page.keyboard.press("Tab")
        focus = desk.page.evaluate(FOCUS)
        if focus is None or focus["number"] in reached:
            break
        reached[focus["number"]] = focus
    assert [name for number, name in usable if number not in reached] == []
    assert [focus["name"] for focus in reached.values() if not focus["ring"]] == []


def test_buttons_answer_by_tab_and_enter(home: House, visit: Open) -> None:
    desk = visit(home.url("pictures"))
    item = desk.ready()
    buttons = desk.find(".ans")
    while desk.page.evaluate("!document.activeElement.closest('.ans')"):
        desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Tab")
    expect(buttons.nth(1)).to_be_focused()
    desk.page.keyboard.press("Enter")
    assert desk.item != item
    with home.client("pictures") as client:
        desk.saved()
        assert client.get(f"/items/{item}")["label"] == "green"


def test_single_keys_can_be_switched_off(home: House, visit: Open) -> None:
    desk = visit(home.url("pictures"))
    item = desk.ready()
    desk.press("?")
    desk.page.get_by_role("checkbox", name="Single keys answer").uncheck()
    desk.page.keyboard.press("Escape")
    for key in ("1", "s", "u", "Enter"):
        desk.press(key)
    assert desk.item == item
    desk.find(".ans").first.click()
    assert desk.item != item
    desk.press("Control+z")
    assert desk.ready() == item
    desk.saved()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_sticks_out_at_320_pixels(home: House, visit: Open, page: str) -> None:
    for project in ("messages", "pictures", "customers", "intents"):
        desk = visit(home.url(project, PAGES[page]), 320, 640)
        expect(desk.find("main h1").first).to_be_attached()
        expect(desk.find("[aria-busy=true]")).to_have_count(0)
        if page == "label":
            desk.ready()
        assert desk.page.evaluate("document.scrollingElement.scrollWidth") == 320


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_button_moves_from_item_to_item(home: House, visit: Open, size: tuple[int, int]) -> None:
    """Short texts and long, with a guess, without, and with guesses hidden."""
    desk = visit(home.url("messages"), *size)
    desk.ready()
    boxes, kinds = desk.page.evaluate(BOXES), set()
    assert len(boxes) == 7
    for number in range(10):
        if number == 5:
            desk.press("h")
        kinds.add(desk.guess != "")
        desk.answer(str(number % 3 + 1))
        desk.ready()
        assert desk.page.evaluate(BOXES) == boxes
    assert kinds == {True, False}
