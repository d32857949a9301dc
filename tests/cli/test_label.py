"""From a file to labels, a model and predictions, through the real commands."""

import csv
import json
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import Running, done, quandary, refused, running
from tests.cli.sources import images, texts


def answer(server: Running, truth: dict[str, str], count: int) -> dict[str, str]:
    """Answer ``count`` questions from the key; what was answered."""
    given = {}
    for number in range(count):
        (item,) = server.client.get("/next?n=1")["items"]
        name = item["item"]
        server.client.post(
            "/answers", {"key": f"key-{number}-{name}", "item": name, "value": truth[name], "seconds": 1.5}
        )
        given[name] = truth[name]
    return given


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_whole_way(tmp_path: Path) -> None:
    source = texts(tmp_path / "mood.csv", labels=False)
    key = {f"m{i}{j}": "good" if j < 3 else "bad" for i in range(5) for j in range(6)}
    with running("label", source, "--id", "key", "--classes", "good,bad", "--port", "0") as server:
        parts = urlsplit(server.url)
        assert (parts.hostname, parts.path) == ("127.0.0.1", "/p/mood")
        given = answer(server, key, 8)
        assert server.stop(signal.SIGINT) == ""
        assert server.process.returncode == 0
    with running("label", source) as server:
        assert server.client.get()["progress"]["labeled"] == 8
        given |= answer(server, key, 4)
        server.stop(signal.SIGTERM)
        assert server.process.returncode == 0

    project = tmp_path / "mood.quandary"
    ran = quandary("export", project, "--to", tmp_path / "out.csv")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "12 items written" in ran.stderr
    exported = rows(tmp_path / "out.csv")
    assert list(exported[0])[:8] == [
        "id",
        "label",
        "annotator",
        "answered_at",
        "seconds",
        "reason",
        "strategy",
        "model_version",
    ]
    assert {row["id"]: row["label"] for row in exported} == given
    assert {row["seconds"] for row in exported} == {"1.5"}

    done("predict", project, source, "--to", tmp_path / "said.csv")
    predicted = rows(tmp_path / "said.csv")
    assert [row["id"] for row in predicted] == list(key)
    assert {"class", "probability", "margin", "p_good", "p_bad"} <= set(predicted[0])
    assert all(float(row["p_good"]) + float(row["p_bad"]) == pytest.approx(1, abs=1e-5) for row in predicted)


def test_one_line_on_stdout_and_nothing_on_stderr(tmp_path: Path) -> None:
    with running("label", texts(tmp_path / "a.csv"), "--classes", "good,bad") as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.communicate() == ("", "")


def test_labels_of_the_source_count(tmp_path: Path) -> None:
    with running("label", texts(tmp_path / "a.csv"), "--label", "mood") as server:
        found = server.client.get()
        assert found["progress"]["labeled"] == 30
        assert {c["name"]: c["count"] for c in found["classes"]} == {"bad": 15, "good": 15}
        assert server.client.get("/next?n=1")["nothing_left"] == "all_labeled"


def test_strangers_are_warned_of(tmp_path: Path) -> None:
    with running("label", texts(tmp_path / "a.csv"), "--classes", "a,b", "--host", "0.0.0.0") as server:
        server.process.terminate()
        assert server.process.communicate()[1].startswith(
            "warning: on 0.0.0.0 others on the network can reach this page"
        )


def test_project_lies_where_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    project = tmp_path / "elsewhere" / "p.quandary"
    with running("label", texts(tmp_path / "a.csv"), "--classes", "a,b", "--project", project) as server:
        assert "/p/p?" in server.url
    assert project.is_dir()
    assert not (tmp_path / "a.quandary").exists()


def test_status_tells_people_and_machines(tmp_path: Path) -> None:
    with running("label", images(tmp_path / "shots", broken=2), "--label", "folder", "--audit", "0") as server:
        server.stop()
    project = tmp_path / "shots.quandary"
    shown = done("status", project)
    assert "12 of 12 images" in shown
    assert "left out (2), as they cannot be read:" in shown
    assert "red/broken0.png" in shown
    found = json.loads(done("status", project, "--json"))
    assert found["progress"]["labeled"] == 12
    assert [(c["name"], c["count"]) for c in found["classes"]] == [("green", 6), ("red", 6)]
    assert [each["name"] for each in found["skipped_files"]] == ["red/broken0.png", "red/broken1.png"]


def test_images_come_out_by_class(tmp_path: Path) -> None:
    with running("label", images(tmp_path / "shots"), "--label", "folder") as server:
        server.stop()
    done("export", tmp_path / "shots.quandary", "--to", tmp_path / "sorted", "--format", "folder")
    assert len(list((tmp_path / "sorted" / "green").glob("*.png"))) == 6


def test_export_says_what_can_be_written(tmp_path: Path) -> None:
    with running("label", texts(tmp_path / "a.csv"), "--label", "mood") as server:
        server.stop()
    project = tmp_path / "a.quandary"
    assert ".csv" in refused("export", project, "--to", tmp_path / "x.docx")
    assert "csv" in refused("export", project, "--to", tmp_path / "x.csv", "--format", "exel")
    assert "make it first" in refused("export", project, "--to", tmp_path / "none" / "x.csv")


def test_serve_offers_every_project_of_a_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with running("label", texts(tmp_path / f"{name}.csv"), "--label", "mood") as server:
            server.stop()
    with running("serve", tmp_path) as server:
        assert "/p/one?" in server.url
        assert server.client.get()["name"] == "one"
        server.process.terminate()
    (tmp_path / "empty").mkdir()
    assert "none of its folders ends in .quandary" in refused("serve", tmp_path / "empty")


def test_newer_project_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    with running("label", texts(tmp_path / "a.csv"), "--label", "mood") as server:
        server.stop()
    database = sqlite3.connect(tmp_path / "a.quandary" / "project.db")
    with database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    before = (tmp_path / "a.quandary" / "project.db").read_bytes()
    assert "newer" in refused("label", tmp_path / "a.csv", "--no-browser")
    assert "newer" in refused("status", tmp_path / "a.quandary")
    assert (tmp_path / "a.quandary" / "project.db").read_bytes() == before
