"""A person at the page: looks, presses keys, reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.watch import Watch

PATIENCE = 60_000  # milliseconds: for machines that do much else; nothing waits so long where all is well
expect.set_options(timeout=PATIENCE)

# An item counts as seen two frames after it was put in, a picture once it is decoded.
SEEN = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  for (const picture of document.querySelectorAll('.film img')) await picture.decode().catch(() => undefined);
  await frame(); await frame(); await frame();
}"""


# The parts that the first screen lacks come a little later: after that, all of it works without the server.
WHOLE = """() => {
  const here = performance.getEntriesByType('resource').filter((one) => one.responseEnd > 0).map((one) => one.name);
  return ['SignIn', 'Banner', 'Nothing', 'Classes', 'Export'].every((part) => here.some((name) => name.includes(part)));
}"""


@dataclass
class Desk:
    """The labeling page and those around it, as one visitor has them open."""

    page: Page
    url: str
    watch: Watch

    def open(self) -> None:
        """Open the printed address."""
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(self.url)

    # ---- looking -------------------------------------------------------------------

    def find(self, selector: str, has_text: str | re.Pattern[str] | None = None) -> Locator:
        """Elements by CSS."""
        return self.page.locator(selector, has_text=has_text)

    def button(self, name: str, exact: bool = False) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=exact)

    @property
    def item(self) -> str:
        """The id of the item on screen; empty where there is none."""
        return str(self.page.evaluate("document.querySelector('.why .id bdi')?.textContent ?? ''"))

    @property
    def guess(self) -> str:
        """The class that the page says the model guesses; empty where it says none."""
        return str(self.page.evaluate("document.querySelector('.guessline .t bdi')?.textContent ?? ''"))

    @property
    def keys(self) -> dict[str, str]:
        """The classes on the answer buttons, each with its key."""
        expect(self.find("button.ans bdi").first).to_be_attached()
        script = "all => all.map((b) => [b.querySelector('bdi').textContent, b.querySelector('kbd').textContent])"
        pairs: list[list[str]] = self.page.eval_on_selector_all("button.ans:has(bdi)", script)
        return {name: key.lower() for name, key in pairs}

    @property
    def recent(self) -> list[str]:
        """What the strip of the last answers says, newest first: one text an answer."""
        return self.find(".recent button .what").all_inner_texts()

    def waiting(self, count: int) -> None:
        """See that the page says how many answers wait."""
        expect(self.find(".delivery")).to_contain_text(f"{count} waiting")

    def saved(self) -> None:
        """See that the page says that all is saved."""
        expect(self.find(".delivery")).to_have_text("Saved")

    # ---- doing ---------------------------------------------------------------------

    def ready(self) -> str:
        """Wait until an item is on screen and may be answered; its id."""
        expect(self.find(".why .id")).not_to_be_empty()
        self.page.evaluate(SEEN)
        return self.item

    def ready_to_be_alone(self) -> None:
        """Wait until the page needs no more files from the server."""
        self.page.wait_for_function(WHOLE)

    def press(self, key: str) -> None:
        """Press one key, as soon as the item was seen."""
        self.page.evaluate(SEEN)
        self.page.keyboard.press(key)

    def answer(self, key: str) -> str:
        """Answer the item on screen with one key; its id. The next item is there at once."""
        item = self.ready()
        self.page.keyboard.press(key)
        assert self.item != item, f"{key} did not answer {item}"
        return item

    def say(self, name: str) -> str:
        """Answer the item on screen with the key of a class; its id."""
        self.ready()  # before that there are no keys to read
        return self.answer(self.keys[name])

    def say_after_change(self, name: str) -> str:
        """The same when the classes changed just now: the page takes no answer for a second, so press again."""
        item = self.ready()
        while self.item == item:
            self.press(self.keys[name])
        return item

    def go(self, name: str) -> None:
        """Follow a link of the bar at the top: Label, Overview, Items, Classes, Export."""
        self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        path = "" if name == "Label" else f"/{name.lower()}"
        project = "/".join(urlsplit(self.url).path.split("/")[:3])
        expect(self.page).to_have_url(re.compile(rf"{re.escape(project + path)}(\?|$)"))

    def sign_in(self, address: str) -> None:
        """Paste the line that a server printed into the dialog that asks for it."""
        dialog = self.page.get_by_role("dialog", name="Sign in to go on")
        dialog.get_by_label("Address or token").fill(address)
        dialog.get_by_role("button", name="Go on").click()
        expect(dialog).not_to_be_visible()
