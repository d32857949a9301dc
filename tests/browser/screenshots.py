"""Pictures of every page and state, to be looked at: ``python -m tests.browser.screenshots FOLDER [STATE ...]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from tests.bring_browser import ARGUMENTS, HELP, find
from tests.browser.desk import Desk
from tests.browser.states import STATES
from tests.browser.watch import Watch
from tests.browser.worlds import house, live_in

SIZES = {"1440": (1440, 900), "390": (390, 844)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PICTURES_THERE = "() => [...document.images].every((one) => one.complete || one.loading === 'lazy')"


def main(folder: Path, wanted: list[str]) -> None:
    """Take the pictures of the states called ``wanted``, or of all."""
    browser = find()
    if browser is None:
        sys.exit(HELP)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, house(Path(scratch)) as home, sync_playwright() as playwright:
        live_in(home)
        running = playwright.chromium.launch(executable_path=browser, args=[*ARGUMENTS])
        for size, (width, height) in SIZES.items():
            context = running.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
            desk = Desk(context.new_page(), home.url("messages"), Watch(home.origin))
            desk.open()
            for name in wanted or STATES:
                STATES[name](desk, home)
                desk.page.wait_for_function(PICTURES_THERE)
                for scheme in SCHEMES:
                    desk.page.emulate_media(color_scheme=scheme)
                    desk.page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
                context.set_offline(False)
                desk.page.evaluate("localStorage.clear()")
        running.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
