"""scikit-activeml: ``skactiveml:UncertaintySampling``, ``skactiveml:TypiClust`` and others by their classes' names."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import isclass, signature
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone

from quandary.bench.peers import at_random, bring, known, picked, rows_of
from quandary.core.features import Features
from quandary.core.query import QueryContext, Selection, predict_proba

MODELS = ("clf", "estimator", "ensemble", "discriminator")
# These fit the model to labels as they might be, so they get one that can be fitted.
REFIT = ("MonteCarloEER", "ValueOfInformationEER")
MEMBERS = 10
# Want one particular model of their own, or are no strategy but the base of some.
LEFT_OUT = ("EpistemicUncertaintySampling", "ExpectedErrorReduction", "FourDs")
# The plain class measures by least confidence; margin and entropy have names of their own here.
SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "EntropySampling": ("UncertaintySampling", {"method": "entropy"}),
    "MarginSampling": ("UncertaintySampling", {"method": "margin_sampling"}),
    "ProbabilisticAL": ("ProbabilisticAL", {"metric": "rbf"}),
}


@dataclass(frozen=True)
class Peer:
    """A pool strategy of scikit-activeml (Kottke et al. 2021), with its own settings."""

    name: str
    needs: ClassVar[tuple[str, str]] = ("skactiveml", "peers")

    def __post_init__(self) -> None:
        known(self.name, names(), "scikit-activeml")

    def select(self, context: QueryContext, k: int) -> Selection:
        made, settings = SETTINGS.get(self.name, (self.name, {}))
        made = getattr(bring("skactiveml.pool"), made)
        takes = signature(made.query).parameters
        model = next((name for name in MODELS if name in takes), None)
        if model is not None and not context.trained:
            return at_random(context, k)
        given: dict[str, Any] = {} if model is None else _model(model, self.name in REFIT, takes, context)
        strategy = made(**settings, **_settings(made, context))
        y = np.full(len(context.features), np.nan)
        y[context.labeled] = context.y_labeled
        return picked(strategy.query(rows_of(context), y, candidates=context.candidates, batch_size=k, **given))


def names() -> list[str]:
    """The strategies for classification in a pool."""
    pool = bring("skactiveml.pool")
    classes = {name: part for name in pool.__all__ if isclass(part := getattr(pool, name)) and hasattr(part, "query")}
    takes = {name: set(signature(part.query).parameters) for name, part in classes.items()}
    return sorted({*SETTINGS, *(n for n, found in takes.items() if not found & {"reg", "query_kwargs"})} - {*LEFT_OUT})


def _settings(made: Any, context: QueryContext) -> dict[str, Any]:
    count = len(context.classes)
    seed = int(context.rng.integers(2**31))
    own = {"classes": list(range(count)), "n_classes": count, "random_state": seed}
    own["cluster_algo_dict"] = {"random_state": seed}  # some forget to pass their seed on
    return {name: own[name] for name in own if name in signature(made).parameters}


def _model(name: str, refit: bool, takes: Any, context: QueryContext) -> dict[str, Any]:
    """The model under the name that the strategy wants it by, and not to be fitted again unless it must be."""
    if name == "discriminator":
        return {name: _wrapped(context, 2)}
    if name == "ensemble":
        return {name: _committee(context), "fit_ensemble": True}
    if refit:
        return {name: theirs(context, _refit(context)), "fit_clf": True}
    return {name: theirs(context)} | ({f"fit_{name}": False} if f"fit_{name}" in takes else {})


def _wrapped(context: QueryContext, classes: int) -> Any:
    return bring("skactiveml.classifier").SklearnClassifier(clone(context.learner), classes=list(range(classes)))


def _committee(context: QueryContext) -> Any:
    from sklearn.ensemble import BaggingClassifier

    bagged = BaggingClassifier(clone(context.learner), MEMBERS, random_state=int(context.rng.integers(2**31)))
    return bring("skactiveml.classifier").SklearnClassifier(bagged, classes=list(range(len(context.classes))))


def theirs(context: QueryContext, fit: Any = None) -> Any:
    """Our fitted model as one of theirs: the same probabilities.

    fit  what ``fit`` does with rows and codes, giving a fitted learner; None keeps the model that there is
    """
    base: Any = bring("skactiveml.base").SkactivemlClassifier

    class Theirs(base):
        def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
            self._validate_data(X, y)
            told = ~np.isnan(y)
            self.learner = fit(X[told], y[told].astype(int)) if fit else None
            return self

        def predict_proba(self, X: Any) -> Any:
            if self.learner is None:
                return _proba(context, X)
            return predict_proba(self.learner, Features(np.asarray(X)), np.arange(len(X)), len(context.classes))

    model = Theirs(classes=list(range(len(context.classes))), random_state=0)
    return model.fit(rows_of(context)[context.labeled], context.y_labeled.astype(float))


def _refit(context: QueryContext) -> Any:
    return lambda rows, codes: _New(clone(context.learner).fit(rows, codes))


def _proba(context: QueryContext, X: Any) -> Any:
    """Probabilities of the candidates as our own strategies see them; of other rows as those of new items."""
    rows = rows_of(context)
    if len(X) == len(context) and np.array_equal(X, rows[context.candidates]):
        return context.proba
    if len(X) == len(rows) and np.array_equal(X, rows):
        return context.predict(np.arange(len(rows)))
    return predict_proba(_New(context.learner), Features(np.asarray(X)), np.arange(len(X)), len(context.classes))


class _New:
    """A learner without its shortcut for rows of the pool."""

    def __init__(self, learner: Any) -> None:
        self.classes_, self.predict_proba = learner.classes_, learner.predict_proba
