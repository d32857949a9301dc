"""Other libraries' ways to select, each prepared so that one call without arguments does the selection and no more.

Each case is a function of a ``Task`` that imports what it needs, so that a library that is not installed costs one
line of the table. Cases are named ``library/method`` and listed with the strategy of ours that does the same.
"""

from __future__ import annotations

import collections
import collections.abc
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Call = Callable[[], Any]


@dataclass(frozen=True)
class Task:
    """What is to be done: ``count`` of the rows of ``X`` (n, d) that are not ``labeled``; ``model`` is fitted.

    clones  folder with clones of research code that is no package, or None
    """

    X: NDArray[np.float32]
    y: NDArray[np.intp]
    labeled: NDArray[np.intp]
    model: Any
    count: int
    clones: Path | None = None

    @property
    def free(self) -> NDArray[np.intp]:
        return np.setdiff1d(np.arange(len(self.X)), self.labeled)

    @property
    def classes(self) -> int:
        return len(self.model.classes_)


def skactiveml(name: str, **options: Any) -> Callable[[Task], Call]:
    """A pool strategy of scikit-activeml, with a model that is not fitted again."""

    def prepare(task: Task) -> Call:
        from sklearn.linear_model import LogisticRegression

        pool, wrap = import_module("skactiveml.pool"), import_module("skactiveml.classifier").SklearnClassifier
        known = np.full(len(task.X), np.nan)
        known[task.labeled] = task.y[task.labeled]
        chosen = dict(options)
        if chosen.pop("minibatch", False):
            chosen["cluster_algo"] = import_module("sklearn.cluster").MiniBatchKMeans

        def fitted(labels: NDArray[np.float64]) -> Any:
            return wrap(LogisticRegression(max_iter=300), classes=list(range(task.classes))).fit(task.X, labels)

        arguments: dict[str, Any] = {"X": task.X, "y": known, "batch_size": task.count}
        if name in ("UncertaintySampling", "Badge", "DropQuery", "Falcun", "ContrastiveAL"):
            arguments |= {"clf": fitted(known), "fit_clf": False}
        if name == "QueryByCommittee":
            rng = np.random.default_rng(1)
            members = []
            for _ in range(5):
                some = known.copy()
                some[rng.choice(task.labeled, len(task.labeled) // 3, replace=False)] = np.nan
                members.append(fitted(some))
            arguments |= {"ensemble": members, "fit_ensemble": False}
        if name == "ProbCover":
            chosen["n_classes"] = task.classes
        strategy = getattr(pool, name)(random_state=0, **chosen)
        return lambda: strategy.query(**arguments)

    return prepare


def modal(kind: str) -> Callable[[Task], Call]:
    """Uncertainty sampling or a committee of modAL."""

    def prepare(task: Task) -> Call:
        from sklearn.linear_model import LogisticRegression

        models, doubt = import_module("modAL.models"), import_module("modAL.uncertainty")
        start = {"X_training": task.X[task.labeled], "y_training": task.y[task.labeled]}
        rows = task.X[task.free]

        def learner(**more: Any) -> Any:
            return models.ActiveLearner(LogisticRegression(max_iter=300), **start, **more)

        if kind == "committee":
            vote = import_module("modAL.disagreement").vote_entropy_sampling
            asker = models.Committee([learner(bootstrap_init=True) for _ in range(5)], query_strategy=vote)
        else:
            asker = learner(query_strategy=getattr(doubt, f"{kind}_sampling"))
        return lambda: asker.query(rows, n_instances=task.count)[0]

    return prepare


def small_text(name: str, embeds: bool = False) -> Callable[[Task], Call]:
    """A strategy of small-text; the rows are their own embeddings."""

    def prepare(task: Task) -> Call:
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression

        package = import_module("small_text")
        data = package.SklearnDataset(csr_matrix(task.X), task.y.copy(), target_labels=np.arange(task.classes))

        class Embeds(package.SklearnClassifier):  # type: ignore[misc,name-defined]
            def embed(self, dataset: Any, return_proba: bool = False, **_: Any) -> Any:
                rows = np.asarray(dataset.x.todense(), dtype=np.float32)
                return (rows, self.predict_proba(dataset)) if return_proba else rows

        model = Embeds(LogisticRegression(max_iter=300), task.classes)
        model.fit(data[task.labeled])
        more = {"embeddings": task.X[np.concatenate([task.free, task.labeled])]} if embeds else {}
        strategy, free, y = getattr(package, name)(), task.free, task.y[task.labeled]
        return lambda: strategy.query(model, data, free, task.labeled, y, n=task.count, **more)

    return prepare


def alipy(name: str, **options: Any) -> Callable[[Task], Call]:
    """A strategy of ALiPy; the greedy core-set does its work where it is made, so that this counts."""

    def prepare(task: Task) -> Call:
        collections.Iterable = collections.abc.Iterable  # type: ignore[attr-defined]  # gone from Python, used by it
        queries = import_module("alipy.query_strategy.query_labels")
        known, free = task.labeled.tolist(), task.free.tolist()
        if name == "QueryInstanceCoresetGreedy":
            make, everybody = queries.QueryInstanceCoresetGreedy, np.arange(len(task.X))
            return lambda: make(task.X, task.y, everybody).select(known, free, batch_size=task.count)
        strategy = getattr(queries, name)(task.X, task.y, **options)
        return lambda: strategy.select(known, free, model=task.model, batch_size=task.count)

    return prepare


def baal(name: str) -> Callable[[Task], Call]:
    """A heuristic of baal on the model's probabilities, or on 20 noisy copies of them for BALD."""

    def prepare(task: Task) -> Call:
        heuristic, rows = getattr(import_module("baal.active.heuristics"), name)(), task.X[task.free]
        if name != "BALD":
            return lambda: heuristic(task.model.predict_proba(rows)[:, :, None])[: task.count]
        samples = noisy(task, 20)
        return lambda: heuristic(samples)[: task.count]

    return prepare


def noisy(task: Task, copies: int) -> NDArray[np.float32]:
    """Predictions of as many models, (n, classes, copies): the model's own, each times noise."""
    noise = np.random.default_rng(0).gamma(5, size=(len(task.free), task.classes, copies))
    samples = task.model.predict_proba(task.X[task.free])[:, :, None] * noise
    return np.asarray(samples / samples.sum(axis=1, keepdims=True), np.float32)


def badge(task: Task) -> Call:
    """The seeding of the authors of BADGE (github.com/JordanAsh/badge), from a clone."""
    from scipy import stats

    if task.clones is None:
        raise ModuleNotFoundError("no clone: say --clones DIR")
    source = (task.clones / "badge" / "query_strategies" / "badge_sampling.py").read_text()
    source = source[source.index("def distance(") : source.index("class BadgeSampling")]
    space: dict[str, Any] = {"np": np, "stats": stats}
    exec(source, space)

    def call() -> list[int]:
        rows, apart = task.X[task.free].astype(np.float64), -task.model.predict_proba(task.X[task.free])
        apart[np.arange(len(rows)), apart.argmin(axis=1)] += 1
        factors = (apart, (apart**2).sum(axis=1)), (rows, (rows**2).sum(axis=1))
        state: tuple[Any, ...] = (set(), [], None, None)
        for _ in range(task.count):
            state = space["init_centers"](*factors, *state)
        return list(state[1])

    return call


UNCERTAIN = "UncertaintySampling"
PEERS: dict[str, tuple[str, Callable[[Task], Call]]] = {
    "scikit-activeml/margin": ("margin", skactiveml(UNCERTAIN, method="margin_sampling")),
    "scikit-activeml/entropy": ("entropy", skactiveml(UNCERTAIN, method="entropy")),
    "scikit-activeml/least confident": ("least_confidence", skactiveml(UNCERTAIN, method="least_confident")),
    "scikit-activeml/committee of 5": ("committee, given members", skactiveml("QueryByCommittee")),
    "scikit-activeml/CoreSet": ("core_set", skactiveml("CoreSet")),
    "scikit-activeml/Badge": ("badge", skactiveml("Badge")),
    "scikit-activeml/TypiClust": ("typiclust", skactiveml("TypiClust")),
    "scikit-activeml/TypiClust, MiniBatchKMeans": ("typiclust", skactiveml("TypiClust", minibatch=True)),
    "scikit-activeml/ProbCover": ("prob_cover", skactiveml("ProbCover")),
    "scikit-activeml/MaxHerding": ("max_herding", skactiveml("MaxHerding")),
    "scikit-activeml/DropQuery": ("drop_query", skactiveml("DropQuery")),
    "scikit-activeml/Falcun": ("falcun", skactiveml("Falcun")),
    "scikit-activeml/ContrastiveAL": ("contrastive", skactiveml("ContrastiveAL")),
    "modAL/margin": ("margin", modal("margin")),
    "modAL/entropy": ("entropy", modal("entropy")),
    "modAL/least confident": ("least_confidence", modal("uncertainty")),
    "modAL/committee of 5": ("committee, given members", modal("committee")),
    "small-text/BreakingTies": ("margin", small_text("BreakingTies")),
    "small-text/PredictionEntropy": ("entropy", small_text("PredictionEntropy")),
    "small-text/LeastConfidence": ("least_confidence", small_text("LeastConfidence")),
    "small-text/GreedyCoreset": ("core_set", small_text("GreedyCoreset", embeds=True)),
    "small-text/ContrastiveActiveLearning": ("contrastive", small_text("ContrastiveActiveLearning")),
    "ALiPy/margin": ("margin", alipy("QueryInstanceUncertainty", measure="margin")),
    "ALiPy/entropy": ("entropy", alipy("QueryInstanceUncertainty", measure="entropy")),
    "ALiPy/least confident": ("least_confidence", alipy("QueryInstanceUncertainty", measure="least_confident")),
    "ALiPy/committee": ("committee", alipy("QueryInstanceQBC")),
    "ALiPy/CoresetGreedy": ("core_set", alipy("QueryInstanceCoresetGreedy")),
    "ALiPy/DensityWeighted": ("density_weighted", alipy("QueryInstanceDensityWeighted")),
    "baal/Margin": ("margin", baal("Margin")),
    "baal/Entropy": ("entropy", baal("Entropy")),
    "baal/Certainty": ("least_confidence", baal("Certainty")),
    "baal/BALD": ("bald, given samples", baal("BALD")),
    "badge/BADGE": ("badge", badge),
}
