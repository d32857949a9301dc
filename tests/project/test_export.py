"""Exports say what stands in the log, read back by other readers."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from quandary import loop
from quandary.core.cells import unmark
from quandary.core.errors import ConfigError
from quandary.core.events import AnswerRetracted, ClassChanged, NoteWritten
from quandary.project.export import describe_formats, export_project, iso, preview, source_columns
from quandary.project.folder import open_project
from tests.exporters.worlds import HOSTILE
from tests.project.worlds import images, made, say, texts_csv, vectors_npz, write_csv


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_one_row_a_labeled_item_with_the_columns_of_the_contract(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text", label="topic") as project:
        say(
            project,
            ("4", "refund"),
            at=1790000000.25,
            seconds=3.5,
            reason="uncertain",
            strategy="margin",
            model_version=9,
        )
        say(project, ("2", "delay"), ("3", None))
        report = export_project(project, tmp_path / "x.csv")
        first, second = read_csv(tmp_path / "x.csv")
        ours = ["id", "label", "annotator", "answered_at", "seconds", "reason", "strategy", "model_version"]
        assert list(first) == [*ours, "text", "city", "topic"]
        assert second == {
            "id": "4",
            "label": "refund",
            "annotator": "ana",
            "answered_at": "2026-09-21T14:13:20.250Z",
            "seconds": "3.5",
            "reason": "uncertain",
            "strategy": "margin",
            "model_version": "9",
            **project.store.content(4),
        }
        assert (first["id"], first["label"], first["seconds"], first["answered_at"]) == ("2", "delay", "", "")
        assert (report.items, report.answers, report.format) == (2, 3, "csv")
        assert report.notes == ("not in the export: 1 skipped items",)


def test_corrections_undo_and_class_changes_are_followed(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text", classes=["a", "b", "c"]) as project:
        say(project, ("0", "a"), ("1", "a"), ("2", "b"), ("3", "c"), ("4", "b"))
        say(project, ("1", "b"), seconds=9.0)
        project.append([AnswerRetracted("4", "ana", undo=True), NoteWritten("0", "odd", "ana")])
        project.append(
            [ClassChanged("rename", "a", "alpha"), ClassChanged("merge", "b", "a"), ClassChanged("delete", "c")]
        )
        project.append([ClassChanged("merge", "b", "alpha")])
        export_project(project, tmp_path / "x.jsonl")
        rows = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
        state = project.state()
        assert {row["id"]: row["label"] for row in rows} == {
            state.ids[p]: state.label(p) for p in range(60) if state.label(p) is not None
        }
        assert next(row for row in rows if row["id"] == "1")["seconds"] == 9.0
        assert "3" not in {row["id"] for row in rows}


def test_of_several_annotators_the_one_that_stands_is_given(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text") as project:
        say(project, ("0", "a"), annotator="ana", seconds=1.0)
        say(project, ("0", "b"), annotator="ben", seconds=2.0)
        say(project, ("0", "b"), annotator="cyd", seconds=3.0)
        report = export_project(project, tmp_path / "x.csv")
        (row,) = read_csv(tmp_path / "x.csv")
        assert (row["label"], row["annotator"], row["seconds"]) == ("b", "ben", "2.0")
        assert report.answers == 3
        assert "not in the export: 1 items with several answers, of which one is given" in report.notes


def test_hostile_texts_ids_and_classes_come_back(tmp_path: Path) -> None:
    cells = [text for text in HOSTILE if "\x00" not in text and text.strip()]
    source = write_csv(tmp_path / "h.csv", ["key", "text"], [[text, text] for text in cells])
    with made(source, id="key", text="text") as project:
        classes = [text for text in cells if text.isprintable() and len(text) <= 100]
        project.append([ClassChanged("add", name) for name in classes])
        ids = list(project.state().ids)
        given = {item: classes[i % len(classes)] for i, item in enumerate(ids)}
        say(project, *given.items())
        export_project(project, tmp_path / "x.csv")
        export_project(project, tmp_path / "x.jsonl")
        back = read_csv(tmp_path / "x.csv")
        assert {unmark(row["id"]): unmark(row["label"]) for row in back} == given
        assert [unmark(row["text"]) for row in back] == [
            content["text"] for content in project.store.contents(0, len(ids))
        ]
        exact = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
        assert {row["id"]: row["label"] for row in exact} == given


def test_source_columns_never_hide_ours(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "c.csv", ["id", "label", "source.label", "text"], [["i", "l", "s", "some words"]] * 3)
    with made(source, text="text") as project:
        say(project, ("1", "cat"))
        export_project(project, tmp_path / "x.csv")
        (row,) = read_csv(tmp_path / "x.csv")
        assert (row["id"], row["label"]) == ("1", "cat")
        assert (row["source.id"], row["source.label"], row["source.source.label"]) == ("i", "l", "s")
    assert source_columns(("source.id", "id")) == ["source.id", "source.source.id"]


def test_an_export_is_of_one_moment(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text") as project:
        say(project, ("0", "a"), ("1", "b"))

        def meanwhile(done: int, total: int, what: str) -> None:
            say(project, (str(40 + done), "a"), ("0", "b"))

        export_project(project, tmp_path / "x.csv", progress=meanwhile)
        assert [(r["id"], r["label"]) for r in read_csv(tmp_path / "x.csv")] == [("0", "a"), ("1", "b")]


def test_a_reader_exports_while_another_writes(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text") as project, open_project(project.folder, write=False) as reader:
        say(project, ("0", "a"))
        assert export_project(reader, tmp_path / "x.csv").items == 1


def test_images_come_as_their_own_bytes_by_class(tmp_path: Path) -> None:
    source = images(tmp_path)
    with made(source, label="folder") as project:
        project.append([ClassChanged("rename", "cat", "../../cat")])
        report = export_project(project, tmp_path / "out")
        assert report.items == 12
        files = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.png")}
        assert files == {f"{folder}/{i}.png" for folder in ("__.._cat", "dog") for i in range(6)}
        assert (tmp_path / "out" / "dog" / "3.png").read_bytes() == (source / "dog" / "3.png").read_bytes()
        assert export_project(project, tmp_path / "out.zip").format == "folder"


def test_images_of_a_zip_are_exported_too(tmp_path: Path) -> None:
    import shutil

    images(tmp_path)
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "pics")
    with made(tmp_path / "packed.zip", label="folder") as project:
        export_project(project, tmp_path / "out")
        assert (tmp_path / "out" / "cat" / "0.png").read_bytes() == (tmp_path / "pics" / "cat" / "0.png").read_bytes()


def labeled_vectors(tmp_path: Path) -> Any:
    project = made(vectors_npz(tmp_path, 200))
    x = project.features()[np.arange(200)][:, 0]
    say(project, *((f"v{i}", "high" if x[i] > 0 else "low") for i in range(60)))
    return project, np.where(x > 0, "high", "low")


def test_predictions_are_those_of_the_model_of_the_log(tmp_path: Path) -> None:
    project, truth = labeled_vectors(tmp_path)
    with project:
        report = export_project(project, tmp_path / "p.csv", "predictions")
        rows = read_csv(tmp_path / "p.csv")
        assert report.items == 200
        assert list(rows[0]) == ["id", "class", "probability", "margin", "p_high", "p_low"]
        assert [row["id"] for row in rows] == list(project.state().ids)
        proba = np.array([[float(row["p_high"]), float(row["p_low"])] for row in rows])
        assert np.allclose(proba.sum(axis=1), 1, atol=2e-6)
        learner = loop.learn(project.state(), project.features(), project.plan())
        assert np.allclose(proba, learner.predict_proba(project.features()[np.arange(200)]), atol=1e-6)
        assert [row["class"] for row in rows] == ["high" if p[0] > p[1] else "low" for p in proba]
        assert np.allclose([float(row["margin"]) for row in rows], np.abs(proba[:, 0] - proba[:, 1]), atol=2e-6)
        assert accuracy_score(truth, [row["class"] for row in rows]) > 0.9


def test_nothing_labeled_means_no_model(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text") as project:
        for format, name in (("predictions", "p.csv"), ("model", "m.skops")):
            with pytest.raises(ConfigError, match="nothing in 'texts' is labeled yet"):
                export_project(project, tmp_path / name, format)
            assert not (tmp_path / name).exists()
        assert export_project(project, tmp_path / "x.csv").items == 0


def test_unknown_formats_list_the_valid_ones(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text") as project:
        with pytest.raises(ConfigError, match=r"\.csv \(csv\).*\.parquet"):
            export_project(project, tmp_path / "x.xlsx")
        with pytest.raises(ConfigError, match="did you mean 'jsonl'"):
            export_project(project, tmp_path / "x", "json")


def test_the_page_gets_formats_and_a_preview(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path, labels=8), text="text", label="topic") as project:
        shown = preview(project, 3)
        assert shown["columns"][:2] == ["id", "label"]
        assert [row[:2] for row in shown["rows"]] == [["0", "refund"], ["1", "delay"], ["2", "refund"]]
        json.dumps([shown, describe_formats(project)])


def test_times_are_utc() -> None:
    assert iso(0.0) is None
    assert iso(1.5) == "1970-01-01T00:00:01.500Z"
