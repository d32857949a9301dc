"""Each route does what docs/http.md says, over HTTP."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from quandary.project.create import create_project
from quandary.readers.source import open_source
from quandary.server.app import create_app
from quandary.service.service import Service
from tests.server.conftest import BASE, HOST, TOKEN
from tests.service.worlds import make_service, ranking, truth

P = "/api/projects/mail"


def body(item: str, key: str = "", **more: object) -> dict[str, object]:
    return {"key": key or f"key-{item}", "item": item, "value": truth(int(item)), **more}


def test_every_documented_route_is_there(app: FastAPI) -> None:
    text = (Path(__file__).parents[2] / "docs" / "http.md").read_text(encoding="utf-8")
    served = {(m, r.path) for r in app.routes for m in getattr(r, "methods", ())}  # type: ignore[attr-defined]
    documented = [line[4:] for line in text.splitlines() if line.startswith("### ")]
    assert documented
    for heading in documented:
        for part in heading.replace("`", "").split(" and "):
            method, address = part.split()
            path = (
                address.partition("?")[0].replace("P", "/api/projects/{project}", 1) if address[0] == "P" else address
            )
            path = path.replace("{id}", "{item}").replace("{p}", "{project}")
            assert (method, path) in served, heading


def test_a_project_as_documented(client: TestClient) -> None:
    assert client.get("/api/projects").json() == {
        "projects": [{"id": "mail", "name": "mail", "kind": "text", "labeled": 0, "total": 30, "open": 30}]
    }
    shown = client.get(P).json()
    plan = {"strategy": "margin", "learner": "logistic", "audit": 0.0, "seed": 0}
    assert shown["plan"] == {**plan, "representation": "text", "representation_why": ""}
    assert shown["classes"][0] == {
        "name": "billing",
        "key": "1",
        "index": 0,
        "count": 0,
        "predicted": None,
        "description": "",
    }
    assert shown["model"]["state"] == "starting"
    assert (shown["estimate"], shown["advice"], shown["read_only"], shown["skipped_files"]) == (None, None, None, 0)


def test_ask_answer_replay_and_misuse(client: TestClient) -> None:
    item = client.get(f"{P}/next?n=3").json()["items"][0]
    assert item["content"]["type"] == "text"
    first = client.post(f"{P}/answers", json=body(item["item"], n=3))
    assert first.status_code == 200
    assert first.json()["saved"] is True
    assert first.json()["progress"]["labeled"] == 1
    assert item["item"] not in [i["item"] for i in first.json()["next"]]
    again = client.post(f"{P}/answers", json=body(item["item"], n=5))
    assert again.content == first.content
    assert client.post(f"{P}/answers", json={**body(item["item"]), "value": None}).status_code == 409


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"key": "k", "item": "x", "value": "spam"}, 404, "no item called 'x'"),
        ({"key": "k", "item": "1", "value": "spm"}, 422, "billing, refund, spam"),
        ({"key": "k", "item": "1", "value": 3}, 422, "value"),
        ({"key": "k", "item": 1, "value": "spam"}, 422, "item"),
        ({"item": "1", "value": "spam"}, 422, "key"),
        ({"key": "k", "item": "1", "value": "spam", "n": 101}, 422, "n"),
        ({"key": "k", "item": "1", "value": "spam", "sceonds": 3}, 422, "sceonds"),
        ({"key": "\ud800", "item": "1", "value": "spam"}, 422, "key"),
    ],
)
def test_bad_answers_are_refused_in_one_line(
    client: TestClient, sent: dict[str, object], status: int, says: str
) -> None:
    response = client.post(f"{P}/answers", content=json.dumps(sent), headers={"content-type": "application/json"})
    assert response.status_code == status
    assert says in response.json()["error"]["message"]
    assert client.get(P).json()["progress"]["answers"] == 0


def test_not_even_json(client: TestClient) -> None:
    for content in (b"{", b"\xff", b"[" * 100_000, b'{"key": NaN}'):
        response = client.post(f"{P}/answers", content=content, headers={"content-type": "application/json"})
        assert response.status_code in {400, 422}
        assert response.json()["error"]["kind"] == "invalid"


def test_undo_delete_notes_and_the_list_of_answers(client: TestClient) -> None:
    for item in ("1", "2", "3"):
        client.post(f"{P}/answers", json=body(item))
    assert client.post(f"{P}/undo").json()["undone"] == {"item": "3", "value": "billing", "kind": "label"}
    assert client.post(f"{P}/undo", json={"key": "u"}).json()["undone"]["item"] == "2"
    assert client.post(f"{P}/undo", json={"key": "u"}).json()["undone"]["item"] == "2"
    assert client.delete(f"{P}/answers/1").json()["progress"]["labeled"] == 0
    assert client.delete(f"{P}/answers/1").status_code == 404
    assert client.put(f"{P}/items/4/note", json={"text": "<b>odd</b>"}).json()["saved"] is True
    assert client.get(f"{P}/items/4").json()["note"] == "<b>odd</b>"
    client.post(f"{P}/answers", json=body("5"))
    assert [a["item"] for a in client.get(f"{P}/answers?limit=5").json()["answers"]] == ["5"]


def test_items_classes_curve_and_exports(client: TestClient) -> None:
    client.post(f"{P}/answers", json=body("1"))
    found = client.get(f"{P}/items", params={"q": "winner", "limit": 2, "content": 1}).json()
    assert (found["total"], [i["item"] for i in found["items"]]) == (10, ["2", "5"])
    assert found["items"][0]["content"]["text"] == "winner prize click number 2"
    change = {"action": "rename", "name": "refund", "to": "return", "preview": True}
    assert client.post(f"{P}/classes", json=change).json()["affected"] == 1
    assert client.post(f"{P}/classes", json={**change, "preview": False}).json()["saved"] is True
    assert client.get(f"{P}/curve").json()["balance"] == [
        {"labels": 1, "counts": {"billing": 0, "return": 1, "spam": 0}}
    ]
    exports = client.get(f"{P}/exports").json()
    assert {"csv", "predictions"} <= {entry["name"] for entry in exports["formats"]}
    assert exports["preview"]["rows"][0][:2] == ["1", "return"]
    response = client.get(f"{P}/export?format=csv")
    assert "attachment" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [(row["id"], row["label"], row["annotator"]) for row in rows] == [("1", "return", "ann")]
    assert client.get(f"{P}/export?format=xls").status_code == 422


def test_text_is_sent_as_text(client: TestClient) -> None:
    response = client.get(f"{P}/items/2/content")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == "winner prize click number 2"


def test_callers_by_header_cookie_and_connection(app: FastAPI, service: Service) -> None:
    service.take_ranking(ranking(service, [str(i) for i in range(30)]))
    auth = {"authorization": f"Bearer {TOKEN}"}

    def ask(client: TestClient, **headers: str) -> str:
        item: str = client.get(f"{P}/next?n=1", headers={**auth, **headers}).json()["items"][0]["item"]
        return item

    with TestClient(app, base_url=BASE) as one, TestClient(app, base_url=BASE, client=("10.0.0.2", 1)) as two:
        assert [ask(one), ask(one)] == ["0", "0"]  # the cookie of the first reply
        assert ask(two) == "1"
        two.cookies.clear()
        assert ask(two) == "1"  # the same connection
        assert ask(one, **{"x-quandary-client": "tab"}) == "2"
        assert ask(two, **{"x-quandary-client": "tab"}) == "2"
        one.cookies.clear()
        assert "quandary_client" in one.get("/api/projects", headers=auth).cookies


def test_what_a_caller_held_is_free_when_it_leaves(app: FastAPI, service: Service) -> None:
    service.take_ranking(ranking(service, [str(i) for i in range(30)]))
    with TestClient(app, base_url=BASE, headers={"authorization": f"Bearer {TOKEN}"}) as client:

        def ask(tab: str) -> list[str]:
            items = client.get(f"{P}/next?n=3", headers={"x-quandary-client": tab}).json()["items"]
            return [item["item"] for item in items]

        assert [ask("one"), ask("two")] == [["0", "1", "2"], ["3", "4", "5"]]
        assert client.delete(f"{P}/leases", headers={"x-quandary-client": "one"}).status_code == 200
        assert ask("three") == ["0", "1", "2"]


def test_a_stranger_gets_the_order_that_one_caller_would_get(app: FastAPI, service: Service) -> None:
    service.take_ranking(ranking(service, [str(i) for i in range(30)]))
    auth = {"authorization": f"Bearer {TOKEN}"}
    for turn in range(5):  # a new connection for each request, and no cookies
        with TestClient(app, base_url=BASE, headers=auth, client=("10.0.0.3", 2 * turn)) as client:
            assert client.get(f"{P}/next?n=1").json()["items"][0]["item"] == str(turn)
        with TestClient(app, base_url=BASE, headers=auth, client=("10.0.0.3", 2 * turn + 1)) as client:
            client.post(f"{P}/answers", json=body(str(turn)))


def test_the_page_and_its_files(client: TestClient, service: Service, tmp_path: Path) -> None:
    for path in ("/", "/p/mail", "/p/mail/export"):
        assert client.get(path).headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/assets/index-abc.js").headers["content-type"].startswith("text/javascript")
    for path in ("/assets/..%2F..%2Fproject.db", "/assets/%2e%2e/index.html", "/mail.quandary/project.db", "/assets/"):
        assert client.get(path).status_code == 404
    unbuilt = create_app({"mail": service}, TOKEN, {HOST}, tmp_path / "nowhere")
    with TestClient(unbuilt, base_url=BASE, headers={"authorization": f"Bearer {TOKEN}"}) as other:
        assert "make page" in other.get("/p/mail").text


def test_openapi_describes_the_routes(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert "post" in paths["/api/projects/{project}/answers"]


def test_images_are_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "scans" / "a b"
    folder.mkdir(parents=True)
    image = Image.new("RGB", (60, 40), "red")
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    exif[0x0112] = 6  # lies on its side
    image.save(folder / "x#1.jpg", exif=exif)
    project = create_project(tmp_path / "scans.quandary", open_source(tmp_path / "scans"), classes=["x", "y"])
    service = Service(project, "scans", "ann")
    app = create_app({"scans": service}, TOKEN, {HOST})
    with TestClient(app, base_url=BASE, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        content = client.get("/api/projects/scans/next").json()["items"][0]["content"]
        assert content["url"] == "/api/projects/scans/items/a%20b%2Fx%231.jpg/content"
        assert (content["width"], content["height"]) == (40, 60)
        for url, size, kind in (
            (content["url"], (40, 60), "PNG"),
            (content["url"][:-7] + "thumb?size=30", (20, 30), "WEBP"),
        ):
            response = client.get(url)
            assert response.headers["content-type"] == f"image/{kind.lower()}"
            assert b"script" not in response.content
            opened = Image.open(io.BytesIO(response.content))
            assert (opened.size, opened.format, dict(opened.getexif())) == (size, kind, {})
        assert client.get("/api/projects/scans/items/..%2F..%2Fsecret/content").status_code == 404
    service.close()


def test_two_projects_keep_apart(tmp_path: Path) -> None:
    services = {}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        service = make_service(tmp_path / name)
        service.name = name
        services[name] = service
    app = create_app(services, TOKEN, {HOST})
    with TestClient(app, base_url=BASE, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        client.post("/api/projects/one/answers", json=body("1"))
        assert [p["labeled"] for p in client.get("/api/projects").json()["projects"]] == [1, 0]
