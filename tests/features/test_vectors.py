from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from quandary.core.errors import InputError
from quandary.features.vectors import VectorFeatures

X = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)


@pytest.fixture
def extractor(tmp_path: Path) -> VectorFeatures:
    np.savez(tmp_path / "a.npz", X=X)
    return VectorFeatures(root=str(tmp_path / "a.npz")).fit([{}] * 20)


def test_the_numbers_are_unchanged(extractor: VectorFeatures) -> None:
    assert np.array_equal(extractor.transform([{}] * 20), X)


def test_new_vectors_pass_through(extractor: VectorFeatures) -> None:
    assert np.array_equal(extractor.transform(X[:2] + 1), X[:2] + 1)
    assert np.array_equal(extractor.transform(list(X[:2])), X[:2])


def test_other_shapes_are_refused(extractor: VectorFeatures) -> None:
    with pytest.raises(InputError, match="the vectors have 4 numbers, those of the pool 3"):
        extractor.transform(np.zeros((2, 4)))
    with pytest.raises(InputError, match=r"7 items were asked for, but .* holds 20 vectors"):
        extractor.transform([{}] * 7)


def test_other_numbers_have_another_fingerprint(tmp_path: Path, extractor: VectorFeatures) -> None:
    np.savez(tmp_path / "b.npz", X=X + 1)
    assert VectorFeatures(root=str(tmp_path / "b.npz")).fingerprint([]) != extractor.fingerprint([])
