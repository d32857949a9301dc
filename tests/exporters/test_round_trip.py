"""What is exported comes back through ``quandary import`` exactly, whatever the cells hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from quandary.cli.answers import Given, read_answers
from quandary.core.registry import exporters
from tests.exporters.worlds import HOSTILE, FakeJob, row

READABLE = [text for text in HOSTILE if "\x00" not in text and text.strip()]  # no reader takes the others


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "parquet"])
def test_answers_come_back(name: str, tmp_path: Path) -> None:
    people = [text.strip() for text in READABLE]
    job = FakeJob([row(text, text, text, annotator=who) for text, who in zip(READABLE, people, strict=True)])
    exporter = exporters.make(name)
    target = tmp_path / f"x{exporter.suffix}"
    exporter.write(job, target)
    at = 1767323045.678
    assert read_answers(target, None) == [Given(t, t, w, at, 1.25) for t, w in zip(READABLE, people, strict=True)]


def test_a_table_of_somebody_else_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,label\na,'=1\nb,'+x\n")
    assert [given.label for given in read_answers(tmp_path / "x.csv", None)] == ["'=1", "'+x"]
