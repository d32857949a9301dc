"""Nobody gets in without the token, from another host or from another origin: on every route of the app."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Route

from tests.server.conftest import HOST, TOKEN

FILLED = {"project": "mail", "item": "3", "rest": "export"}
SAFE = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
}


def endpoints(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path of the app."""
    return sorted(found(app.routes))


def found(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        assert isinstance(route, Route), f"{route} is not checked by this test"
        path = re.sub(r"{(\w+)(:\w+)?}", lambda m: FILLED[m[1]], route.path)
        yield from ((method, path) for method in route.methods or ())


def test_the_list_of_routes_is_whole(app: FastAPI) -> None:
    paths = {path for _, path in endpoints(app)}
    assert {"/openapi.json", "/", "/p/mail", "/assets/index-abc.js", "/api/projects/mail/events"} <= paths
    assert len(endpoints(app)) > 25
    assert not {"/docs", "/redoc"} & paths


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401),
        ({"authorization": f"Bearer {TOKEN}x"}, 401),
        ({"authorization": "Bearer "}, 401),
        ({"cookie": "quandary_token_8765=wrong"}, 401),
        ({"cookie": f"quandary_token_9999={TOKEN}"}, 401),
        ({"authorization": f"Bearer {TOKEN}", "host": "evil.example:8765"}, 421),
        ({"authorization": f"Bearer {TOKEN}", "host": "127.0.0.1:9999"}, 421),
        ({"authorization": f"Bearer {TOKEN}", "host": "127.0.0.1"}, 421),
        ({"authorization": f"Bearer {TOKEN}", "origin": "http://evil.example"}, 403),
        ({"authorization": f"Bearer {TOKEN}", "origin": "null"}, 403),
        ({"authorization": f"Bearer {TOKEN}", "origin": "http://127.0.0.1:9999"}, 403),
    ],
)
def test_refused_on_every_route(app: FastAPI, stranger: TestClient, headers: dict[str, str], status: int) -> None:
    for method, path in endpoints(app):
        if path == "/api/health" and status == 401:
            continue
        response = stranger.request(method, path, headers=headers)
        assert response.status_code == status, (method, path)
        assert response.headers.keys() >= SAFE, (method, path)
        assert "set-cookie" not in response.headers
        assert TOKEN not in response.text


def test_nothing_changed_by_refused_requests(client: TestClient, stranger: TestClient, app: FastAPI) -> None:
    before = client.get("/api/projects/mail").json()["version"]
    body = {"key": "k", "item": "3", "value": "spam"}
    for headers in ({}, {"authorization": f"Bearer {TOKEN}", "origin": "null"}):
        stranger.post("/api/projects/mail/answers", json=body, headers=headers)
    assert client.get("/api/projects/mail").json()["version"] == before


def test_health_needs_no_token(stranger: TestClient) -> None:
    assert stranger.get("/api/health").json() == {"status": "ok"}


def test_own_origin_and_other_own_names_pass(client: TestClient) -> None:
    assert client.get("/api/projects", headers={"origin": f"http://{HOST}"}).status_code == 200
    named = {"host": "LOCALHOST:8765", "origin": "http://localhost:8765"}
    assert client.get("/api/projects", headers=named).status_code == 200


def test_opening_the_printed_address_signs_in(stranger: TestClient) -> None:
    opened = stranger.get(f"/p/mail?token={TOKEN}&x=1")
    assert opened.status_code == 303
    assert opened.headers["location"] == "/p/mail?x=1"
    cookie = opened.headers["set-cookie"].lower()
    assert "quandary_token_8765=" in cookie
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert stranger.get("/p/mail").text.startswith("<!doctype html>")
    assert stranger.get("/api/projects/mail").status_code == 200


def test_the_token_opens_pages_only(stranger: TestClient) -> None:
    assert stranger.get(f"/api/projects/mail?token={TOKEN}").status_code == 401
    assert stranger.get("/p/mail?token=wrong").status_code == 401
    assert stranger.post(f"/p/mail?token={TOKEN}").status_code == 401


def test_signing_in_never_leads_elsewhere(stranger: TestClient) -> None:
    for path in ("/p//evil.example", "/p/%2F%2Fevil.example", "/p/..%5Cevil"):
        location = stranger.get(f"{path}?token={TOKEN}").headers["location"]
        assert location.startswith("/p/")


def test_a_browser_gets_a_page_that_says_what_to_do(stranger: TestClient) -> None:
    page = stranger.get("/p/mail", headers={"accept": "text/html"})
    assert page.status_code == 401
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "token" in page.text
    assert "<script" not in page.text


def test_large_bodies_are_refused(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    assert client.post("/api/projects/mail/answers", content=b"x" * 1_000_001).status_code == 413
    assert client.post("/api/projects/mail/answers", content=chunks()).status_code == 413


def test_errors_have_one_shape_and_safe_headers(client: TestClient) -> None:
    for method, path, status in [
        ("GET", "/nothing", 404),
        ("GET", "/api/projects/none", 404),
        ("GET", "/api/projects/mail/items/none", 404),
        ("PATCH", "/api/projects/mail", 405),
        ("GET", "/api/projects/mail/next?n=0", 422),
        ("POST", "/api/projects/mail/answers", 422),
        ("GET", "/api/projects/mail/items/%FF", 422),
    ]:
        response = client.request(method, path)
        assert response.status_code == status, path
        assert set(response.json()) == {"error"}
        assert set(response.json()["error"]) == {"kind", "message"}
        assert "\n" not in response.json()["error"]["message"]
        assert response.headers.keys() >= SAFE


def test_a_fault_of_ours_shows_and_logs_no_values(
    app: FastAPI, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "patient-4711"

    def broken() -> None:
        raise RuntimeError(secret)

    app.add_api_route("/api/broken", broken)
    response = client.get("/api/broken")
    assert response.status_code == 500
    assert response.json()["error"]["kind"] == "internal"
    assert response.headers.keys() >= SAFE
    assert "RuntimeError" in caplog.text
    assert secret not in caplog.text + response.text


def test_csp_allows_nothing_inline_and_nothing_foreign(client: TestClient) -> None:
    policy = client.get("/api/projects").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy
