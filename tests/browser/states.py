"""Every page and state a person can come to, each as a way to get there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.worlds import House

Enter = Callable[[Desk, House], None]


def at(project: str, rest: str = "", then: Callable[[Desk], None] = lambda desk: None) -> Enter:
    """Open a page of a project and do something there."""

    def enter(desk: Desk, home: House) -> None:
        desk.page.goto(home.url(project) if not rest else home.url(project, rest.partition("?")[0]) + _more(rest))
        expect(desk.find("main").first).to_be_visible()
        expect(desk.find("[aria-busy=true]")).to_have_count(0)
        then(desk)

    return enter


def _more(rest: str) -> str:
    query = rest.partition("?")[2]
    return f"&{query}" if query else ""


def phone(desk: Desk) -> bool:
    """Whether the page is as narrow as on a phone."""
    return (desk.page.viewport_size or {"width": 0})["width"] <= 760


def labeling(desk: Desk) -> None:
    desk.ready()
    expect(desk.find("button.ans").first).to_be_visible()


def key(name: str, shown: str) -> Callable[[Desk], None]:
    """Press a key on the labeling page and wait for what it opens."""

    def then(desk: Desk) -> None:
        labeling(desk)
        desk.press(name)
        expect(desk.find(shown)).to_be_visible()

    return then


def side(desk: Desk) -> None:
    """The panel at the side, which a phone opens by a button."""
    labeling(desk)
    if phone(desk):
        desk.button("Last answers, accuracy, classes").click()
    expect(desk.find(".side .recent")).to_be_visible()


def all_classes(desk: Desk) -> None:
    """The list of many classes: beside the buttons, or a sheet on a phone."""
    labeling(desk)
    if phone(desk):
        desk.button("All 40 classes").click()
    else:
        desk.press("/")
        desk.page.keyboard.type("card")
    expect(desk.find(".classlist")).to_be_visible()


def menu(desk: Desk) -> None:
    """The links of a phone."""
    labeling(desk)
    if phone(desk):
        desk.button("Menu", exact=True).click()
    expect(desk.find("nav")).to_be_visible()


def filters(desk: Desk) -> None:
    """What the list of items is narrowed by."""
    if phone(desk):
        desk.button("Filter", exact=True).click()
    expect(desk.find(".facets")).to_be_visible()
    expect(desk.find(".itemrow, .tile").first).to_be_visible()


def change(action: str, name: str) -> Callable[[Desk], None]:
    """Begin to change a class."""

    def then(desk: Desk) -> None:
        desk.button(f"{action} {name}", exact=True).click()
        expect(desk.page.get_by_role("region", name=f"{action} {name}")).to_be_visible()
        if action == "Merge":
            desk.page.get_by_label("Into").select_option(index=1)
        if action != "Rename":
            expect(desk.find(".before")).to_be_visible()

    return then


def opened(desk: Desk) -> None:
    expect(desk.page.get_by_role("dialog").locator(".opened")).to_be_visible()


def again(desk: Desk) -> None:
    """An earlier answer is looked at again."""
    side(desk)
    desk.find(".recent button").first.click()
    expect(desk.find(".why")).to_contain_text("A new answer replaces it")


def away(desk: Desk) -> None:
    """The server cannot be reached, and answers wait."""
    labeling(desk)
    desk.ready_to_be_alone()
    desk.watch.away = True
    desk.page.context.set_offline(True)
    desk.answer("1")
    expect(desk.find(".banner")).to_be_visible()


def back(desk: Desk) -> None:
    desk.press("z")
    desk.page.context.set_offline(False)
    desk.saved()


def signed_out(desk: Desk) -> None:
    """The server does not know this browser any more."""
    labeling(desk)
    desk.ready_to_be_alone()
    desk.watch.away = True
    desk.page.context.clear_cookies()
    desk.press("z")
    expect(desk.page.get_by_role("dialog", name="Sign in to go on")).to_be_visible()


def nothing_left(desk: Desk) -> None:
    expect(desk.find(".item.empty h2")).to_be_visible()


def heading(desk: Desk) -> None:
    expect(desk.find("main h1").first).to_be_attached()


def chart(desk: Desk) -> None:
    expect(desk.find("main canvas")).to_be_visible()


def list_of_projects(desk: Desk, home: House) -> None:
    desk.page.goto(home.url("messages"))
    desk.page.goto(home.origin)
    expect(desk.find("main li").first).to_be_visible()


STATES: dict[str, Enter] = {
    "label-text": at("messages", then=labeling),
    "label-image": at("pictures", then=labeling),
    "label-table": at("customers", then=labeling),
    "label-many": at("intents", then=labeling),
    "label-many-found": at("intents", then=all_classes),
    "label-one": at("single", then=labeling),
    "label-side": at("messages", then=side),
    "label-menu": at("messages", then=menu),
    "label-why": at("pictures", then=key("w", ".drawer")),
    "label-guide": at("messages", then=key("g", ".drawer")),
    "label-keys": at("messages", then=key("?", "dialog")),
    "label-note": at("messages", then=key("n", ".notebox")),
    "label-hidden": at("pictures", then=key("h", ".guessline .swatch")),
    "label-again": at("messages", then=again),
    "label-nothing-left": at("finished", then=nothing_left),
    "overview": at("messages", "/overview", chart),
    "overview-unmeasured": at("pictures", "/overview", heading),
    "overview-new": at("customers", "/overview", heading),
    "items": at("messages", "/items", filters),
    "items-grid": at("pictures", "/items", filters),
    "items-none": at("messages", "/items?q=zzzz", heading),
    "item-text": at("messages", "/items?item=3", opened),
    "item-image": at("pictures", "/items?item=red-01.png", opened),
    "item-table": at("customers", "/items?item=4", opened),
    "classes": at("messages", "/classes", heading),
    "classes-rename": at("messages", "/classes", change("Rename", "praise")),
    "classes-merge": at("messages", "/classes", change("Merge", "praise")),
    "classes-delete": at("messages", "/classes", change("Delete", "praise")),
    "classes-many": at("intents", "/classes", heading),
    "export": at("messages", "/export", heading),
    "projects": list_of_projects,
    "unknown": at("messages", "/nowhere", heading),
    "no-such-project": at("nobody", then=heading),
    "sign-in": at("messages", then=signed_out),
    "server-away": at("intents", then=away),
}
