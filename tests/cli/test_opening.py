"""Where a project lies, and what may be said of one that is there."""

from pathlib import Path

import pytest

from quandary.cli.opening import class_list, named, project_folder
from tests.cli.command import refused, running
from tests.cli.sources import texts


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        ("d/a.csv", "d/a.quandary"),
        ("d/a.JSONL.gz", "d/a.quandary"),
        ("d/a.b.parquet", "d/a.b.quandary"),
        ("d/scans", "d/scans.quandary"),
        ("d/scans/", "d/scans.quandary"),
        ("d/v1.2", "d/v1.2.quandary"),
    ],
)
def test_project_lies_beside_its_source(source: str, folder: str) -> None:
    assert project_folder(Path(source)) == Path(folder)


def test_here_is_a_folder_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scans").mkdir()
    monkeypatch.chdir(tmp_path / "scans")
    assert project_folder(named(Path("."))) == tmp_path / "scans.quandary"


def test_class_list() -> None:
    assert class_list(" cat , not sure,,") == ["cat", "not sure"]
    assert class_list(None) == []


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--text", "key"], "its text column is 'message', not 'key'"),
        (["--label", "mood"], "it has no label column, not 'mood'"),
        (["--classes", "good,ugly"], "no class called 'ugly'"),
        (["--seed", "7"], "was made with seed 0, which cannot become 7"),
        (["--audit", "0.1"], "was made with audit 0.3, which cannot become 0.1"),
        (["--strategy", "margarine"], "no strategy called 'margarine'"),
        (["--representation", "patches"], "no representation of text called 'patches'"),
    ],
)
def test_going_on_refuses_what_does_not_fit(made: Path, option: list[str], said: str) -> None:
    assert said in refused("label", made, "--no-browser", *option)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source whose project is there."""
    source = texts(tmp_path_factory.mktemp("made") / "mood.csv")
    with running("label", source, "--text", "message", "--classes", "good,bad") as server:
        server.stop()
    return source


def test_going_on_takes_the_same_words_and_another_strategy(made: Path) -> None:
    said = ["--text", "message", "--classes", "bad,good", "--seed", "0", "--strategy", "margin"]
    said += ["--representation", "auto"]
    with running("label", made, *said) as server:
        assert server.client.get()["plan"]["strategy"] == "margin"
    with running("label", made.with_suffix(".quandary")) as server:
        plan = server.client.get()["plan"]
        assert (plan["strategy"], plan["representation"]) == ("margin", "text")
        assert "when there are enough labels" in plan["representation_why"]
