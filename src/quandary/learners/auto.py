"""The default learner: a vote of kernels, a neighbor graph and logistic regression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from quandary.core.features import FeatureKind, Features, Positions
from quandary.core.registry import learners
from quandary.geometry.kinds import sample
from quandary.geometry.lens import Items, Lens
from quandary.geometry.pool import Geometry, knows, pool_geometry, seen_through
from quandary.learners.members import Fitted, extend, fit_linear, fit_ridge, fit_spreading, stack
from quandary.learners.relevance import RANKS, VALUES, fit_relevant

BLOCK = 4_096
MOST_KEPT = 5_000  # items of another pool that are kept as they were seen, as a test set is asked again and again
SHAPES = {"relevant": VALUES, "relevant_ranks": RANKS}
MOST_KERNEL = 1_500  # labels that the kernels are fitted on; with more, a fixed random part of them


@learners("auto")
class Auto(ClassifierMixin, BaseEstimator):
    """A vote of kernel regressions, label spreading and logistic regression, weighted by held-out labels.

    Kernels: three Gaussians, the neighbor graph of the pool, and for tables two Laplacian ones of ranks. Each
    member predicts every label without having seen it (exact leave-one-out; Rifkin, Lippert 2007), and the
    weights are those under which the labels so predicted are likeliest. Learns from the unlabeled pool too.

    kind  what the features are, where ``fit`` gets them without a pool: see ``Features``

    After fitting: ``weights_`` by member, ``kernel_weights_`` the kernels among them.
    """

    def __init__(self, kind: FeatureKind = "vectors") -> None:
        self.kind = kind

    def fit(self, X: Any, y: Any) -> Auto:
        """Fit to rows ``X`` (n, d), dense or sparse, and class codes ``y`` (n,); they are the pool as well."""
        features = Features(X if hasattr(X, "tocsr") else np.asarray(X), self.kind)
        return self.fit_pool(features, np.arange(len(features)), y)

    def fit_pool(self, features: Features, labeled: Positions, y: Any) -> Auto:
        """Fit to the rows at ``labeled`` (l,) and their class codes ``y`` (l,), within the whole pool."""
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self.n_features_in_ = features.shape[1]
        self.weights_: dict[str, float] = {}
        if len(self.classes_) > 1:
            geometry = pool_geometry(features)
            self._fit_members(geometry, geometry.items(features, labeled), codes)
        return self

    @property
    def kernel_weights_(self) -> dict[str, float]:
        """The vote's weights of its kernels; empty while one class is known."""
        return {name: weight for name, weight in self.weights_.items() if name in self.lens_.names()}

    @property
    def member_weights_(self) -> NDArray[np.float64]:
        """The vote's weights of all members, (m,), sum 1."""
        return np.array(list(self.weights_.values()) or [1.0])

    def members_pool(self, features: Features, positions: Positions) -> NDArray[np.float64]:
        """What each member says of pool ``positions``, (m, k, c), in the order of ``member_weights_``."""
        check_is_fitted(self)
        if not self.weights_:
            return np.ones((1, len(positions), 1))
        if knows(self.lens_, features):
            items = pool_geometry(features).items(features, positions)
        else:
            items = self.lens_.see(features[positions])
        return np.stack(list(self._voices(items).values()))

    def glance(self, features: Features, positions: Positions) -> NDArray[np.float64]:
        """Class probabilities of pool ``positions`` by one quick member, (k, c): a first look at very many items."""
        check_is_fitted(self)
        if not self.weights_:
            return np.ones((len(positions), 1))
        return np.asarray(self.members_["linear"].proba(self.lens_.view.values(features[positions])))

    def predict_pool(self, features: Features, positions: Positions) -> NDArray[np.float64]:
        """Class probabilities of pool ``positions``, (k, c); exact for the anchors."""
        check_is_fitted(self)
        if not self.weights_:
            return np.ones((len(positions), 1))
        if knows(self.lens_, features):
            geometry = pool_geometry(features)
            return self._in_blocks(len(positions), lambda where: geometry.items(features, positions[where]))
        if len(features) > MOST_KEPT:
            return self._in_blocks(len(positions), lambda where: self.lens_.see(features[positions[where]]))
        items = seen_through(self.lens_, features)
        return self._in_blocks(len(positions), lambda where: items[positions[where]])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Class probabilities of new rows ``X``, (n, c), rows sum to 1."""
        check_is_fitted(self)
        rows = X if hasattr(X, "tocsr") else np.asarray(X)
        if not self.weights_:
            return np.ones((rows.shape[0], 1))
        return self._in_blocks(rows.shape[0], lambda where: self.lens_.see(rows[where]))

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each row, (n,)."""
        best: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return best

    def _fit_members(self, geometry: Geometry, items: Items, codes: NDArray[np.intp]) -> None:
        targets = np.eye(len(self.classes_))[codes]
        some = sample(len(items), MOST_KERNEL)
        centers = items[some]
        fitted: dict[str, Fitted] = {}
        for name in geometry.lens.names():
            kernel = geometry.kernels((name,), items, centers)[name].astype(np.float64)
            fitted[name] = extend(fit_ridge(kernel[some], targets[some], codes[some]), kernel, some, codes)
        fitted["spread"] = fit_spreading(*geometry.spread_from(items, targets), targets, codes)
        fitted["linear"] = fit_linear(items.values, targets, codes)
        for name, rows in self._columns(items).items():
            fitted[name] = fit_relevant(rows, targets, codes, SHAPES[name])
        self._keep(fitted, codes)
        self.lens_: Lens = geometry.lens
        self.labeled_: Items = centers
        # What the graph's ridge says at each anchor, so that prediction needs no m x m matrix.
        self.at_anchors_ = geometry.graph @ (centers.links.T @ fitted["graph"].model.coef).astype(np.float32)

    def _keep(self, fitted: dict[str, Fitted], codes: NDArray[np.intp]) -> None:
        at_truth = np.array([member.held_out[np.arange(len(codes)), codes] for member in fitted.values()]).T
        losses = np.array([member.loss for member in fitted.values()])
        weights = stack(np.maximum(at_truth, 1e-6), losses)
        self.weights_ = dict(zip(fitted, weights.tolist(), strict=True))
        self.members_ = {name: member.model for name, member in fitted.items()}

    def _columns(self, items: Items) -> dict[str, NDArray[Any]]:
        """What the members see that learn which columns matter."""
        ranked = {"relevant_ranks": items.ranks} if items.ranks.size else {}
        return {"relevant": items.values, **ranked}

    def _in_blocks(self, count: int, see: Callable[[slice], Items]) -> NDArray[np.float64]:
        out = np.empty((count, len(self.classes_)))
        for start in range(0, count, BLOCK):
            where = slice(start, min(start + BLOCK, count))
            out[where] = self._vote(see(where))
        return out

    def _vote(self, items: Items) -> NDArray[np.float64]:
        total = np.zeros((len(items), len(self.classes_)))
        for name, said in self._voices(items).items():
            total += self.weights_[name] * said
        return total

    def _voices(self, items: Items) -> dict[str, NDArray[np.float64]]:
        scores: dict[str, NDArray[Any]] = {
            "graph": items.links @ self.at_anchors_,
            "spread": items.links @ self.members_["spread"].mass,
            "linear": items.values,
            **self._columns(items),
        }
        for name, kernel in self.lens_.kernels(self.weights_, items, self.labeled_).items():
            scores[name] = kernel @ self.members_[name].coef.astype(np.float32)
        return {name: self.members_[name].proba(scores[name]) for name in self.weights_}
