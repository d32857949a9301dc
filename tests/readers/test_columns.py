from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from quandary.readers.dialect import header_of, looks_like_header
from quandary.readers.source import Wanted, open_source
from tests.readers.worlds import error_of, read, write_csv

SENTENCES = [f"This is sentence number {i} of the review, and it is long." for i in range(9)]
TITLES = [f"Title {i} of a paper on cats" for i in range(9)]


def guessed(folder: Path, **columns: list[str]) -> tuple[str, dict[str, str]]:
    rows = [list(columns), *map(list, zip(*columns.values(), strict=True))]
    source = open_source(write_csv(folder / "a.csv", rows))
    return source.kind, dict(source.roles)


def test_a_column_called_text(tmp_path: Path) -> None:
    assert guessed(tmp_path, n=["1"] * 9, Text=["ok"] * 9) == ("text", {"text": "Text"})


def test_numbers_are_no_text_whatever_they_are_called(tmp_path: Path) -> None:
    assert guessed(tmp_path, n=["1"] * 9, text=["7"] * 9) == ("table", {})


def test_the_only_column_of_sentences(tmp_path: Path) -> None:
    assert guessed(tmp_path, a=["x"] * 9, b=SENTENCES) == ("text", {"text": "b"})


def test_title_and_abstract_belong_together(tmp_path: Path) -> None:
    expected = "text", {"text": "Title+Abstract"}
    assert guessed(tmp_path, Abstract=SENTENCES, Title=TITLES, Year=["1999"] * 9) == expected


def test_short_cells_make_a_table(tmp_path: Path) -> None:
    assert guessed(tmp_path, city=["New York"] * 9, age=["3"] * 9) == ("table", {})


def test_texts_without_blanks_between_words(tmp_path: Path) -> None:
    texts = [f"今日は天気がいいので公園へ散歩に行きました{i}" for i in range(9)]
    assert guessed(tmp_path, a=["1"] * 9, b=texts) == ("text", {"text": "b"})


def test_the_label_is_never_taken_for_the_text(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["text", "v"], *([text, "1"] for text in SENTENCES)])
    assert open_source(path, label="text").kind == "table"


def test_several_columns_can_be_asked_for_as_one_text(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["a", "b", "c+d"], ["1", "2", "3"]])
    assert open_source(path, text="b+a").roles["text"] == "b+a"
    assert open_source(path, text="c+d").roles["text"] == "c+d"
    assert "no column 'x' for text" in error_of(path, text="a+x")


def test_text_and_image_at_once_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["a", "b"], ["1", "2"]])
    assert "text='a' and image='b' cannot both be shown" in error_of(path, text="a", image="b")


def test_a_column_of_images(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "secret.png").write_text("")
    Image.new("L", (4, 4)).save(tmp_path / "pictures" / "1.png")
    names = ["pictures/1.png", "pictures/2.png", "../secret.png", "/etc/passwd"]
    path = write_csv(tmp_path / "a.csv", [["n", "file"], *(["7", name] for name in names)])
    source = open_source(path, image="file")
    assert (source.kind, source.root) == ("image", tmp_path)
    assert [row.content for row in read(path, image="file")] == [{"n": "7", "file": "pictures/1.png"}]
    list(source.rows(lambda *_: None))
    assert [skip.name for skip in source.skipped] == ["row 1", "row 2", "row 3"]
    assert "there is no file 'pictures/2.png'" in source.skipped[0].reason
    assert "leads out of its folder" in source.skipped[1].reason
    assert "is absolute" in source.skipped[2].reason


def test_images_are_guessed_only_if_they_are_there(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["image", "n"], ["1.png", "1"], ["2.png", "2"]])
    assert open_source(path).kind == "table"
    Image.new("L", (4, 4)).save(tmp_path / "2.png")
    assert dict(open_source(path).roles) == {"image": "image"}


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([["name", "age"], ["ann", "3"], ["bob", "4"]], True),
        ([["ann", "3"], ["bob", "4"], ["cyd", "5"]], False),
        ([["ham", "go"], ["spam", "win"], ["ham", "ok"]], False),
        ([["0", "1", "2"], ["5", "6", "7"]], True),
        ([["text"], ["one"], ["two"]], True),
        ([["a", "b"]], True),
        ([["a", "b"], ["a", "b"], ["1", "x"]], True),
        ([["A" * 100, "x"], ["B" * 100, "y"]], False),
    ],
)
def test_whether_the_first_line_names_the_columns(rows: list[list[str]], named: bool) -> None:
    assert looks_like_header(rows[0], rows[1:]) is named


def test_a_named_column_makes_the_first_line_names() -> None:
    rows = [["0", "1"], ["3", "2"], ["5", "7"]]
    assert header_of(rows, Wanted()) == (["column 1", "column 2"], False)
    assert header_of(rows, Wanted(label="1")) == (["0", "1"], True)
