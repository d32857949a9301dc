"""Items as the kernels see them: values, ranks, and links into the neighbor graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist

from quandary.geometry.views import View

Floats32 = NDArray[np.float32]
RBF = {"rbf0.3": 0.3, "rbf1": 1.0, "rbf3": 3.0}  # widths in units of the median squared distance
LAPLACE = {"lap0.5": 0.5, "lap1.5": 1.5}  # and of the median city-block distance of ranks
NEAREST = 10


@dataclass(frozen=True)
class Items:
    """Some items, n of them.

    values  (n, p)          ranks  (n, q), q = 0 where columns share one scale
    links   (n, anchors) sparse, rows sum to 1: an anchor is itself, others a mean of their nearest anchors
    """

    values: Floats32
    ranks: Floats32
    links: csr_array

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, which: Any) -> Items:
        return Items(self.values[which], self.ranks[which], self.links[which])


@dataclass(frozen=True)
class Lens:
    """What it takes to see new items: the view of the pool, and its anchors.

    values   (m, p) of the anchors
    reach    (m,) distance of each anchor to its 10th neighbor
    width    median squared distance; width1: median city-block distance of ranks
    """

    view: View
    values: Floats32
    reach: Floats32
    width: float
    width1: float

    def names(self) -> tuple[str, ...]:
        """The kernels there are."""
        return (*RBF, "graph", *(LAPLACE if self.view.ranked.size else ()))

    def same(self, other: Lens) -> bool:
        """Whether both look at the same pool, also after saving and loading."""
        return self is other or np.array_equal(self.values, other.values)

    def see(self, rows: Any) -> Items:
        """Raw rows (n, d) that are not among the anchors."""
        values = self.view.values(rows)
        return Items(values, self.view.ranks(rows), self._links(values))

    def kernels(self, names: Collection[str], a: Items, b: Items) -> dict[str, Floats32]:
        """The kernels of ``names`` but the graph's (which needs the pool), (a, b) each; shared work is done once."""
        out: dict[str, Floats32] = {}
        if any(name in RBF for name in names):
            apart = squared_distances(a.values, b.values)
            out |= {name: _fall(apart, RBF[name] * self.width) for name in names if name in RBF}
        if any(name in LAPLACE for name in names):
            apart = cdist(a.ranks, b.ranks, "cityblock").astype(np.float32)
            out |= {name: _fall(apart, LAPLACE[name] * self.width1) for name in names if name in LAPLACE}
        return out

    def _links(self, values: Floats32) -> csr_array:
        """Each row's nearest anchors, weighted by a Gaussian that fits both ends (Zelnik-Manor, Perona 2004)."""
        near, apart = nearest(squared_distances(values, self.values), min(NEAREST, len(self.values)))
        own = np.sqrt(apart.max(axis=1, keepdims=True))
        # The floor serves exact repeats, whose distances are all zero.
        weights = np.exp(-apart / (own * self.reach[near] + 1e-12)) + 1e-9
        weights /= weights.sum(axis=1, keepdims=True)
        starts = np.arange(0, near.size + 1, near.shape[1])
        return csr_array((weights.ravel(), near.ravel(), starts), shape=(len(values), len(self.values)))


def squared_distances(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Squared Euclidean distances between rows, (a, b), in the precision of the rows."""
    apart: NDArray[Any] = (-2 * a) @ b.T
    apart += np.einsum("ij,ij->i", a, a)[:, None]
    apart += np.einsum("ij,ij->i", b, b)
    np.maximum(apart, 0, out=apart)
    return apart


def nearest(apart: NDArray[Any], count: int) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """The ``count`` nearest columns of each row and their distances, both (n, count), in no order."""
    near: NDArray[np.intp] = np.argpartition(apart, count - 1, axis=1)[:, :count]
    return near, np.take_along_axis(apart, near, axis=1)


def mixed(kernels: Mapping[str, NDArray[Any]], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """The weighted sum of kernels."""
    total = np.sum([np.float32(weight) * kernels[name] for name, weight in weights.items()], axis=0)
    return np.asarray(total, dtype=np.float64)


def _fall(apart: Floats32, width: float) -> Floats32:
    with np.errstate(over="ignore"):  # farther than any number is far: it falls to zero
        fallen: Floats32 = np.exp(apart * np.float32(-1.0 / width))
    return fallen
