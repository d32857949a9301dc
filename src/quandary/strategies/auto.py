"""The default strategy: look one label ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quandary.core.features import Positions
from quandary.core.query import Floats, QueryContext, Reason, Selection
from quandary.core.registry import strategies
from quandary.geometry.kinds import sample
from quandary.geometry.pool import Geometry, pool_geometry
from quandary.strategies.lookahead import Lookahead, condition, mixture
from quandary.strategies.margin import uncertainty
from quandary.strategies.newcomers import among, newcomers
from quandary.strategies.reasons import torn, typical, unlike

CANDIDATES, TARGETS, MOST_LABELS = 600, 800, 2_000


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
    skew   share of the likeliest class above which only the squared effect counts, as in a search for rare items
    """

    noise: float = 0.1
    skew: float = 0.7

    def select(self, context: QueryContext, k: int) -> Selection:
        view = _view(context)
        ahead = self._look(context, view)
        taken = ahead.run(min(k, len(view.candidates)), view.skewed(self.skew))
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

    seen  (s,) positions, ascending; proba (s, c) and doubt (s,) of them; drift from 0 coverage to 1 boundary
    """

    geometry: Geometry
    candidates: Positions
    seen: Positions
    proba: Floats
    doubt: Floats
    drift: float
    trained: bool

    def doubt_of(self, positions: Positions) -> Floats:
        return self.doubt[np.searchsorted(self.seen, positions)]

    def proba_of(self, position: int) -> Floats:
        row: Floats = self.proba[np.searchsorted(self.seen, position)]
        return row

    def skewed(self, limit: float) -> bool:
        anchors = self.proba[np.searchsorted(self.seen, self.geometry.positions)]
        return self.trained and bool(anchors.mean(axis=0).max() > limit)


def _view(context: QueryContext) -> _View:
    geometry = pool_geometry(context.features)
    inside = among(context.candidates, geometry.positions)
    extra = newcomers(context, geometry.positions)
    seen = np.union1d(geometry.positions, extra)
    proba = context.predict(seen)
    # Rounded, so that the last digits of a differently threaded product decide nothing.
    doubt = np.round(uncertainty(proba), 6) if context.trained else np.ones(len(seen))
    drift = min(1.0, len(context.labeled) / (2.0 * max(1, len(context.classes))))
    chosen = np.union1d(inside, extra)
    if len(chosen) > CANDIDATES:
        chosen = _narrow(chosen, doubt[np.searchsorted(seen, chosen)], context.rng)
    return _View(geometry, chosen, seen, proba, doubt, drift, context.trained)


def _narrow(positions: Positions, doubt: Floats, rng: np.random.Generator) -> Positions:
    """Half of the places for the most uncertain, half for anybody."""
    order = np.lexsort((rng.random(len(positions)), -doubt))
    anybody = rng.choice(positions, CANDIDATES // 2, replace=False)
    return np.union1d(positions[order[: CANDIDATES // 2]], anybody)


def _rest(context: QueryContext, looked_at: Positions, count: int) -> Positions:
    """Candidates beyond those looked at, in random order; only very large choices need them."""
    if count <= 0:
        return context.candidates[:0]
    left = np.setdiff1d(context.candidates, looked_at, assume_unique=True)
    return context.rng.permutation(left)[:count]


def _reason(context: QueryContext, view: _View, ahead: Lookahead, i: int) -> Reason:
    position = int(view.candidates[i])
    if view.trained and view.doubt_of(np.array([position]))[0] > 0.5:
        return torn(view.proba_of(position), context.classes)
    if len(context.labeled) and ahead.stands_for[i] < 0.01:
        return unlike(float(ahead.start[i]))
    return typical(float(ahead.stands_for[i]))
