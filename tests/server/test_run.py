"""Where the server listens, and which projects it opens when."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from quandary.core.errors import ConfigError, DamagedProject, NotFound
from quandary.server.run import bind, hosts_of
from quandary.server.shelf import Shelf
from quandary.service.service import Service
from tests.service.worlds import make_service


def test_a_port_in_use_gives_way_to_the_next() -> None:
    with bind("127.0.0.1", 0) as first:
        taken = first.getsockname()[1]
        with bind("127.0.0.1", taken) as second:
            assert taken < second.getsockname()[1] < taken + 50


def test_an_address_of_another_machine_is_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match=r"cannot listen on host '192\.0\.2\.1'.*--host 127\.0\.0\.1"):
        bind("192.0.2.1", 8080)


def test_when_all_ports_are_taken_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*args: object, **kwargs: object) -> socket.socket:
        raise OSError(errno.EADDRINUSE, "in use")

    monkeypatch.setattr(socket, "create_server", taken)
    with pytest.raises(ConfigError, match="name another with --port"):
        bind("127.0.0.1", 8080)


def test_hosts_are_those_it_listens_on() -> None:
    local = {"127.0.0.1:8080", "localhost:8080", "[::1]:8080"}
    assert hosts_of("127.0.0.1", 8080) == hosts_of("::1", 8080) == local
    assert hosts_of("10.0.0.7", 8080) == {"10.0.0.7:8080"}
    assert hosts_of("localhost", 80) >= {"localhost", "localhost:80"}
    everywhere = hosts_of("0.0.0.0", 8080)
    assert local <= everywhere
    assert f"{socket.gethostname()}:8080" in everywhere


def test_projects_are_opened_when_they_are_asked_for(tmp_path: Path) -> None:
    opened: list[str] = []

    def open_one(name: str) -> Service:
        opened.append(name)
        return make_service(tmp_path)

    def glance(name: str) -> dict[str, object]:
        if name == "broken":
            raise DamagedProject("the log does not match")
        return {"id": name}

    shelf = Shelf(lambda: ["broken", "mail", "other"], open_one, glance)
    assert [line["id"] for line in shelf.overviews()] == ["mail", "other"]
    assert opened == []
    assert shelf["mail"] is shelf["mail"]
    assert opened == ["mail"]
    assert [line["labeled"] for line in shelf.overviews() if "labeled" in line] == [0]
    with pytest.raises(NotFound, match="did you mean 'mail'"):
        shelf["mial"]
    shelf.close()
