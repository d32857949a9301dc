"""What every exporter promises, by merely being registered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from quandary.core.errors import ConfigError, StorageFull
from quandary.core.registry import exporters
from quandary.exporters import formats
from quandary.exporters.job import Exporter
from tests.exporters.worlds import FakeJob, hostile_job, row

NAMES = sorted(exporters.all())


@pytest.fixture(params=NAMES)
def exporter(request: pytest.FixtureRequest) -> Exporter:
    made: Exporter = exporters.make(request.param)
    return made


def target_of(exporter: Exporter, folder: Path) -> Path:
    return folder / f"out{exporter.suffix}"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def job() -> FakeJob:
    files: dict[str, tuple[str, str, bytes | None]] = {"a": ("cat", "x/1.png", b"one"), "b": ("dog", "y/1.png", b"two")}
    return FakeJob([row("a"), row("b", "dog")], files)


def test_it_says_what_it_is(exporter: Exporter) -> None:
    assert exporter.title
    assert exporter.loses
    assert exporter.suffix == "" or exporter.suffix.startswith(".")
    assert (exporter.__doc__ or "").strip()


def test_it_counts_what_it_writes(exporter: Exporter, tmp_path: Path) -> None:
    written = exporter.write(job(), target_of(exporter, tmp_path))
    assert written.items == 2
    assert not written.notes
    assert tree(tmp_path)


def test_nothing_hostile_gets_out_of_the_target(exporter: Exporter, tmp_path: Path) -> None:
    inside = tmp_path / "deep" / "inside"
    inside.mkdir(parents=True)
    target = target_of(exporter, inside)
    written = exporter.write(hostile_job(), target)
    assert written.items == len(hostile_job().rows)
    outside = [
        p for p in tmp_path.rglob("*") if p.is_file() and not p.name.startswith(target.name) and target not in p.parents
    ]
    assert not outside


def test_what_breaks_midway_leaves_nothing(exporter: Exporter, tmp_path: Path) -> None:
    broken = job()
    broken.breaks = 1
    with pytest.raises(RuntimeError, match="midway"):
        exporter.write(broken, target_of(exporter, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_when_it_breaks(exporter: Exporter, tmp_path: Path) -> None:
    target = target_of(exporter, tmp_path)
    exporter.write(job(), target)
    before = tree(tmp_path)
    broken = job()
    broken.breaks = 1
    with pytest.raises((RuntimeError, ConfigError)):
        exporter.write(broken, target)
    assert tree(tmp_path) == before
    assert len(list(tmp_path.iterdir())) <= 2


def test_a_missing_folder_is_named(exporter: Exporter, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no folder .*nowhere.*make it first"):
        exporter.write(job(), target_of(exporter, tmp_path / "nowhere"))


def test_a_full_disk_is_told_and_leaves_nothing(
    exporter: Exporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull, match="No space left on device"):
        exporter.write(job(), target_of(exporter, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_no_labels_is_no_error(exporter: Exporter, tmp_path: Path) -> None:
    assert exporter.write(FakeJob([]), target_of(exporter, tmp_path)).items == 0


def test_each_is_chosen_by_its_suffix_or_its_name() -> None:
    for name, exporter in formats.made().items():
        kind = exporter.kinds[0] if exporter.kinds else "text"
        assert formats.choose(Path(f"x{exporter.suffix}"), name, kind)[0] == name
    for path, name in (("a.csv", "csv"), ("a.TSV", "tsv"), ("a.jsonl", "jsonl"), ("a.parquet", "parquet")):
        assert formats.choose(Path(path), None, "text")[0] == name
    for path, name in (("images", "folder"), ("images.zip", "folder"), ("m.skops", "model")):
        assert formats.choose(Path(path), None, "image")[0] == name


def test_unknown_formats_list_the_valid_ones() -> None:
    with pytest.raises(ConfigError, match=f"no exporter called 'cvs'; did you mean 'csv'.*{', '.join(NAMES)}"):
        formats.choose(Path("x.csv"), "cvs", "text")
    with pytest.raises(ConfigError, match=r"no format ends in '\.docx'; .*\.csv \(csv\)"):
        formats.choose(Path("x.docx"), None, "text")
    with pytest.raises(ConfigError, match="for image projects, this one holds text; choose csv"):
        formats.choose(Path("x"), "folder", "text")
    with pytest.raises(ConfigError, match=r"tables are not written as '\.skops'.*\.csv"):
        formats.table_writer(Path("x.skops"))


def test_the_description_is_for_the_page() -> None:
    described = {entry["name"]: entry for entry in formats.describe("text")}
    assert "folder" not in described
    assert set(described["csv"]) == {"name", "title", "suffix", "loses", "available", "install"}
    assert {entry["name"] for entry in formats.describe("image")} == set(NAMES)


def test_a_missing_extra_names_its_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda _: None)
    described = {entry["name"]: entry for entry in formats.describe("text")}
    assert described["parquet"]["available"] is False
    assert described["parquet"]["install"] == "pip install 'quandary[tables]'"
    assert described["csv"]["available"] is True
