"""Answers wait in the browser while the server cannot take them: none is lost, none comes twice."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Route, expect

from tests.browser.conftest import Open
from tests.browser.ledger import Ledger
from tests.cli.command import Running, running
from tests.cli.sources import texts

UNLIMITED = resource.RLIM_INFINITY


def arguments(folder: Path) -> list[str | Path]:
    source = folder / "mood.csv"
    return ["label", source if source.exists() else texts(source, labels=False), "--id", "key", "--text", "message"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running(*arguments(tmp_path), "--classes", "good,bad", "--port", "0") as started:
        yield started


def test_a_tab_reloaded_while_the_server_is_away_keeps_what_waits(server: Running, tmp_path: Path, visit: Open) -> None:
    desk = visit(server.url)
    ledger = Ledger(desk)
    ledger.answer("good", "bad")
    desk.saved()
    desk.ready_to_be_alone()
    desk.watch.away = True
    server.process.kill()
    server.process.wait()
    ledger.answer("bad", "good", "good")
    desk.waiting(3)
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        desk.page.reload()
    with running(*arguments(tmp_path), "--port", str(urlsplit(server.url).port)) as again:
        desk.page.goto(again.url)
        expect(desk.find(".recent button")).to_have_count(5)
        desk.saved()
        ledger.answer("bad")
        desk.saved()
        ledger.check(tmp_path / "mood.quandary")


def test_refusals_and_lost_replies_lose_nothing(server: Running, tmp_path: Path, visit: Open) -> None:
    """One server, one trouble after the other."""
    desk = visit(server.url)
    ledger = Ledger(desk)
    desk.ready_to_be_alone()
    desk.watch.away = True
    key_changed(ledger, server)
    disk_full(ledger, server)
    reply_lost(ledger)
    ledger.check(tmp_path / "mood.quandary")


def key_changed(ledger: Ledger, server: Running) -> None:
    """The server does not know this browser any more."""
    desk = ledger.desk
    desk.ready()
    desk.page.context.clear_cookies()
    ledger.answer("good")
    dialog = desk.page.get_by_role("dialog", name="Sign in to go on")
    expect(dialog).to_contain_text("1 answer kept here")
    dialog.get_by_label("Address or token").fill("a wrong key")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog).to_contain_text("not the key of this server")
    assert not ledger.acknowledged
    desk.sign_in(server.url)
    desk.saved()
    assert len(ledger.acknowledged) == 1


def disk_full(ledger: Ledger, server: Running) -> None:
    """The server's process may not write to any file, as on a full disk; then it may again."""
    desk, before = ledger.desk, len(ledger.acknowledged)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, UNLIMITED))
    ledger.answer("bad", "good")
    expect(desk.page.get_by_role("alert")).to_contain_text("Reading only: ")
    expect(desk.page.get_by_role("alert")).to_contain_text("2 answers kept on this device")
    expect(desk.find(".delivery")).to_have_text("Reading only, 2 waiting")
    assert len(ledger.acknowledged) == before
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))
    desk.button("Try now").click()
    desk.saved()
    expect(desk.page.get_by_role("alert")).not_to_be_visible()


def reply_lost(ledger: Ledger) -> None:
    """The server has an answer, and the line breaks before it says so: the page sends it again, or its undo."""
    desk = ledger.desk

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    desk.page.route("**/answers", lose)
    ledger.answer("bad")
    desk.waiting(1)
    desk.page.unroute("**/answers")
    desk.button("Try now").click()
    desk.saved()
    desk.page.route("**/answers", lose)
    ledger.answer("good")
    desk.waiting(1)
    ledger.undo()
    desk.page.unroute("**/answers")
    desk.button("Try now").click()
    desk.saved()
