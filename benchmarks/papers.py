"""Tables of a paper played again with our loop, side by side with its numbers; see papers.md.

    python -m benchmarks.papers --sets wdbc german --seeds 20

Lu, Li, Lin 2023, arXiv 2306.08954: a support vector machine with Gaussian kernel (C = 1, gamma = 1 / columns) on
standardized columns, 60 % pool and 40 % test, 20 labels drawn at random, then one at a time until the pool is empty.
The score is the area under the accuracy. wdbc comes with scikit-learn, german from the folder of QUANDARY_DATA.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # must come before numpy

import argparse
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import ttest_rel
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks.sets import load
from quandary.bench.parallel import in_processes, usable_cores
from quandary.core.query import QueryContext, Selection
from quandary.core.registry import strategies
from quandary.simulation import simulate

START, POOL = 20, 0.6
# Mean and standard deviation over the runs of its summary table; 100 runs on these sets.
PAPER = {
    ("wdbc", "random"): (0.9539, 0.0130),
    ("wdbc", "margin"): (0.9652, 0.0103),
    ("wdbc", "core_set"): (0.9586, 0.0105),
    ("german", "random"): (0.7340, 0.0173),
    ("german", "margin"): (0.7417, 0.0154),
    ("german", "core_set"): (0.7365, 0.0152),
}
# Mean difference to Uniform of its second table; ** below 0.01 by a paired t-test.
GAINS = {
    ("wdbc", "margin"): "+0.0113 **",
    ("wdbc", "core_set"): "+0.0047 **",
    ("german", "margin"): "+0.0077 **",
    ("german", "core_set"): "+0.0025 **",
}
THEIR_NAMES = {"random": "Uniform", "margin": "US-C", "core_set": "Core-Set"}
STRATEGIES = tuple(THEIR_NAMES)


@dataclass(frozen=True)
class AfterStart:
    """Random items up to 20 labels, then what the strategy says."""

    strategy: str

    def select(self, context: QueryContext, k: int) -> Selection:
        """Choose ``k`` candidates."""
        name = self.strategy if len(context.labeled) >= START else "random"
        chosen: Selection = strategies.make(name).select(context, k)
        return chosen


class Machine(ClassifierMixin, BaseEstimator):
    """The paper's classifier; its distance to the boundary as a probability, which orders items the same way."""

    def fit(self, X: Any, y: Any) -> Machine:
        """Fit to two classes."""
        self.model_ = SVC(gamma="auto").fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Both columns, (n, 2)."""
        second = expit(self.model_.decision_function(X))
        return np.column_stack([1 - second, second])


@lru_cache
def table(name: str) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Columns and classes; categories of german, such as A12, become the numbers they hold."""
    if name == "wdbc":
        X, y = load_breast_cancer(return_X_y=True)
        return X, y.astype(np.intp)
    raw = load("german_credit")
    rows = [[float(cell.lstrip("A")) for cell in row.values()] for row in raw.rows]
    return np.array(rows), (raw.y == raw.y[0]).astype(np.intp)


Job = tuple[str, str, int]


def area(job: Job) -> float:
    """The area under the budget curve of one run, as the paper's code sums it."""
    name, strategy, seed = job
    X, y = table(name)
    order = np.random.default_rng(seed).permutation(len(y))
    pool, test = np.split(order, [int(POOL * len(y))])
    scale = StandardScaler().fit(X[pool])
    curve = simulate(
        scale.transform(X[pool]), y[pool], scale.transform(X[test]), y[test],
        strategy=AfterStart(strategy), learner=Machine(), budget=len(pool), batch=1, seed=seed,
    )  # fmt: skip
    scores = curve.scores[START:]
    return float((scores[1:] + scores[:-1]).sum() / 2 / len(scores))


def areas_table(name: str, areas: dict[str, NDArray[np.float64]]) -> list[str]:
    """One line a strategy: the area in the paper and here, each with its standard error."""
    lines = []
    for strategy in STRATEGIES:
        (mean, sd), own = PAPER[name, strategy], areas[strategy]
        theirs, ours = f"{mean:.4f} ± {sd / 10:.4f}", f"{own.mean():.4f} ± {error(own):.4f}"
        lines.append(f"| {name} | {strategy} ({THEIR_NAMES[strategy]}) | {theirs} | {ours} |")
    return lines


def gains_table(name: str, areas: dict[str, NDArray[np.float64]]) -> list[str]:
    """One line a strategy: its gain over random in the paper and here, with what a paired t-test says of it."""
    lines = []
    for strategy in STRATEGIES[1:]:
        gain = areas[strategy] - areas["random"]
        p = ttest_rel(areas[strategy], areas["random"]).pvalue
        theirs, ours = GAINS[name, strategy], f"{gain.mean():+.4f} ± {error(gain):.4f}"
        lines.append(f"| {name} | {strategy} ({THEIR_NAMES[strategy]}) | {theirs} | {ours} | {p:.2g} |")
    return lines


def error(values: NDArray[np.float64]) -> float:
    """The standard error of the mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def main() -> None:
    """Play everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=["wdbc", "german"], default=["wdbc", "german"])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=usable_cores())
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, the workers end too
    areas = {name: played(name, args.seeds, args.jobs) for name in args.sets}
    print("| set | strategy | area, paper | area, ours |\n|---|---|---:|---:|")
    print("\n".join(line for name in areas for line in areas_table(name, areas[name])))
    print("\n| set | strategy | gain, paper | gain, ours | p |\n|---|---|---:|---:|---:|")
    print("\n".join(line for name in areas for line in gains_table(name, areas[name])))


def played(name: str, seeds: int, jobs: int) -> dict[str, NDArray[np.float64]]:
    """The areas of each strategy, by seed."""
    todo: Sequence[Job] = [(name, strategy, seed) for seed in range(seeds) for strategy in STRATEGIES]
    found = dict(in_processes(area, todo, jobs))
    return {strategy: np.array([found[name, strategy, seed] for seed in range(seeds)]) for strategy in STRATEGIES}


if __name__ == "__main__":
    main()
