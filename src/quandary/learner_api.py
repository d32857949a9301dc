"""Ask and tell: active learning for scripts and notebooks, over the same loop as the page."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary import loop, saved
from quandary.core.audit import reserve
from quandary.core.errors import ConfigError
from quandary.core.events import AnswerGiven, ClassChanged, Event, RoundProposed
from quandary.core.ids import ItemIds
from quandary.core.names import unknown_name
from quandary.core.plan import Plan, make_plan
from quandary.core.query import Reason
from quandary.core.state import fold
from quandary.core.verdicts import Advice, Estimate
from quandary.named import NamedClassifier
from quandary.pool import Pool, class_names, make_pool, plain
from quandary.quality.crossfit import FEWEST
from quandary.quality.history import Point
from quandary.quality.labels import Labels
from quandary.quality.report import Assessment, assess

ANNOTATOR = "script"


@dataclass(frozen=True)
class Batch:
    """Items to label now, best first.

    ids        item ids
    positions  (k,) rows of ``X``
    scores     acquisition scores, higher = ask sooner; None for random checks
    reasons    why each is asked
    """

    ids: tuple[str, ...]
    positions: NDArray[np.intp]
    scores: tuple[float | None, ...]
    reasons: tuple[Reason, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)


class ActiveLearner:
    """Ask which items to label, tell their labels, and have a model that learns from every answer.

    X         (n, d) array, sparse matrix or data frame: the whole pool
    classes   what an item can be; None: whatever is told
    strategy  name (``quandary.strategies()``) or an object with ``select``
    learner   name (``quandary.learners()``) or any scikit-learn classifier
    ids       n different strings; default "0", "1", ...
    audit     share of the questions drawn at random to measure accuracy honestly, 0 to 0.9
    seed      with the answers, decides every question

    >>> X = np.random.default_rng(0).normal(size=(60, 2))
    >>> al = ActiveLearner(X, classes=["left", "right"], strategy="margin", learner="logistic", audit=0)
    >>> batch = al.ask(10)
    >>> al.tell(batch.ids, ["left" if x < 0 else "right" for x in X[batch.positions, 0]])
    >>> al.model.predict([[-3.0, 0.0], [3.0, 0.0]]).tolist()
    ['left', 'right']
    """

    def __init__(
        self,
        X: Any,
        classes: Sequence[Any] | None = None,
        strategy: Any = "auto",
        learner: Any = "auto",
        ids: Sequence[str] | None = None,
        audit: float = 0.3,
        seed: int = 0,
    ) -> None:
        pool = make_pool(X)
        names = class_names(classes or [])
        if ids is not None and len(ids) != len(pool.features):
            raise ConfigError(f"ids must be one a row: X has {len(pool.features)} rows, got {len(ids)} ids")
        items = ItemIds(len(pool.features) if ids is None else [str(i) for i in ids])
        self._begin(pool, items, (strategy, learner), make_plan(strategy, learner, seed, audit))
        self._closed = classes is not None
        self._name(list(classes or []))
        self._take([ClassChanged("add", name) for name in names])

    def _begin(self, pool: Pool, items: ItemIds, parts: tuple[Any, Any], plan: Plan) -> None:
        self._pool, self._parts, self._plan = pool, parts, plan
        self._log: list[Event] = []
        self._asked: dict[str, tuple[str, bool]] = {}  # why each item was last asked, and whether as a random check
        self._state = loop.begin(items, ())
        self._fitted: tuple[int, Any] | None = None
        self._assessed: tuple[int, Assessment | None] | None = None
        self._history: tuple[Point, ...] = ()

    def _name(self, classes: list[Any]) -> None:
        """Remember which value each class name stands for."""
        self._values: dict[str, Any] = dict(zip(class_names(classes), classes, strict=True))

    # ---- ask and tell --------------------------------------------------------------

    def ask(self, k: int = 1) -> Batch:
        """The ``k`` most useful items to label now, fewer when fewer are open.

        Asking again without telling gives the same items.
        """
        proposal = loop.propose(self._state, self._pool.features, self._plan, k, model=self._learner())
        event = proposal.event(self._state.rounds)
        if not self._log or event.items != getattr(self._log[-1], "items", None):
            self._take([event])
        return Batch(proposal.items, proposal.positions, proposal.scores, proposal.reasons)

    def tell(self, ids: str | Sequence[str], labels: Any) -> None:
        """Take in labels: class names, or None for "skip, ask later". All or nothing.

        Raises ``ValueError`` for an unknown id or class, and says what is valid. A later label replaces an earlier one.
        """
        items = [ids] if isinstance(ids, str) else [str(i) for i in ids]
        values = [labels] if isinstance(ids, str) else list(labels)
        if len(items) != len(values):
            raise ConfigError(f"tell needs one label an id, got {len(items)} ids and {len(values)} labels")
        for item, value in zip(items, values, strict=True):
            self._refuse_unknown(item, value)
        self._take([self._answer(item, value) for item, value in zip(items, values, strict=True)])

    def _refuse_unknown(self, item: str, value: Any) -> None:
        if item not in self._state.ids:
            raise ConfigError(unknown_name("item", item, self._state.ids))
        if value is not None and self._closed and str(value) not in self._values:
            raise ConfigError(unknown_name("class", str(value), list(self._values)))

    def _answer(self, item: str, value: Any) -> AnswerGiven:
        if value is not None:
            self._values.setdefault(str(value), value)
        reason, check = self._asked.get(item, ("", False))
        return AnswerGiven(
            item=item,
            value=None if value is None else str(value),
            annotator=ANNOTATOR,
            kind="skip" if value is None else "label",
            at=time.time(),
            key=f"{self._state.version}:{item}",
            reason=reason,
            strategy=self._plan.name,
            model_version=self._state.rounds,
            audit=check,
        )

    def _take(self, events: Sequence[Event]) -> None:
        fold(events, self._state)
        self._log.extend(events)
        for event in events:
            if isinstance(event, RoundProposed):
                why = zip(event.reasons, event.audit, strict=True)
                self._asked.update(zip(event.items, why, strict=True))

    # ---- what is known -------------------------------------------------------------

    @property
    def classes(self) -> list[Any]:
        """What an item can be, as given."""
        return [self._values[name] for name in self._state.class_names()]

    @property
    def labels(self) -> dict[str, Any]:
        """Label of each labeled item, by id."""
        positions, y = self._state.labeled()
        return {self._state.ids[int(p)]: self.classes[code] for p, code in zip(positions, y, strict=True)}

    @property
    def model(self) -> NamedClassifier:
        """The fitted model: ``predict``, ``predict_proba``, ``classes_``; ``ValueError`` before the first label."""
        learner = self._learner()
        if learner is None:
            raise ConfigError("there is no model before the first label; ask() and tell() first")
        return NamedClassifier(learner, self.classes, self._pool.encoder())

    def _learner(self) -> Any:
        if self._fitted is None or self._fitted[0] != self._state.rounds:
            self._fitted = (self._state.rounds, loop.learn(self._state, self._pool.features, self._plan))
        return self._fitted[1]

    # ---- how good, and whether to go on --------------------------------------------

    def estimate(self) -> Estimate:
        """Accuracy on new items drawn like the pool, with its 95 % interval, from random checks only.

        Below 10 random checks the value is NaN and the interval all of [0, 1]; ``method`` says what is missing.
        """
        known = self._assess()
        return known.estimate if known is not None and known.estimate is not None else self._not_known_yet()

    def advice(self) -> Advice:
        """Whether to stop, what the next 100 labels would bring, and why."""
        known = self._assess()
        return known.advice if known is not None else Advice(False, None, "No labels yet: label the first items.")

    def _assess(self) -> Assessment | None:
        if self._assessed is None or self._assessed[0] != self._state.rounds:
            features, plan = self._pool.features, self._plan
            aside = reserve(len(features), plan.seed, plan.audit)
            learn = loop.fitter(features, plan, len(self._state.class_names()))
            found = assess(Labels.of(self._state), aside, learn, self._history)
            self._history = found.history if found is not None else self._history
            self._assessed = (self._state.rounds, found)
        return self._assessed[1]

    def _not_known_yet(self) -> Estimate:
        checks = self._state.counts().audit
        missing = "audit=0 asks no random checks" if self._plan.audit == 0 else f"{FEWEST - checks} more random checks"
        return Estimate(math.nan, 0.0, 1.0, checks, f"not known yet: {missing}")

    # ---- save and load -------------------------------------------------------------

    def save(self, folder: str | Path) -> None:
        """Write everything to ``folder``, replacing what is there whole; nothing is pickled.

        ``quandary.load`` goes on exactly where this stands.
        """
        strategy, learner = self._parts
        settings = {
            "frame": self._pool.contents is not None,
            "strategy": saved.describe(strategy, "strategy"),
            "learner": saved.describe(learner, "learner"),
            "seed": self._plan.seed,
            "audit": self._plan.audit,
            "closed": self._closed,
            "classes": [plain(value) for value in self._values.values()],
            "history": [asdict(point) for point in self._history],
        }
        saved.write(folder, saved.Saved(self._pool, self._state.ids, self._log, settings), learner)

    @classmethod
    def load(cls, folder: str | Path, *, strategy: Any = None, learner: Any = None) -> ActiveLearner:
        """Read what ``save`` wrote; objects of your own, which are not written, are passed again."""
        held = saved.read(folder)
        settings = held.settings
        chooser = saved.rebuild(settings["strategy"], strategy, "strategy", Path(folder))
        fitter = saved.rebuild(settings["learner"], learner, "learner", Path(folder))
        al = cls.__new__(cls)
        al._begin(
            held.pool, held.ids, (chooser, fitter), make_plan(chooser, fitter, settings["seed"], settings["audit"])
        )
        al._closed = settings["closed"]
        al._name(settings["classes"])
        al._take(held.log)
        al._history = tuple(Point(**point) for point in settings["history"])
        return al

    def __repr__(self) -> str:
        counts = self._state.counts()
        return f"ActiveLearner({counts.labeled} of {counts.total} labeled, strategy={self._plan.name!r})"


def load(folder: str | Path, *, strategy: Any = None, learner: Any = None) -> ActiveLearner:
    """Read an ``ActiveLearner`` that was saved, to go on exactly where it stood.

    strategy, learner  the objects of your own that it was made with, if any
    """
    return ActiveLearner.load(folder, strategy=strategy, learner=learner)
