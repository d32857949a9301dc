"""random draws every candidate alike."""

import numpy as np

from quandary.strategies.random import Random
from tests.strategies.worlds import Told, context, dirichlet


def test_every_candidate_is_equally_likely_whatever_the_model_says() -> None:
    counts = np.zeros(12)
    for seed in range(600):
        seen = context(np.zeros((12, 1)), [3, 9], [0, 1], learner=Told(dirichlet(12)), seed=seed)
        counts[Random().select(seen, 3).positions] += 1
    assert counts[[3, 9]].tolist() == [0, 0]
    others = np.delete(counts, [3, 9])
    assert (abs(others - 180) < 5 * np.sqrt(180 * 0.7)).all()
