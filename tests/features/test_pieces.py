"""The dictionary of pieces against plain loops and scikit-learn."""

from __future__ import annotations

import numpy as np
from PIL import Image
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, make_blobs

from quandary.features.pieces import Pieces, dictionary, distances, whitening


def drawn(count: int = 40) -> list[Image.Image]:
    return [Image.fromarray((16 * gray).astype(np.uint8)) for gray in load_digits().images[:count]]


def test_whitened_rows_vary_the_same_in_every_direction() -> None:
    rng = np.random.default_rng(0)
    rows = (rng.standard_normal((5000, 4)) @ rng.standard_normal((4, 4)) * 100).astype(np.float32)
    rows -= rows.mean(axis=0)
    spread = np.linalg.eigvalsh(np.cov((rows @ whitening(rows)).T))
    assert spread.max() < 1.01
    weak = np.linalg.eigvalsh(np.cov(rows.T))
    np.testing.assert_allclose(spread, weak / (weak + 0.1 * weak.mean()), rtol=0.02)


def test_clusters_are_as_tight_as_those_of_scikit_learn() -> None:
    rows = make_blobs(500, 5, centers=8, random_state=0)[0].astype(np.float32)
    ours = distances(rows, dictionary(rows, 8, np.random.default_rng(0))).min(axis=1)
    theirs = KMeans(8, init="random", n_init=1, random_state=0).fit(rows)
    assert (ours**2).sum() < 2.5 * theirs.inertia_


def test_distances_by_hand() -> None:
    rows, centers = np.array([[0, 0], [3, 4]], np.float32), np.array([[0, 0], [3, 0]], np.float32)
    np.testing.assert_allclose(distances(rows, centers), [[0, 3], [5, 4]])


def test_what_an_image_holds_equals_a_plain_loop() -> None:
    images = drawn()
    pieces = Pieces(size=20).learn(images, gray=True)
    image = images[3]
    pixels = np.asarray(image.resize((32, 32), Image.Resampling.BILINEAR), np.float64) / 255
    expected = np.zeros((2, 2, 20))
    for i, top in enumerate(range(0, 27, 2)):
        for j, left in enumerate(range(0, 27, 2)):
            patch = pixels[top : top + 6, left : left + 6].ravel()
            patch = (patch - patch.mean()) / np.sqrt(patch.var() + 10 / 255**2)
            seen = (patch - pieces.shift_) @ pieces.whiten_
            apart = np.linalg.norm(seen - pieces.dictionary_, axis=1)
            expected[i // 7, j // 7] += np.maximum(apart.mean() - apart, 0)
    found = pieces.encode(image) / pieces.scale_ + pieces.mean_
    np.testing.assert_allclose(found, np.sqrt(expected.reshape(-1)), atol=1e-3)


def test_the_same_images_give_the_same_dictionary() -> None:
    first, second = (Pieces(size=10).learn(drawn(), gray=True).dictionary_ for _ in range(2))
    np.testing.assert_array_equal(first, second)
