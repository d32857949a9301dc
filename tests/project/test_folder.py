"""Opening, reading and showing a project."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from quandary.core.errors import DamagedProject, InputError, NotFound, ProjectBusy, StorageFull
from quandary.core.events import ClassChanged
from quandary.core.state import State, fold
from quandary.project.folder import open_project
from tests.project.worlds import images, made, say, table_csv, texts_csv, vectors_npz

READ = """
import sys
from quandary.project.folder import open_project
with open_project(sys.argv[1], write=False) as project:
    print(project.state().version, project.state().counts().labeled, project.features().shape)
"""


def test_the_state_follows_the_log(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path, labels=2), text="text", label="topic") as project:
        first = project.state()
        say(project, ("7", "refund"), ("8", None))
        project.append([ClassChanged("rename", "refund", "money")])
        state = project.state()
        assert state is first
        whole = fold(project.read(), State(project.store.ids()))
        assert state.version == whole.version == len(project.read())
        assert np.array_equal(state.labels(), whole.labels())
        assert state.class_names() == ("delay", "money")


def test_items_that_come_later_are_in_the_state(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text") as project:
        project.state()
        project.append([project.store.add_items([("new", {"text": "x"})])])
        say(project, ("new", "a"))
        state = project.state()
        assert state.counts().total == 61
        assert state.label(60) == "a"


def test_another_process_reads_while_this_one_writes(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text") as project:
        say(project, ("0", "refund"))
        project.features()
        out = subprocess.run(
            [sys.executable, "-c", READ, str(project.folder)], check=True, capture_output=True, text=True
        ).stdout
        assert out.split()[:2] == ["3", "1"]
        with open_project(project.folder, write=False) as reader:
            say(project, ("1", "delay"))
            assert reader.state().counts().labeled == 2
            with pytest.raises(StorageFull, match="read only"):
                say(reader, ("2", "delay"))


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path)) as project, pytest.raises(ProjectBusy, match=f"process {os.getpid()}"):
        open_project(project.folder)
    open_project(project.folder).close()


def test_a_folder_that_is_no_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no project .*nowhere.*quandary label"):
        open_project(tmp_path / "nowhere")
    with pytest.raises(NotFound, match=r"project\.db is missing"):
        open_project(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_tampered_log_is_noticed_on_opening(tmp_path: Path) -> None:
    made(texts_csv(tmp_path, labels=5), text="text", label="topic").close()
    with closing(sqlite3.connect(tmp_path / "texts.quandary" / "project.db", isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER events_no_update")
        raw.execute("UPDATE events SET body = replace(body, '\"refund\"', '\"delay\"') WHERE kind = 'AnswerGiven'")
    with pytest.raises(DamagedProject, match="entry 5"):
        open_project(tmp_path / "texts.quandary")
    # The lock is free again: another try says the same, not that it is busy.
    with pytest.raises(DamagedProject):
        open_project(tmp_path / "texts.quandary")


def test_a_renamed_folder_is_the_same_project_under_another_name(tmp_path: Path) -> None:
    made(texts_csv(tmp_path, labels=5), text="text", label="topic").close()
    (tmp_path / "texts.quandary").rename(tmp_path / "other.quandary")
    with open_project(tmp_path / "other.quandary") as project:
        assert project.name == "other"
        assert project.state().counts().labeled == 5


def test_texts_and_tables_stand_without_their_source(tmp_path: Path) -> None:
    source = texts_csv(tmp_path)
    made(source, text="text").close()
    source.unlink()
    with open_project(tmp_path / "texts.quandary") as project:
        assert project.features().shape[0] == 60


def test_images_moved_together_with_the_project_are_found(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    made(images(tmp_path / "a"), label="folder").close()
    shutil.move(tmp_path / "a", tmp_path / "b")
    with open_project(tmp_path / "b" / "pics.quandary") as project:
        assert project.root == tmp_path / "b" / "pics"
        assert project.contents_view(0)["type"] == "image"


def test_images_that_are_gone_are_told_with_where_they_were(tmp_path: Path) -> None:
    source = images(tmp_path)
    with made(source, label="folder") as project:
        features = np.array(project.features()[np.arange(12)])
    source.rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=rf"images of pics.quandary were in '{source}'.*put them back"):
        open_project(tmp_path / "pics.quandary")
    with open_project(tmp_path / "pics.quandary", write=False) as project:
        assert project.state().counts().labeled == 12  # status and export need no images
    (tmp_path / "elsewhere").rename(source)
    with open_project(tmp_path / "pics.quandary") as project:
        assert np.array_equal(project.features()[np.arange(12)], features)


def test_features_are_kept_and_may_be_deleted(tmp_path: Path) -> None:
    with made(table_csv(tmp_path), id="customer", label="churn") as project:
        before = np.array(project.features()[np.arange(120)])
    shutil.rmtree(tmp_path / "table.quandary" / "features")
    with open_project(tmp_path / "table.quandary") as project:
        assert np.array_equal(project.features()[np.arange(120)], before)
        assert project.features() is project.features()


def test_the_label_never_becomes_a_feature_or_is_shown_or_found(tmp_path: Path) -> None:
    with made(table_csv(tmp_path), id="customer", label="churn") as project:
        assert "churn" not in json.dumps(project.contents_view(0))
        assert "churn" not in project.extractor().columns
        assert "customer" not in project.extractor().columns
        assert all("churn" not in content for content in project.contents().slice(0, 30))
        assert project.store.search("yes").size == 0
        assert project.store.search("red").size > 0


def test_a_text_is_shown_with_its_other_columns(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path), text="text", label="topic") as project:
        view = project.contents_view(4)
        content = project.store.content(4)
        assert view["type"] == "text"
        assert view["text"] == content["text"]
        assert view["fields"] == [{"name": "city", "value": "city1", "unusual": None, "missing": False}]


def test_a_table_marks_what_is_unusual_or_missing(tmp_path: Path) -> None:
    with made(table_csv(tmp_path), id="customer", label="churn") as project:
        fields = {field["name"]: field for field in project.contents_view(5)["fields"]}
        assert list(fields) == ["customer", "age", "color"]
        assert fields["age"]["value"] == "5000"
        assert "higher" in fields["age"]["unusual"]
        assert {field["name"]: field for field in project.contents_view(6)["fields"]}["age"]["missing"] is True


def test_an_image_is_shown_by_its_address_and_size(tmp_path: Path) -> None:
    source = images(tmp_path)
    with made(source, label="folder") as project:
        assert project.contents_view(0) == {
            "type": "image",
            "url": "/api/projects/pics/items/cat%2F0.png/content",
            "width": 32,
            "height": 24,
            "name": "cat/0.png",
        }
        (source / "cat" / "0.png").write_bytes(b"broken since")
        view = project.contents_view(0)
        assert view["type"] == "broken"
        assert view["name"] == "cat/0.png"
        assert "cannot be read" in view["message"]


def test_a_vector_shows_its_numbers(tmp_path: Path) -> None:
    with made(vectors_npz(tmp_path)) as project:
        view = project.contents_view(3)
        assert view["length"] == 4
        assert view["values"] == pytest.approx(project.features()[[3]][0].tolist())
        json.dumps(view)


def test_positions_beyond_the_end_are_refused(tmp_path: Path) -> None:
    with made(texts_csv(tmp_path)) as project, pytest.raises(NotFound, match="no item at position 60"):
        project.contents_view(60)


def test_items_are_seen_by_the_representation_of_the_plan_and_each_is_kept(tmp_path: Path) -> None:
    with made(table_csv(tmp_path), plan={"representation": "fourier"}) as project:
        own, plain = project.features(), project.features(name="table")
        assert own.shape[1] == plain.shape[1] + 256
        assert type(project.extractor()).__name__ == "FourierFeatures"
        made_of = project.contents().slice(0, 5)
        assert np.allclose(project.extractor().transform(made_of), own[:5], atol=1e-5)
        kept = sorted((project.folder / "features").rglob("*.npy"))
    with open_project(project.folder) as again:
        assert np.array_equal(again.features()[:], own[:])
        assert np.array_equal(again.features(name="table")[:], plain[:])
    assert sorted((project.folder / "features").rglob("*.npy")) == kept
    assert len(kept) == 2
