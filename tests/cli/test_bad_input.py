"""Bad input gets one clear line and status 2, and leaves nothing behind."""

from __future__ import annotations

import gzip
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import refused, running
from tests.cli.sources import images, texts


def xlsx_called_csv(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", "<workbook/>")
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def folder(path: Path, **files: bytes) -> Path:
    path.mkdir()
    for name, data in files.items():
        (path / name.replace("_", ".")).write_bytes(data)
    return path


Make = Callable[[Path], Path]
CASES: list[tuple[str, Make, list[str], str]] = [
    ("missing file", lambda d: d / "none.csv", [], "there is no file or folder"),
    (
        "missing column",
        lambda d: texts(d / "a.csv"),
        ["--text", "mesage"],
        "did you mean 'message'? The columns are: 'key'",
    ),
    ("missing id column", lambda d: texts(d / "a.csv"), ["--id", "nr"], "there is no column 'nr' for id"),
    ("empty file", lambda d: written(d / "a.csv", b""), [], "empty"),
    ("header alone", lambda d: written(d / "a.csv", b"text,id\n"), [], "no rows"),
    ("XLSX called CSV", lambda d: xlsx_called_csv(d / "a.csv"), [], "spreadsheet"),
    ("unknown suffix", lambda d: written(d / "a.docx", b"x"), [], "'.docx', which no reader knows; read are: .csv"),
    ("pickle", lambda d: written(d / "a.pkl", b"x"), [], "could run code when opened and is never read"),
    ("folder without images", lambda d: folder(d / "f", a_txt=b"x"), [], "image"),
    ("folder of broken images", lambda d: folder(d / "f", a_png=b"x", b_png=b""), [], "image"),
    ("broken gz", lambda d: written(d / "a.csv.gz", gzip.compress(b"text\nx\n")[:-9]), [], "a.csv.gz"),
    (
        "duplicate ids",
        lambda d: written(d / "a.csv", b"k,text\n1,a\n1,b\n"),
        ["--id", "k"],
        "rows 0 and 1 have the same id in column 'k'",
    ),
    ("text and image", lambda d: texts(d / "a.csv"), ["--text", "message", "--image", "key"], "name one of them"),
    ("unknown strategy", lambda d: texts(d / "a.csv"), ["--strategy", "margn"], "did you mean 'margin'?"),
    ("unknown learner", lambda d: texts(d / "a.csv"), ["--learner", "logistik"], "did you mean 'logistic'?"),
    ("audit share", lambda d: texts(d / "a.csv"), ["--audit", "2"], "between 0 and 0.9"),
    ("odd class", lambda d: texts(d / "a.csv"), ["--classes", "a,b\x07c"], "control character"),
    ("port", lambda d: texts(d / "a.csv"), ["--port", "99999"], "99999"),
    ("host", lambda d: texts(d / "a.csv"), ["--host", "192.0.2.1"], "cannot listen on host '192.0.2.1'"),
    ("unknown option", lambda d: texts(d / "a.csv"), ["--colour"], "--colour"),
]


@pytest.mark.parametrize(("make", "options", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_label_refuses_and_leaves_nothing(tmp_path: Path, make: Make, options: list[str], said: str) -> None:
    source = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert said in refused("label", source, "--no-browser", *options)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("command", ["status", "export", "predict", "import", "serve"])
def test_no_project_there(tmp_path: Path, command: str) -> None:
    rest: dict[str, list[str | Path]] = {
        "export": ["--to", tmp_path / "x.csv"],
        "predict": [texts(tmp_path / "new.csv"), "--to", tmp_path / "x.csv"],
        "import": [texts(tmp_path / "new.csv")],
    }
    assert "none.quandary" in refused(command, tmp_path / "none.quandary", *rest.get(command, []))
    assert not (tmp_path / "none.quandary").exists()


def test_busy_project_names_the_process(tmp_path: Path) -> None:
    source = texts(tmp_path / "mood.csv")
    with running("label", source, "--classes", "good,bad") as server:
        said = refused("label", source, "--no-browser")
        assert str(server.process.pid) in said
        answers = tmp_path / "answers.csv"
        answers.write_text("id,label\n0,good\n")
        assert str(server.process.pid) in refused("import", tmp_path / "mood.quandary", answers)


def test_port_in_use_takes_the_next(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running("label", texts(tmp_path / "a.csv"), "--classes", "good,bad", "--port", str(port)) as server:
            assert f":{port}/" not in server.url
            assert server.client.get()["progress"]["total"] == 30


def test_one_class_works(tmp_path: Path) -> None:
    with running("label", texts(tmp_path / "a.csv"), "--classes", "good") as server:
        (item,) = server.client.get("/next?n=1")["items"]
        reply = server.client.post("/answers", {"key": "k1", "item": item["item"], "value": "good"})
        assert reply["saved"]
        assert reply["progress"]["labeled"] == 1


def test_broken_images_are_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    with running("label", images(tmp_path / "shots", broken=3), "--label", "folder", "--audit", "0") as server:
        found = server.client.get()
        assert found["progress"]["total"] == found["progress"]["labeled"] == 12
        assert [c["name"] for c in found["classes"]] == ["green", "red"]
        server.process.terminate()
        _, notes = server.process.communicate()
    assert (
        f"3 of 15 images cannot be read and were left out; list: quandary status {tmp_path / 'shots.quandary'}" in notes
    )
