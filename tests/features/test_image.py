from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from quandary.core.features import Features
from quandary.features.image import ImageFeatures, colors, is_gray
from quandary.features.patches import PatchFeatures
from quandary.learners.logistic import Logistic
from tests.features.worlds import digits


def test_tiny_images_are_seen_by_their_pieces_alone(tmp_path: Path) -> None:
    contents = digits(tmp_path / "p", 100)
    X, Y = (part(root=str(tmp_path / "p")).fit(contents).transform(contents) for part in (ImageFeatures, PatchFeatures))
    assert np.allclose(X, Y)


def test_pieces_say_more_of_handwriting_than_pixels(tmp_path: Path) -> None:
    contents = digits(tmp_path / "p", 600)
    y, labeled = load_digits().target[:600], np.arange(0, 600, 12)
    X = PatchFeatures(root=str(tmp_path / "p")).fit(contents).transform(contents)
    pieces, plain = (
        Logistic().fit_pool(Features(Z, "image"), labeled, y[labeled]).score(Z, y)
        for Z in (X, load_digits().data[:600])
    )
    assert pieces > plain + 0.02


@pytest.mark.parametrize("scale", [1, 8])
def test_neighbors_are_of_one_class(tmp_path: Path, scale: int) -> None:
    contents = digits(tmp_path / "p", 600, scale)
    y = load_digits().target[:600]
    X = ImageFeatures(root=str(tmp_path / "p")).fit(contents).transform(contents)
    assert X.shape == (600, 128)
    assert KNeighborsClassifier(1).fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.92


def test_colors_count_where_shapes_are_alike(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for i in range(60):
        noise = rng.integers(0, 60, (40, 50, 3))
        noise[..., i % 2] += 120
        Image.fromarray(noise.astype(np.uint8)).save(tmp_path / f"{i}.png")
    contents = [{"name": f"{i}.png"} for i in range(60)]
    X = ImageFeatures(root=str(tmp_path)).fit(contents).transform(contents)
    y = np.arange(60) % 2
    assert KNeighborsClassifier(1).fit(X[:10], y[:10]).score(X[10:], y[10:]) == 1


def test_shares_of_colors_by_hand() -> None:
    image = Image.new("RGB", (32, 32), "black")
    image.paste((255, 0, 0), (0, 0, 32, 8))
    shares = colors(image) ** 2
    assert np.flatnonzero(shares).tolist() == [0, 8]
    assert np.allclose(shares[[0, 8]], [0.75, 0.25])


def test_gray_is_told_from_color() -> None:
    gray = np.random.default_rng(0).integers(0, 256, (30, 30)).astype(np.uint8)
    assert is_gray(Image.fromarray(np.dstack([gray] * 3)))
    assert not is_gray(Image.fromarray(np.dstack([gray, gray, gray // 2])))


def test_images_of_all_sizes_and_modes(tmp_path: Path) -> None:
    modes: dict[str, Any] = {
        "L": 7,
        "RGB": (1, 2, 3),
        "RGBA": (1, 2, 3, 4),
        "CMYK": (1, 2, 3, 4),
        "1": 1,
        "I;16": 900,
        "P": 3,
    }
    for i, (mode, color) in enumerate(modes.items()):
        Image.new(mode, (5 + 40 * i, 300 - 40 * i), color).save(tmp_path / f"{i}.{'tif' if mode == 'CMYK' else 'png'}")
    contents = [{"name": path.name} for path in sorted(tmp_path.iterdir())]
    X = ImageFeatures(root=str(tmp_path)).fit(contents).transform(contents)
    assert len(X) == len(modes)
    assert np.isfinite(X).all()


@pytest.mark.parametrize("scale", [1, 8])
def test_an_image_that_is_gone_is_the_mean(tmp_path: Path, scale: int) -> None:
    contents = digits(tmp_path / "p", 30, scale)
    extractor = ImageFeatures(root=str(tmp_path / "p")).fit(contents)
    X = extractor.transform([{"name": "gone.png"}, contents[0], {"name": "../../etc/passwd"}, {}])
    assert not X[[0, 2, 3]].any()
    assert X[1].any()
    nothing = ImageFeatures(root=str(tmp_path)).fit([{"name": "gone.png"}])
    assert not nothing.transform([{"name": "gone.png"}]).any()


def test_a_changed_image_has_another_fingerprint(tmp_path: Path) -> None:
    contents = digits(tmp_path / "p", 5, 3)
    extractor = ImageFeatures(root=str(tmp_path / "p"))
    before = extractor.fingerprint(contents)
    assert extractor.fingerprint(contents) == before
    Image.new("L", (9, 9)).save(tmp_path / "p" / "3.png")
    assert extractor.fingerprint(contents) != before


def test_fingerprints_of_zip_files(tmp_path: Path) -> None:
    contents = digits(tmp_path / "p", 5)
    found = set()
    for other in ("3.png", "4.png"):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for content in contents:
                archive.write(tmp_path / "p" / content["name"], content["name"])
            archive.write(tmp_path / "p" / other, "5.png")
        found.add(ImageFeatures(root=str(tmp_path / "a.zip")).fingerprint([*contents, {"name": "5.png"}]))
    assert len(found) == 2
