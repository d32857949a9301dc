"""The default strategy: look one label ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quandary.core.features import Positions
from quandary.core.query import Floats, QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.geometry.kinds import sample
from quandary.geometry.pool import Geometry, pool_geometry
from quandary.strategies.lookahead import Lookahead, condition, mixture
from quandary.strategies.margin import uncertainty
from quandary.strategies.newcomers import among, newcomers
from quandary.strategies.reasons import perhaps, torn, typical, unlike

CANDIDATES, TARGETS, MOST_LABELS = 600, 800, 2_000
HOPEFUL = 50  # candidates more where a rare class is searched for


@strategies("auto")
@dataclass(frozen=True)
class Auto:
    """Items whose label is expected to settle most of what is still uncertain.

    One-step lookahead of a Gaussian process over the pool's kernels, weighted by the model's uncertainty: pure
    coverage before the first label, drifting to the class boundaries as labels arrive. Closed form of expected
    error reduction (Roy, McCallum 2001, ICML); its coverage is sequential design (Yu, Bi, Tresp 2006, ICML).
    A choice for ``k`` begins with the choice for every smaller ``k``. Looks at 600 candidates, the most
    uncertain and random ones of the anchors and of ever new items, and at their effect on 800 random anchors.

    noise  variance of a label that the model is torn about
    skew   share of the likeliest class above which only the squared effect counts
    rare   share of the class with the fewest labels below which it is searched for too, where one class is
           so likely: every other item is then the likeliest of it (Cormack, Grossman 2014, SIGIR)
    """

    noise: float = 0.1
    skew: float = 0.7
    rare: float = 0.04

    def select(self, context: QueryContext, k: int) -> Selection:
        view = _view(context, self.skew, self.rare)
        ahead = self._look(context, view)
        taken = ahead.run(min(k, len(view.candidates)), view.skewed, view.hopes(view.candidates), len(context.labeled))
        reasons = tuple(_reason(context, view, ahead, i) for i in taken)
        rest = _rest(context, view.candidates, k - len(taken))
        more = tuple(Reason("random", {}, "Drawn at random.") for _ in rest)
        return Selection(np.concatenate([view.candidates[taken], rest]), None, reasons + more)

    def _look(self, context: QueryContext, view: _View) -> Lookahead:
        geometry, features = view.geometry, context.features
        targets = context.rng.choice(view.geometry.positions, min(TARGETS, len(geometry.positions)), replace=False)
        pull = np.maximum(view.doubt_of(targets), 1e-3) ** view.drift
        noise = self.noise / np.maximum(view.doubt_of(view.candidates), 0.02) ** view.drift
        weights = mixture(context.learner, geometry, len(context.labeled))
        asked, aimed = geometry.items(features, view.candidates), geometry.items(features, np.asarray(targets))
        told = context.labeled[sample(len(context.labeled), MOST_LABELS)]
        known = geometry.items(features, told) if len(told) else None
        return condition(geometry, weights, asked, aimed, known, self.noise, noise, pull)


@dataclass(frozen=True)
class _View:
    """What the model makes of the anchors and of the candidates that are looked at.

    seen    (s,) positions, ascending; proba (s, c) and doubt (s,) of them; drift from 0 coverage to 1 boundary
    skewed  whether most anchors are of one class; sought: a class that is searched for, or None
    """

    geometry: Geometry
    candidates: Positions
    seen: Positions
    proba: Floats
    doubt: Floats
    drift: float
    trained: bool
    skewed: bool
    sought: int | None

    def doubt_of(self, positions: Positions) -> Floats:
        return self.doubt[np.searchsorted(self.seen, positions)]

    def proba_of(self, position: int) -> Floats:
        row: Floats = self.proba[np.searchsorted(self.seen, position)]
        return row

    def hopes(self, positions: Positions) -> Floats | None:
        """The probability of the class that is searched for."""
        return None if self.sought is None else self.proba[np.searchsorted(self.seen, positions), self.sought]


def _view(context: QueryContext, skew: float, rare: float) -> _View:
    geometry = pool_geometry(context.features)
    inside = among(context.candidates, geometry.positions)
    extra = newcomers(context, geometry.positions)
    seen = np.union1d(geometry.positions, extra)
    proba = context.predict(seen)
    # Rounded, so that the last digits of a differently threaded product decide nothing.
    doubt = np.round(uncertainty(proba), 6) if context.trained else np.ones(len(seen))
    drift = min(1.0, len(context.labeled) / (2.0 * max(1, len(context.classes))))
    shares = proba[np.searchsorted(seen, geometry.positions)].mean(axis=0)
    skewed = context.trained and bool(shares.max() > skew)
    view = _View(
        geometry,
        np.union1d(inside, extra),
        seen,
        proba,
        doubt,
        drift,
        context.trained,
        skewed,
        _sought(context, shares, rare) if skewed else None,
    )
    return view if len(view.candidates) <= CANDIDATES else replace(view, candidates=_narrow(view, context.rng))


def _sought(context: QueryContext, shares: Floats, rare: float) -> int | None:
    codes, counts = np.unique(context.y_labeled, return_counts=True)
    fewest = int(codes[counts.argmin()])
    return fewest if shares[fewest] < rare else None


def _narrow(view: _View, rng: np.random.Generator) -> Positions:
    """Half of the places for the most uncertain, half for anybody, and some more for what is searched for."""
    positions = view.candidates
    order = np.lexsort((rng.random(len(positions)), -view.doubt_of(positions)))
    anybody = rng.choice(positions, CANDIDATES // 2, replace=False)
    hopes = view.hopes(positions)
    best = order[:0] if hopes is None else np.argsort(-hopes, kind="stable")[:HOPEFUL]
    return np.union1d(positions[np.concatenate([order[: CANDIDATES // 2], best])], anybody)


def _rest(context: QueryContext, looked_at: Positions, count: int) -> Positions:
    """Candidates beyond those looked at, in random order; only very large choices need them."""
    if count <= 0:
        return context.candidates[:0]
    left = np.setdiff1d(context.candidates, looked_at, assume_unique=True)
    return context.rng.permutation(left)[:count]


def _reason(context: QueryContext, view: _View, ahead: Lookahead, i: int) -> Reason:
    position = int(view.candidates[i])
    if i in ahead.hoped and view.sought is not None:
        return perhaps(context.classes[view.sought], float(view.proba_of(position)[view.sought]))
    if view.trained and view.doubt_of(np.array([position]))[0] > 0.5:
        return torn(view.proba_of(position), context.classes)
    if len(context.labeled) and ahead.stands_for[i] < 0.01:
        return unlike(float(ahead.start[i]))
    return typical(float(ahead.stands_for[i]))
