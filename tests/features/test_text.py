from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from quandary.features.text import TextFeatures, unspaced
from quandary.features.words import word_vectors
from tests.features.worlds import texts


def plain_lsa(raw: list[str], components: int) -> np.ndarray:
    """The same by dense linear algebra: TF-IDF of words and pieces, singular vectors by strength, unit length."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(raw)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 4), sublinear_tf=True).fit_transform(raw)
    terms = sp.hstack([words, pieces]).toarray()
    _, strength, directions = np.linalg.svd(terms, full_matrices=False)
    found = terms @ (directions.T * strength)[:, :components]
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


@pytest.mark.parametrize("components", [2, 30])
def test_the_angles_between_texts_are_those_of_plain_lsa(components: int) -> None:
    contents = texts(60)
    expected = plain_lsa([content["text"] for content in contents], components)
    found = TextFeatures(components=components, meanings=0).fit_transform(contents)
    assert found.shape == (60, components)
    # Signs and rotations are free; angles are not. The randomized SVD is near, not equal.
    assert np.abs(found @ found.T - expected @ expected.T).max() < 0.05


def test_topics_lie_in_different_directions() -> None:
    contents = texts(2_000)
    y = np.arange(2_000) % 2
    X = TextFeatures().fit_transform(contents)
    assert X.dtype == np.float32
    assert LogisticRegression().fit(X[:20], y[:20]).score(X[20:], y[20:]) > 0.98


@pytest.mark.parametrize("size", [30, 1500])
def test_both_steps_at_once_equal_one_after_the_other(size: int) -> None:
    contents = texts(size)
    once = TextFeatures().fit_transform(contents)
    assert np.allclose(once, TextFeatures().fit(contents).transform(contents), atol=1e-5)


def test_texts_are_unit_vectors_and_empty_ones_zero() -> None:
    X = (
        TextFeatures()
        .fit([*texts(50), {"text": ""}])
        .transform([{"text": "bank card"}, {"text": ""}, {}, {"text": "never seen"}])
    )
    assert np.linalg.norm(X, axis=1).round(5).tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize("raw", [[""], ["", ""], ["one"], ["a", "b"], ["same"] * 9, ["!!!", "???"], ["x" * 50_000]])
def test_tiny_and_odd_pools(raw: list[str]) -> None:
    contents = [{"text": text} for text in raw]
    extractor = TextFeatures()
    X = extractor.fit_transform(contents)
    assert len(X) == len(raw)
    assert np.isfinite(X).all()
    assert extractor.transform([{"text": "new"}]).shape == (1, X.shape[1])


def test_scripts_without_blanks_are_told_apart() -> None:
    weather = ["今日は天気がいい", "明日は天気が悪い", "天気予報を見る"] * 10
    food = ["寿司を食べたい", "昼食を食べた", "夕食を食べる"] * 10
    X = TextFeatures().fit_transform([{"text": text} for text in [*weather, *food]])
    same, other = X[:30] @ X[:30].T, X[:30] @ X[30:].T
    assert same.mean() > other.mean() + 0.3
    assert unspaced(weather)


def test_what_means_the_same_is_near_without_a_common_word() -> None:
    pool = [*(c["text"] for c in texts(40)), "The film was wonderful.", "A great movie!", "Please pay the invoice."]
    film, movie, invoice = TextFeatures().fit_transform([{"text": text} for text in pool])[-3:]
    assert film @ movie > film @ invoice + 0.2


def test_meanings_are_those_of_the_package() -> None:
    """Its own mean over padded batches, against the one over counts of pieces."""
    own = word_vectors()
    raw = [c["text"] for c in texts(70)] + ["word " * 700, "Überraschung! 今日は"]
    from wordllama import WordLlama  # word_vectors keeps its import from setting up logging, so that comes first

    model = WordLlama.load(cache_dir=Path(sys.modules["wordllama"].__file__ or "").parent, disable_download=True)
    assert np.allclose(own.means(raw), model.embed(raw, norm=True), atol=1e-4)


def test_reading_the_vectors_leaves_the_logging_alone() -> None:
    look = "import logging; from quandary.features.words import word_vectors; word_vectors(); r = logging.getLogger()"
    ran = subprocess.run([sys.executable, "-c", f"{look}; print(r.handlers, r.level)"], capture_output=True, text=True)
    assert ran.stdout == f"[] {logging.WARNING}\n", ran.stderr


def test_several_columns_count_together() -> None:
    split = [{"a": c["text"][:10], "b": c["text"][10:]} for c in texts(40)]
    joined = [{"text": f"{c['a']} {c['b']}"} for c in split]
    assert np.allclose(TextFeatures(("a", "b")).fit_transform(split), TextFeatures().fit_transform(joined))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=12))
def test_any_texts_give_finite_numbers(raw: list[str]) -> None:
    X = TextFeatures().fit_transform([{"text": text} for text in raw])
    assert len(X) == len(raw)
    assert np.isfinite(X).all()
