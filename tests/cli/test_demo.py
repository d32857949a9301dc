"""The demo: what is asked about, what is held out, and that the model learns."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from quandary.cli import digits
from quandary.cli.play import points
from tests.cli.command import done, running


def test_pool_and_held_out_are_all_digits_once() -> None:
    data = digits.load()
    assert len(data.pool) + len(data.held_out) == 1797
    assert len(data.held_out) == 450
    assert not set(data.pool) & set(data.held_out)
    known = {
        (image.tobytes(), str(target)) for image, target in zip(load_digits().images, load_digits().target, strict=True)
    }
    assert {(image.tobytes(), answer) for image, answer in zip(data.images, data.answers, strict=True)} == known


def test_every_class_is_on_both_sides() -> None:
    data = digits.load()
    for side in (data.pool, data.held_out):
        assert len({data.answers[i] for i in side}) == 10


def test_files_show_the_digit_and_not_its_class(tmp_path: Path) -> None:
    data = digits.load()
    digits.write(data, range(5, 9), tmp_path / "some")
    files = sorted((tmp_path / "some").iterdir())
    assert [path.name for path in files] == ["0005.png", "0006.png", "0007.png", "0008.png"]
    for number, path in zip(range(5, 9), files, strict=True):
        assert data.truth(path.name) == data.answers[number]
        shown = np.asarray(Image.open(path).resize((8, 8), Image.Resampling.BOX), dtype=float) * 16 / 255
        assert np.abs(shown - data.images[number]).mean() < 1


def test_files_that_are_there_stay(tmp_path: Path) -> None:
    digits.write(digits.load(), range(2), tmp_path / "some")
    before = (tmp_path / "some" / "0000.png").stat().st_mtime_ns
    digits.write(digits.load(), range(2), tmp_path / "some")
    assert (tmp_path / "some" / "0000.png").stat().st_mtime_ns == before


@pytest.mark.parametrize("answers", [1, 9, 10, 60, 150, 201, 1347])
def test_points_rise_to_the_last_answer(answers: int) -> None:
    marks = points(answers)
    assert marks[-1] == answers
    assert marks == sorted(set(marks))
    assert len(marks) <= 21


def test_play_asks_over_http_learns_and_ends_with_the_accuracy(tmp_path: Path) -> None:
    """Sixty answers reach 95 % on digits nobody was asked about."""
    out = done("demo", "--play", "60", "--no-browser", "--port", "0", XDG_CACHE_HOME=str(tmp_path)).splitlines()
    found = re.fullmatch(r"accuracy (0\.\d{3}|1\.000) with 60 labels", out[-1])
    assert found
    assert float(found[1]) >= 0.95
    rows = [line.split() for line in out if re.fullmatch(r"\s*\d+\s+\d\.\d{3}\s+\d\.\d{3}", line)]
    assert [int(row[0]) for row in rows] == [10, 20, 30, 40, 50, 60]
    assert rows[-1][1] == found[1]
    assert float(rows[-1][1]) > float(rows[-1][2])
    assert sorted(path.name for path in (tmp_path / "quandary").iterdir()) == ["digits", "digits-held-out"]


def test_demo_opens_the_digits(tmp_path: Path) -> None:
    with running("demo", "--port", "0", XDG_CACHE_HOME=str(tmp_path)) as server:
        found = server.client.get()
        assert (found["kind"], found["progress"]["total"]) == ("image", 1347)
        assert [c["name"] for c in found["classes"]] == list("0123456789")
        (item,) = server.client.get("/next?n=1")["items"]
        assert item["content"]["type"] == "image"
