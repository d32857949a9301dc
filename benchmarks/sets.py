"""Real data sets for the benchmarks, found through the folder that QUANDARY_DATA names.

Each loader gives the raw rows and the true classes; nothing of them is kept in the project.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

METRICS = {"bank_marketing", "mammography", "screen_copd", "screen_kitchenham"}  # rare classes: average precision


@dataclass(frozen=True)
class Raw:
    """A labeled set as it comes.

    kind  what ``rows`` are: "text" strings, "image" (n, h, w) or (n, h, w, 3) bytes, "table" dictionaries of strings,
          "numbers" the (n, d) columns of a table, "vectors" (n, d) embeddings
    """

    name: str
    kind: str
    rows: Any
    y: np.ndarray

    @property
    def metric(self) -> str:
        return "average_precision" if self.name in METRICS else "accuracy"


def data_folder() -> Path:
    """The folder of the data sets; exits with one line when it is not there."""
    folder = os.environ.get("QUANDARY_DATA", "")
    if not folder or not Path(folder).is_dir():
        raise SystemExit(
            "QUANDARY_DATA must name the folder of the benchmark data sets, and does not; nothing was measured"
        )
    return Path(folder)


def _open(path: Path, encoding: str = "utf-8") -> Any:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _rows(path: Path, encoding: str = "utf-8", **options: Any) -> Iterator[list[str]]:
    with _open(path, encoding) as file:
        yield from csv.reader(file, **options)


def _numbers(*files: str) -> Callable[[Path], tuple[str, Any, list[Any]]]:
    """Tables of numbers without header, the class last."""

    def load(folder: Path) -> tuple[str, Any, list[Any]]:
        rows = [row for file in files for row in _rows(folder / file) if row]
        return "numbers", np.array([row[:-1] for row in rows], float), [row[-1].strip() for row in rows]

    return load


def _texts(file: str, text: Callable[[dict[str, str]], str], label: str, encoding: str = "utf-8") -> Any:
    def load(folder: Path) -> tuple[str, Any, list[Any]]:
        with _open(folder / file, encoding) as stream:
            rows = list(csv.DictReader(stream))
        return "text", [text(row) for row in rows], [row[label] for row in rows]

    return load


def _lines(file: str) -> Any:
    """A label, a space and the text on each line."""

    def load(folder: Path) -> tuple[str, Any, list[Any]]:
        lines = [line for line in (folder / file).read_text("latin-1").split("\n") if line.strip()]
        pairs = [line.split(" ", 1) for line in lines]
        return "text", [text for _, text in pairs], [label for label, _ in pairs]

    return load


def _tweets(folder: Path) -> tuple[str, Any, list[Any]]:
    texts, labels = [], []
    for part in ("train", "val", "test"):
        texts += (folder / f"{part}_text.txt").read_text("utf-8").split("\n")[:-1]
        labels += (folder / f"{part}_labels.txt").read_text().split()
    return "text", texts[: len(labels)], labels


def _ag_news(folder: Path) -> tuple[str, Any, list[Any]]:
    rows = list(_rows(folder / "test.csv"))
    return "text", [f"{title} {text}" for _, title, text in rows], [label for label, _, _ in rows]


def _sms(folder: Path) -> tuple[str, Any, list[Any]]:
    rows = list(_rows(folder / "sms.tsv", delimiter="\t", quoting=csv.QUOTE_NONE))
    return "text", [row[1] for row in rows], [row[0] for row in rows]


def _telco(folder: Path) -> tuple[str, Any, list[Any]]:
    with (folder / "Telco-Customer-Churn.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    y = [row.pop("Churn") for row in rows]
    for row in rows:
        del row["customerID"]
    return "table", rows, y


def _german(folder: Path) -> tuple[str, Any, list[Any]]:
    rows = list(_rows(folder / "german.csv", skipinitialspace=True))
    return "table", [{f"c{i}": v for i, v in enumerate(row[:-1])} for row in rows], [row[-1] for row in rows]


def _usps(folder: Path) -> tuple[str, Any, list[Any]]:
    import h5py

    with h5py.File(folder / "usps.h5", "r") as file:
        pixels = np.concatenate([file["train/data"][:], file["test/data"][:]])
        y = np.concatenate([file["train/target"][:], file["test/target"][:]])
    return "image", (pixels.reshape(-1, 16, 16) * 255).astype(np.uint8), y.tolist()


def _pneumonia(folder: Path) -> tuple[str, Any, list[Any]]:
    with np.load(folder / "pneumoniamnist.npz") as held:
        images = np.concatenate([held[f"{part}_images"] for part in ("train", "val", "test")])
        y = np.concatenate([held[f"{part}_labels"][:, 0] for part in ("train", "val", "test")])
    return "image", images, y.tolist()


def _pictures(file: str, label: Callable[[str], str]) -> Any:
    def load(folder: Path) -> tuple[str, Any, list[Any]]:
        from PIL import Image

        with zipfile.ZipFile(folder / file) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith((".jpg", ".png"))]
            images = [np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")) for name in names]
        return "image", np.stack(images), [label(name) for name in names]

    return load


def _cifar(folder: Path) -> tuple[str, Any, list[Any]]:
    with (folder / "index.csv").open(newline="") as file:
        label = {row["file"]: row["label"] for row in csv.DictReader(file)}
    load: Any = _pictures("cifar10_test.zip", lambda name: label[name])
    held: tuple[str, Any, list[Any]] = load(folder)
    return held


def _labelme(folder: Path) -> tuple[str, Any, list[Any]]:
    parts = ("train", "valid", "test")
    X = np.concatenate([np.load(folder / f"LabelMe_VGG_avg_{part}.npy") for part in parts])
    y = np.concatenate([np.loadtxt(folder / f"LabelMe_Z_{part}.txt", dtype=int) for part in parts])
    return "vectors", X.reshape(len(X), -1).astype(np.float64), y.tolist()


LOADERS: dict[str, Callable[[Path], tuple[str, Any, list[Any]]]] = {
    "abalone3": _numbers("abalone.csv.gz"),
    "bank_marketing": _numbers("bank.csv.gz"),
    "car": _numbers("car.csv.gz"),
    "cardiotocography3": _numbers("cardiotocography-3clases.csv.gz"),
    "image_segmentation": _numbers("statlog-image.csv.gz"),
    "letter": _numbers("letter.csv.gz"),
    "magic": _numbers("magic.csv.gz"),
    "mammography": _numbers("mammography.csv"),
    "pendigits": _numbers("pendigits_train.csv.gz"),
    "satimage": _numbers("statlog-landsat_train.csv.gz"),
    "spambase": _numbers("spambase.csv.gz"),
    "splice": _numbers("molec-biol-splice.csv.gz"),
    "vehicle": _numbers("statlog-vehicle.csv.gz"),
    "german_credit": _german,
    "telco_churn": _telco,
    "labelme_vgg": _labelme,
    "usps": _usps,
    "pneumoniamnist": _pneumonia,
    "brain_tumor_mri": _pictures("brain_tumor_mri.zip", lambda name: name.split("/")[1]),
    "cifar10_test_10h": _cifar,
    "ag_news_test": _ag_news,
    "banking77": _texts("train.csv", lambda row: row["text"], "category"),
    "davidson_hate": _texts("labeled_data.csv", lambda row: row["tweet"], "class"),
    "medical_abstracts": _texts("medical_tc_test.csv", lambda row: row["medical_abstract"], "condition_label"),
    "screen_copd": _texts("screen_copd.csv.gz", lambda row: f"{row['title']} {row['abstract']}", "included"),
    "screen_kitchenham": _texts(
        "Kitchenham.csv", lambda row: f"{row['Document Title']} {row['Abstract']}", "label", "latin-1"
    ),
    "sms_spam": _sms,
    "subj": _lines("subj.all"),
    "trec6": _lines("TREC.train.all"),
    "tweeteval_emotion": _tweets,
    "tweeteval_irony": _tweets,
}
FOLDERS = {"labelme_vgg": "labelme_vgg_crowd"}


def load(name: str) -> Raw:
    """The set called ``name``."""
    kind, rows, y = LOADERS[name](data_folder() / FOLDERS.get(name, name))
    return Raw(name, kind, rows, np.array([str(value) for value in y]))
