"""A project is made whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quandary.core.errors import ConfigError, Conflict, InputError, StorageFull
from quandary.core.events import AnswerGiven, ClassChanged, ItemsAdded, PlanChanged
from quandary.core.ports import Progress
from quandary.project.create import create_project
from quandary.project.folder import open_project
from quandary.readers.source import Row, open_source
from quandary.stores.lock import ProjectLock
from tests.project.worlds import PLAN, images, made, table_csv, texts_csv, vectors_npz, write_csv


def test_the_log_begins_with_plan_classes_items_and_given_labels(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path, labels=3), text="text", label="topic", classes=["other"]) as project:
        log = project.read()
        state = project.state()
        assert [type(event) for event in log] == [PlanChanged, *[ClassChanged] * 3, ItemsAdded, *[AnswerGiven] * 3]
        assert state.class_names() == ("other", "delay", "refund")
        assert project.plan().name == "margin"
        given = [event for event in log if isinstance(event, AnswerGiven)]
        assert [(e.item, e.value, e.annotator, e.key) for e in given] == [
            ("0", "refund", "import", ""),
            ("1", "delay", "import", ""),
            ("2", "refund", "import", ""),
        ]
        assert state.last_answer("import") is None  # nobody undoes what came with the data
        assert state.counts().labeled == 3
        assert len(state.ids) == project.store.count() == 60
        project.store.verify(project.key)


def test_every_cell_is_kept(tmp_path: Path) -> None:
    odd = [["=1+1", "<b>", " x "], ["two\nlines", "ü", "'"], ["a,b", '"', "-5"]]
    with made(write_csv(tmp_path / "odd.csv", ["text", "a", "b"], odd), text="text") as project:
        assert [list(content.values()) for content in project.store.contents(0, 3)] == odd


def test_what_cannot_be_read_is_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    with made(images(tmp_path), label="folder") as project:
        assert project.state().counts().total == 12
        ((name, reason),) = project.skipped
        assert name == "dog/broken.png"
        assert "cannot be read" in reason
    with open_project(tmp_path / "pics.quandary") as again:
        assert again.skipped == [(name, reason)]


def test_vectors_are_copied_so_that_the_source_may_go(tmp_path: Path) -> None:
    source = vectors_npz(tmp_path)
    X = np.load(source)["X"]
    with made(source) as project:
        source.unlink()
        assert np.array_equal(project.features()[np.arange(50)], X)
    with open_project(tmp_path / "vectors.quandary") as again:
        assert np.array_equal(again.features()[np.arange(50)], X)
        assert again.state().ids[7] == "v7"


def test_vectors_of_a_parquet_column_are_copied_too(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(5_000, 3)).astype(np.float32)
    table = pa.table(
        {"name": [f"n{i}" for i in range(5_000)], "embedding": pa.array(X.tolist(), pa.list_(pa.float32()))}
    )
    pq.write_table(table, tmp_path / "e.parquet")
    with made(tmp_path / "e.parquet", id="name") as project:
        (tmp_path / "e.parquet").unlink()
        assert project.kind == "vectors"
        assert np.array_equal(project.features()[np.arange(5_000)], X)


def test_nothing_else_is_left_beside_the_project(tmp_path: Path) -> None:
    made(texts_csv(tmp_path)).close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["texts.csv", "texts.quandary"]
    assert (tmp_path / "texts.quandary").stat().st_mode & 0o077 == 0


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    source = texts_csv(tmp_path)
    (tmp_path / "texts.quandary").mkdir()
    with pytest.raises(Conflict, match="already there"):
        made(source)
    assert list((tmp_path / "texts.quandary").iterdir()) == []


@pytest.mark.parametrize("fault", [InputError("line 31"), KeyboardInterrupt(), StorageFull("disk full")])
def test_a_source_that_breaks_midway_leaves_nothing(tmp_path: Path, fault: BaseException) -> None:
    source = open_source(texts_csv(tmp_path))

    def rows(progress: Progress) -> Iterator[Row]:
        for i, row in enumerate(source.rows(progress)):
            if i == 30:
                raise fault
            yield row

    with pytest.raises(type(fault)):
        create_project(tmp_path / "x.quandary", replace(source, rows=rows))
    assert [p.name for p in tmp_path.iterdir()] == ["texts.csv"]


def test_unknown_names_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    source = open_source(texts_csv(tmp_path))

    def rows(progress: Progress) -> Iterator[Row]:
        raise AssertionError("read")
        yield

    with pytest.raises(ConfigError, match="'margn'; did you mean 'margin'"):
        create_project(tmp_path / "x", replace(source, rows=rows), plan={"strategy": "margn"})
    with pytest.raises(ConfigError, match="empty"):
        create_project(tmp_path / "x", replace(source, rows=rows), classes=["cat", " "])
    with pytest.raises(ConfigError, match=r"representation of text called 'fourier'.*sentences"):
        create_project(tmp_path / "x", replace(source, rows=rows), plan={"representation": "fourier"})


def test_a_column_of_texts_is_no_label_column(tmp_path: Path) -> None:
    rows = [[f"text {i}", f"label {i}"] for i in range(1_200)]
    source = write_csv(tmp_path / "x.csv", ["text", "label"], rows)
    with pytest.raises(InputError, match=r"column 'label' holds 1200 different labels.*at most 1000.*--label"):
        made(source, text="text", label="label")
    rows = [["a", "good"], ["b", "x" * 101]]
    source = write_csv(tmp_path / "y.csv", ["text", "label"], rows)
    with pytest.raises(InputError, match=r"label of item '1' in column 'label' cannot be a class: .*101 characters"):
        made(source, text="text", label="label")
    assert not list(tmp_path.glob("*.quandary"))


def test_a_class_more_than_keys_and_a_single_class_are_fine(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "x.csv", ["text", "label"], [[f"text {i}", f"c{i % 77:02}"] for i in range(200)])
    with made(source, text="text", label="label") as project:
        assert len(project.state().class_names()) == 77
    source = write_csv(tmp_path / "y.csv", ["text", "label"], [[f"text {i}", "one"] for i in range(200)])
    with made(source, text="text", label="label") as project:
        assert project.state().class_names() == ("one",)


def test_what_a_killed_process_left_is_cleared_but_not_what_another_is_building(tmp_path: Path) -> None:
    source = texts_csv(tmp_path)
    left, busy = (tmp_path / f".texts.quandary.building-{n}" for n in (1, 2))
    for folder in (left, busy):
        folder.mkdir()
        (folder / "project.db").write_bytes(b"half")
    lock = ProjectLock(busy / "lock")
    made(source).close()
    assert not left.exists()
    assert busy.exists()
    lock.release()


KILLED = """
import os, signal, sys
from dataclasses import replace
from quandary.project.create import create_project
from quandary.readers.source import open_source
source = open_source(sys.argv[1])
def rows(progress):
    for i, row in enumerate(source.rows(progress)):
        if i == 30:
            os.kill(os.getpid(), signal.SIGKILL)
        yield row
create_project(sys.argv[2], replace(source, rows=rows))
"""


def test_a_kill_midway_leaves_no_project_and_the_next_try_works(tmp_path: Path) -> None:
    source = texts_csv(tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED, str(source), str(tmp_path / "texts.quandary")], check=False)
    assert done.returncode == -9
    assert not (tmp_path / "texts.quandary").exists()
    assert list(tmp_path.glob(".texts*"))
    with made(source) as project:
        assert project.store.count() == 60
    assert not list(tmp_path.glob(".texts*"))


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageFull, match="--project"):
        create_project(tmp_path / "file" / "x.quandary", open_source(texts_csv(tmp_path)), plan=PLAN)


def test_table_columns_are_profiled_without_the_label(tmp_path: Path) -> None:
    with made(table_csv(tmp_path), id="customer", label="churn") as project:
        assert set(project.store.meta("profile")) == {"customer", "age", "color"}
        assert os.path.samefile(project.root, tmp_path / "table.csv")
