"""Answers from elsewhere: all or none, once, by whom they were given."""

import json
from pathlib import Path

import pytest

from quandary.core.events import AnswerGiven
from quandary.core.ports import silent
from quandary.project.create import create_project
from quandary.project.folder import open_project
from quandary.readers.source import open_source
from tests.cli.command import done, refused
from tests.cli.sources import texts


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "mood.quandary"
    source = open_source(texts(tmp_path / "mood.csv", labels=False), id="key")
    create_project(folder, source, classes=["good", "bad", "=odd"], progress=silent).close()
    return folder


def answers(project: Path) -> list[AnswerGiven]:
    with open_project(project, write=False) as opened:
        return [event for event in opened.read() if isinstance(event, AnswerGiven)]


def file(project: Path, text: str, name: str = "answers.csv") -> Path:
    path = project.parent / name
    path.write_text(text, encoding="utf-8")
    return path


def test_answers_come_in_with_all_that_is_known(project: Path) -> None:
    given = file(
        project,
        "id,label,annotator,answered_at,seconds\nm00,good,ann,2024-05-01T12:00:00Z,2.5\nm00,bad,bob,,\nm03,bad,,,\nm04,,ann,,\n",
    )
    assert done("import", project, given) == "3 answers added, 0 were there already\n"
    first, second, third = answers(project)
    assert (first.item, first.value, first.annotator, first.at, first.seconds) == (
        "m00",
        "good",
        "ann",
        1714564800.0,
        2.5,
    )
    assert (second.annotator, second.value, third.annotator) == ("bob", "bad", "import")
    assert second.at > 1714564800
    assert done("import", project, given) == "0 answers added, 3 were there already\n"
    assert len(answers(project)) == 3


def test_jsonl_and_named_format(project: Path) -> None:
    line = json.dumps({"id": "m01", "label": "good"})
    done("import", project, file(project, line + "\n", "a.jsonl"))
    done("import", project, file(project, "id,label\nm02,good\n", "a.answers"), "--format", "csv")
    assert [answer.item for answer in answers(project)] == ["m01", "m02"]


def test_later_answer_of_the_same_person_replaces(project: Path) -> None:
    done("import", project, file(project, "id,label\nm00,good\n"))
    done("import", project, file(project, "id,label\nm00,bad\n"))
    with open_project(project, write=False) as opened:
        assert opened.state().label(0) == "bad"


def test_export_comes_back_as_it_was(project: Path, tmp_path: Path) -> None:
    done("import", project, file(project, "id,label\nm00,=odd\nm01,good\n"))
    done("export", project, "--to", tmp_path / "out.csv")
    assert "'=odd" in (tmp_path / "out.csv").read_text()
    assert done("import", project, tmp_path / "out.csv") == "0 answers added, 2 were there already\n"


def test_new_classes_only_when_wanted(project: Path) -> None:
    given = file(project, "id,label\nm00,goood\nm01,ugly\n")
    said = refused("import", project, given)
    assert "no class called 'goood'; did you mean 'good'?" in said
    assert "'ugly'" in said
    assert "--add-classes" in said
    assert not answers(project)
    done("import", project, given, "--add-classes")
    with open_project(project, write=False) as opened:
        assert opened.state().class_names() == ("good", "bad", "=odd", "goood", "ugly")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "id,label\nm00,good\nx1,good\nx2,bad\n",
            "2 of 3 ids are not in the project: 'x1', 'x2'; its ids look like 'm00'",
        ),
        ("item,label\nm00,good\n", "has no column 'id', which answers need; its columns are item, label"),
        ("id,mood\nm00,good\n", "has no column 'label'"),
        ("id,label\nm00,\n", "holds no answers"),
        ("id,label,seconds\nm00,good,long\n", "row 0 holds no proper time"),
        ("id,label,answered_at\nm00,good,yesterday\n", "row 0 holds no proper time"),
        ("", "empty"),
    ],
)
def test_nothing_is_added_of_a_file_with_a_fault(project: Path, text: str, said: str) -> None:
    assert said in refused("import", project, file(project, text))
    assert not answers(project)


def test_column_of_image_paths_is_not_opened(project: Path) -> None:
    done("import", project, file(project, "id,label,image\nm00,good,none.png\n"))
    assert len(answers(project)) == 1
