"""Predictions for another source, and the model as a file."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from PIL import Image
from sklearn.linear_model import LogisticRegression

from quandary.core.errors import ConfigError, DamagedProject, InputError
from quandary.project.export import export_project
from quandary.project.folder import Project
from quandary.project.model import build_model, load_model
from quandary.project.predict import predict
from tests.project.worlds import TOPICS, images, made, say, table_csv, texts_csv, vectors_npz, write_csv


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture
def texts(tmp_path: Path) -> Any:
    with made(texts_csv(tmp_path, labels=40), text="text", label="topic") as project:
        yield project


def new_texts(folder: Path, header: tuple[str, ...] = ("text", "city", "topic")) -> Path:
    rows = [[phrase, "x", ""] for phrases in TOPICS.values() for phrase in phrases]
    return write_csv(folder / "new.csv", header, rows)


def test_each_item_gets_class_probabilities_and_margin(texts: Project, tmp_path: Path) -> None:
    report = predict(texts, new_texts(tmp_path), tmp_path / "p.csv")
    rows = read_csv(tmp_path / "p.csv")
    assert (report.items, report.format, report.path) == (4, "csv", str(tmp_path / "p.csv"))
    assert list(rows[0]) == ["id", "class", "probability", "margin", "p_delay", "p_refund"]
    assert [row["class"] for row in rows] == ["refund", "refund", "delay", "delay"]
    for row in rows:
        shares = sorted((float(row["p_delay"]), float(row["p_refund"])), reverse=True)
        assert float(row["probability"]) == shares[0]
        assert float(row["margin"]) == pytest.approx(shares[0] - shares[1], abs=2e-6)


def test_predicting_twice_gives_the_same_bytes(texts: Project, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        predict(texts, new_texts(tmp_path), tmp_path / name)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_label_and_id_columns_may_be_missing_and_others_come_along(texts: Project, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "bare.csv", ["extra", "text"], [["1", "money back please"]] * 2)
    assert predict(texts, source, tmp_path / "p.csv").items == 2


def test_a_missing_column_is_named_with_those_there_are(texts: Project, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "bare.csv", ["message", "city"], [["money back", "x"]] * 2)
    with pytest.raises(InputError, match=r"no column 'text'.*'message', 'city'"):
        predict(texts, source, tmp_path / "p.csv")
    assert not (tmp_path / "p.csv").exists()


def test_a_table_needs_its_columns(tmp_path: Path) -> None:
    with made(table_csv(tmp_path), id="customer", label="churn") as project:
        source = write_csv(tmp_path / "n.csv", ["color", "age"], [["red", "30"], ["blue", ""]])
        assert predict(project, source, tmp_path / "p.csv").items == 2
        source = write_csv(tmp_path / "m.csv", ["customer", "age"], [["c1", "30"]])
        with pytest.raises(InputError, match=r"'m\.csv' lacks the column 'color'.*customer, age.*age, color"):
            predict(project, source, tmp_path / "q.csv")


def test_another_kind_of_source_is_refused(texts: Project, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds vectors, but 'texts' learned from text"):
        predict(texts, vectors_npz(tmp_path), tmp_path / "p.csv")
    with pytest.raises(ConfigError, match=r"tables are not written as '\.txt'"):
        predict(texts, new_texts(tmp_path), tmp_path / "p.txt")


def test_vectors_are_predicted_in_blocks_with_their_ids(tmp_path: Path) -> None:
    with made(vectors_npz(tmp_path, 200)) as project:
        x = project.features()[np.arange(200)][:, 0]
        say(project, *((f"v{i}", "high" if x[i] > 0 else "low") for i in range(100)))
        X = np.random.default_rng(1).normal(size=(5_000, 4)).astype(np.float32)
        np.savez(tmp_path / "new.npz", X=X, ids=np.array([f"n{i}" for i in range(5_000)]))
        assert predict(project, tmp_path / "new.npz", tmp_path / "p.csv").items == 5_000
        rows = read_csv(tmp_path / "p.csv")
        assert [row["id"] for row in rows] == [f"n{i}" for i in range(5_000)]
        right = np.mean([(row["class"] == "high") == (v > 0) for row, v in zip(rows, X[:, 0], strict=True)])
        assert right > 0.9
        np.savez(tmp_path / "wide.npz", X=np.zeros((3, 5)))
        with pytest.raises(InputError, match="have 5 numbers, those of the pool 4"):
            predict(project, tmp_path / "wide.npz", tmp_path / "q.csv")


def test_images_of_another_folder_are_predicted(tmp_path: Path) -> None:
    with made(images(tmp_path), label="folder") as project:
        (tmp_path / "more").mkdir()
        for name, gray in (("a", 60), ("b", 190)):
            Image.fromarray(np.full((24, 32, 3), gray, np.uint8)).save(tmp_path / "more" / f"{name}.png")
        (tmp_path / "more" / "c.png").write_bytes(b"no image")
        report = predict(project, tmp_path / "more", tmp_path / "p.csv")
        assert [(row["id"], row["class"]) for row in read_csv(tmp_path / "p.csv")] == [
            ("a.png", "cat"),
            ("b.png", "dog"),
        ]
        assert len(report.notes) == 1
        assert report.notes[0].startswith("left out c.png")
        assert project.extractor().root == str(tmp_path / "pics")  # the project still looks at its own


def test_the_model_takes_rows_and_gives_names(texts: Project) -> None:
    model = build_model(texts)
    contents = [{"text": phrase} for phrases in TOPICS.values() for phrase in phrases]
    assert model.predict(contents).tolist() == ["refund", "refund", "delay", "delay"]
    assert model.classes_.tolist() == ["delay", "refund"]


LOAD = """
import json, sys
import skops.io
trusted = skops.io.get_untrusted_types(file=sys.argv[1])
assert all(name.startswith("quandary.") for name in trusted), trusted
model = skops.io.load(sys.argv[1], trusted=trusted)
print(json.dumps(model.predict_proba([{"text": "money back please"}]).tolist()))
"""


def test_the_saved_model_works_in_a_plain_script(texts: Project, tmp_path: Path) -> None:
    report = export_project(texts, tmp_path / "m.skops")
    assert (report.format, report.items) == ("model", 40)
    out = subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path / "m.skops")], check=True, capture_output=True, text=True
    )
    expected = build_model(texts).predict_proba([{"text": "money back please"}])
    assert np.array_equal(json.loads(out.stdout), expected)
    assert np.array_equal(load_model(tmp_path / "m.skops").predict_proba([{"text": "money back please"}]), expected)


@pytest.mark.parametrize("learner", ["auto", "logistic", "forest"])
def test_every_learner_can_be_saved(learner: str, tmp_path: Path) -> None:
    with made(vectors_npz(tmp_path, 80), plan={"learner": learner, "strategy": "random"}) as project:
        x = project.features()[np.arange(80)]
        say(project, *((f"v{i}", "high" if x[i, 0] > 0 else "low") for i in range(40)))
        export_project(project, tmp_path / "m.skops")
        assert np.allclose(load_model(tmp_path / "m.skops").predict_proba(x), build_model(project).predict_proba(x))


def test_a_changed_model_file_is_refused(texts: Project, tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    export_project(texts, path)
    whole = path.read_bytes()
    for damaged in (whole[:-100], whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:], b""):
        path.write_bytes(damaged)
        with pytest.raises(DamagedProject, match="not the model that was written there"):
            load_model(path)
        path.with_name("m.skops.sha256").rename(tmp_path / "kept")
        if damaged != whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:]:
            with pytest.raises(DamagedProject, match="cannot be read as a model"):
                load_model(path)
        (tmp_path / "kept").rename(path.with_name("m.skops.sha256"))


class Strange(LogisticRegression):
    """A type from somewhere else."""


def test_a_model_of_unknown_types_is_not_opened(tmp_path: Path) -> None:
    skops.io.dump(Strange(), tmp_path / "m.skops")
    with pytest.raises(ConfigError, match=r"Strange.*could run code"):
        load_model(tmp_path / "m.skops")
