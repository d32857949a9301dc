"""The browser that every test of this folder drives, and pages in it that must behave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.bring_browser import ARGUMENTS, HELP, find
from tests.browser.desk import Desk
from tests.browser.watch import watched
from tests.browser.worlds import House, house, live_in

Open = Callable[..., Desk]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A running Chromium; each test opens its own context in it."""
    path = find()
    if path is None:
        pytest.fail(HELP)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        yield running
        running.close()


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One server with a project of every kind; some have answers and a model. Tests answer what they like in it."""
    with house(tmp_path_factory.mktemp("house")) as opened:
        live_in(opened)
        yield opened


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Opens an address as a new visitor: ``visit(url, width=..., height=..., color_scheme=...)``.

    At the end of the test nothing may have run, left the server or gone wrong on any of the pages, unless the
    test said so with ``desk.watch.away``.
    """
    with ExitStack() as stack:

        def open(url: str, width: int = 1440, height: int = 900, **options: Any) -> Desk:
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            stack.callback(context.close)
            desk = Desk(context.new_page(), url, stack.enter_context(watched(context, url)))
            desk.open()
            return desk

        yield open
