"""Classifiers of scikit-learn are learners as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import quandary


@pytest.mark.parametrize(
    "learner",
    [
        HistGradientBoostingClassifier(min_samples_leaf=2),
        GaussianNB(),
        make_pipeline(StandardScaler(), GaussianNB()),
    ],
    ids=lambda learner: type(learner).__name__,
)
def test_it_learns_is_saved_and_goes_on(learner: ClassifierMixin, tmp_path: Path) -> None:
    X = np.random.default_rng(0).standard_normal((120, 3))
    al = quandary.ActiveLearner(X, classes=["low", "high"], strategy="random", learner=learner, audit=0)
    batch = al.ask(40)
    al.tell(batch.ids, ["low" if x < 0 else "high" for x in X[batch.positions, 0]])
    assert al.model.predict([[-2.0, 0, 0], [2.0, 0, 0]]).tolist() == ["low", "high"]
    al.save(tmp_path / "saved")
    again = quandary.load(tmp_path / "saved")
    assert np.array_equal(again.model.predict_proba(X), al.model.predict_proba(X))
