"""A server over a small project, spoken to without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from quandary.server.app import create_app
from quandary.service.service import Service
from tests.service.worlds import make_service

TOKEN = "s3cret-token-of-this-test"
HOST = "127.0.0.1:8765"
BASE = f"http://{HOST}"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = make_service(tmp_path)
    yield made
    made.close()


@pytest.fixture
def app(service: Service, tmp_path: Path) -> FastAPI:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>Quandary</title>")
    (static / "assets" / "index-abc.js").write_text("export {}")
    return create_app({"mail": service}, TOKEN, {HOST, "localhost:8765"}, static)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {TOKEN}"}) as made:
        yield made


@pytest.fixture
def stranger(app: FastAPI) -> Iterator[TestClient]:
    """A client without the token."""
    with TestClient(app, base_url=BASE, follow_redirects=False) as made:
        yield made
