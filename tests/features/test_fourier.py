"""Random waves: their inner products are the Gaussian kernel."""

from __future__ import annotations

import numpy as np

from quandary.core.features import Features
from quandary.features.fourier import FourierFeatures
from quandary.features.table import TableFeatures
from quandary.learners.logistic import Logistic


def rows(X: np.ndarray) -> list[dict[str, str]]:
    return [{f"c{j}": repr(float(value)) for j, value in enumerate(row)} for row in X]


def test_waves_multiply_to_the_gaussian_kernel() -> None:
    X = np.random.default_rng(0).uniform(-1, 1, (200, 3))
    extractor = FourierFeatures(waves=20_000).fit(rows(X))
    made = extractor.transform(rows(X)).astype(np.float64)
    columns, waves = made[:, :3] * np.sqrt(3), made[:, 3:]
    apart = ((columns[:, None] - columns[None]) ** 2).sum(axis=2)
    reach = np.sqrt(np.median(apart[np.triu_indices(200, 1)]))
    np.testing.assert_allclose(waves @ waves.T, np.exp(-apart / (2 * reach**2)), atol=0.06)


def test_columns_that_act_together_show_in_a_linear_model() -> None:
    X = np.random.default_rng(0).uniform(-1, 1, (900, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    scores = {}
    for part in (TableFeatures, FourierFeatures):
        made = part().fit(rows(X)).transform(rows(X))
        model = Logistic().fit_pool(Features(made, part.kind), np.arange(150), y[:150])
        scores[part] = model.score(made[150:], y[150:])
    assert scores[FourierFeatures] > 0.85
    assert scores[TableFeatures] < 0.72
