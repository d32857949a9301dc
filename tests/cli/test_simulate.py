"""`quandary simulate` on a file: what it writes, that it goes on, and what it refuses."""

import csv
import json
import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import QUANDARY, done, refused
from tests.cli.sources import texts

FAST = [
    "--strategy",
    "margin",
    "--learner",
    "logistic",
    "--budget",
    "12",
    "--batch",
    "4",
    "--seeds",
    "2",
    "--jobs",
    "2",
]


def test_writes_curves_summary_and_report(tmp_path: Path) -> None:
    source, out = texts(tmp_path / "mood.csv"), tmp_path / "out"
    shown = done("simulate", source, "--label", "mood", "--text", "message", *FAST, "--out", out)
    assert "margin" in shown
    assert f"Report: {out / 'report.html'}" in shown
    with (out / "curves.csv").open(newline="") as file:
        curves = list(csv.DictReader(file))
    assert list(curves[0]) == ["dataset", "strategy", "learner", "seed", "labels", "score", "seconds"]
    found = {(row["strategy"], row["seed"], row["labels"]) for row in curves}
    assert found == {(s, seed, n) for s in ("margin", "random") for seed in "01" for n in ("4", "8", "12")}
    assert {row["dataset"] for row in curves} == {"mood"}
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["items"], summary["held_out"]) == (30, 8)
    assert set(summary["strategies"]) == {"margin", "random"}
    assert "<h1>Which questions teach most: mood</h1>" in (out / "report.html").read_text()


def test_finished_runs_count(tmp_path: Path) -> None:
    source, out = texts(tmp_path / "mood.csv"), tmp_path / "out"
    common: list[str | Path] = ["simulate", source, "--label", "mood", *FAST, "--out", out]
    done(*common)
    times = {path: path.stat().st_mtime_ns for path in (out / "runs").iterdir()}
    assert len(times) == 4
    curves = (out / "curves.csv").read_text()
    done(*common, "--seeds", "3")
    again = {path: path.stat().st_mtime_ns for path in (out / "runs").iterdir()}
    assert len(again) == 6
    assert {path: again[path] for path in times} == times
    done(*common)
    assert (out / "curves.csv").read_text() == curves


def test_changed_labels_are_played_anew(tmp_path: Path) -> None:
    source, out = texts(tmp_path / "mood.csv"), tmp_path / "out"
    done("simulate", source, "--label", "mood", *FAST, "--out", out)
    source.write_text(source.read_text().replace("bad", "good", 3))
    done("simulate", source, "--label", "mood", *FAST, "--out", out)
    assert len(list((out / "runs").iterdir())) == 8


def test_told_to_end_it_leaves_no_process_and_goes_on(tmp_path: Path) -> None:
    source, out = texts(tmp_path / "mood.csv"), tmp_path / "out"
    command = [*QUANDARY, "simulate", str(source), "--label", "mood", *FAST, "--out", str(out), "--seeds", "500"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not list(out.glob("runs/*.json")):
            pass
        process.send_signal(signal.SIGTERM)
        said = process.communicate()  # returns once every process that holds the pipes has ended
    assert said[0] == ""
    assert said[1].startswith(f"stopped; finished runs are kept in {str(out)!r}")
    assert process.returncode == 130
    assert list(out.glob("runs/*.json"))


def test_without_a_folder_the_report_lies_where_the_command_was_given(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    source, here = texts(tmp_path / "data" / "mood.csv"), tmp_path / "here"
    here.mkdir()
    shown = done("simulate", source, "--label", "mood", *FAST, cwd=here)
    assert "labels vs random" in shown
    assert shown.endswith("Report: mood-comparison/report.html\n")
    assert (here / "mood-comparison" / "report.html").exists()
    assert os.listdir(source.parent) == ["mood.csv"]


def test_vectors_and_one_class(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    np.savez(tmp_path / "v.npz", X=X, y=np.array(["only"] * 40))
    shown = done("simulate", tmp_path / "v.npz", "--label", "y", *FAST, cwd=tmp_path)
    assert "100.0 %" in shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--label", "moood"], "did you mean 'mood'?"),
        (["--label", "mood", "--strategy", "margn"], "did you mean 'margin'?"),
        (["--label", "mood", "--learner", "logistik"], "did you mean 'logistic'?"),
        (["--label", "mood", "--metric", "acuracy"], "no metric called 'acuracy'"),
        (["--label", "mood", "--budget", "0"], "budget must be at least 1, got 0"),
        (["--label", "mood", "--seeds", "-1"], "seeds must be at least 1, got -1"),
    ],
)
def test_refuses_before_any_work(tmp_path: Path, options: list[str], said: str) -> None:
    source, out = texts(tmp_path / "mood.csv"), tmp_path / "out"
    assert said in refused("simulate", source, *options, "--out", out)
    assert not out.exists()


def test_too_few_labels(tmp_path: Path) -> None:
    source = tmp_path / "few.csv"
    source.write_text("text,label\nsome words here,a\nother words there,b\nno label for this,\n")
    assert "2 items have a label; a comparison needs at least 10" in refused("simulate", source, "--label", "label")
