"""The geometry of one pool: its anchors and the graph between them, built once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.sparse import csr_array, diags_array, vstack
from scipy.spatial.distance import cdist

from quandary.core.features import Features, Positions
from quandary.geometry.kinds import kind_of, sample
from quandary.geometry.lens import NEAREST, Floats32, Items, Lens, nearest, squared_distances
from quandary.geometry.views import View, make_view

ANCHORS = 3_000
STAY, STAY_SPREAD = 0.99, 0.9  # how far the graph kernel and label spreading walk
BLOCK = 512  # rows of a matrix over the anchors that are worked on together
SAME = 1e-12  # squared distances below are rounding: the items are equal


@dataclass(frozen=True)
class Geometry:
    """Everything about the pool that no label changes.

    positions  (m,) of the anchors, ascending: the whole pool, or a fixed random part of a large one
    anchors    the anchors as items
    graph      (m, m) kernel of the neighbor graph, unit diagonal (regularized Laplacian; Smola, Kondor 2003)
    spread     (m, m) where a label at one anchor spreads to (Zhou et al. 2004)
    """

    lens: Lens
    positions: Positions
    anchors: Items
    graph: Floats32
    spread: Floats32

    def items(self, features: Features, positions: Positions) -> Items:
        """The items at pool ``positions``; those that are no anchors are linked to them."""
        where = np.searchsorted(self.positions, positions)
        where[where == len(self.positions)] = 0
        outside = np.flatnonzero(self.positions[where] != positions)
        if not len(outside):
            return self.anchors[where]
        new = self.lens.see(features[positions[outside]])
        return new if len(outside) == len(positions) else _replace(self.anchors[where], outside, new)

    def spread_from(self, items: Items, targets: NDArray[np.float64]) -> tuple[Floats32, NDArray[np.float64]]:
        """Where labels at ``items`` spread to, (m, c), and what reaches each of them from the others, (l, c)."""
        mass: Floats32 = self.spread @ (items.links.T @ targets).astype(np.float32)
        own = [_diagonal(items.links[i : i + 1_000], self.spread) for i in range(0, len(items), 1_000)]
        return mass, items.links @ mass - np.concatenate(own)[:, None] * targets

    def kernels(self, names: Collection[str], a: Items, b: Items) -> dict[str, NDArray[Any]]:
        """Kernels between items, (a, b) each."""
        out: dict[str, NDArray[Any]] = dict(self.lens.kernels(names, a, b))
        if "graph" in names:
            out["graph"] = across(self.graph, a, b)
        return out


def _diagonal(links: csr_array, matrix: Floats32) -> Floats32:
    return np.asarray(links.multiply(links @ matrix).sum(axis=1), dtype=np.float32).ravel()


def across(matrix: Floats32, a: Items, b: Items) -> Floats32:
    """A symmetric matrix over anchors, carried to items through their links: (a, b)."""
    if len(a) < len(b):
        return across(matrix, b, a).T
    half = b.links @ matrix
    carried: Floats32 = a.links @ half.T
    return carried


def pool_geometry(features: Features) -> Geometry:
    """The geometry of a pool, built at the first call and kept with its features."""
    return features.derived("geometry", lambda: build(features))


def pool_view(features: Features) -> View:
    """How the rows of a pool are seen, measured on its anchors and kept with its features."""
    return features.derived("view", lambda: make_view(features[sample(len(features), ANCHORS)], kind_of(features)))


def knows(lens: Lens, features: Features) -> bool:
    """Whether a lens was measured on these features; a stranger is told by a few rows, without building anything."""
    positions = sample(len(features), ANCHORS)
    if len(positions) != len(lens.values) or features.shape[1] != lens.view.width:
        return False
    few = lens.view.values(features[positions[:5]])
    return bool(np.allclose(few, lens.values[:5], atol=1e-5)) and lens.same(pool_geometry(features).lens)


def seen_through(lens: Lens, features: Features) -> Items:
    """All items of another pool through a lens; kept with them until another lens is asked for."""
    kept: list[Any] = features.derived("seen", list)
    if not kept or kept[0] is not lens:
        kept[:] = [lens, lens.see(features[:])]
    items: Items = kept[1]
    return items


def build(features: Features) -> Geometry:
    """Measure a pool: O(m^2 d + m^3) for its m <= 3000 anchors, whatever its size."""
    positions = sample(len(features), ANCHORS)
    rows = features[positions]
    view = pool_view(features)
    values, ranks = view.values(rows), view.ranks(rows)
    some = slice(None, None, max(1, len(values) // 300))
    width = _median(_apart(values[some], values))
    width1 = _median(cdist(ranks[some], ranks, "cityblock"))
    walk, reach = _neighbor_graph(values)
    lens = Lens(view, values, reach, width, width1)
    anchors = Items(values, ranks, _themselves(len(values)))
    # One after the other: each is 72 MB while it is made.
    spread = _resolvent(walk, STAY_SPREAD).astype(np.float32)
    return Geometry(lens, positions, anchors, _unit_diagonal(_resolvent(walk, STAY)), spread)


def _replace(items: Items, where: Positions, new: Items) -> Items:
    order = np.arange(len(items))
    order[where] = len(items) + np.arange(len(where))
    ranks = np.concatenate([items.ranks, new.ranks])[order]
    values = np.concatenate([items.values, new.values])[order]
    return Items(values, ranks, csr_array(vstack([items.links, new.links], format="csr"))[order])


def _unit_diagonal(matrix: NDArray[np.float64]) -> Floats32:
    """The matrix, which is overwritten, with a diagonal of 1."""
    size = np.sqrt(np.maximum(np.diag(matrix), 1e-12))
    matrix /= size[:, None]
    matrix /= size
    return matrix.astype(np.float32)


def _themselves(count: int) -> csr_array:
    return csr_array((np.ones(count, np.float32), np.arange(count), np.arange(count + 1)), shape=(count, count))


def _median(apart: NDArray[np.float64]) -> float:
    # Half of the distances may be zero in a pool of repeats.
    return float(max(np.median(apart), 1e-3 * apart.mean(), 1e-12))


def _apart(a: Floats32, b: Floats32) -> NDArray[np.float64]:
    """Squared distances, (a, b), zero between equal rows."""
    apart: NDArray[np.float64] = squared_distances(a.astype(np.float64), b.astype(np.float64))
    apart[apart < SAME] = 0.0
    return apart


def _neighbors(values: Floats32) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The nearest others of each item and their squared distances, both (m, near), a block of rows at a time."""
    near = max(1, min(NEAREST, len(values) - 1))
    found = []
    for start in range(0, len(values), BLOCK):
        apart = _apart(values[start : start + BLOCK], values)
        own = np.arange(len(apart))
        apart[own, start + own] = np.inf
        found.append(nearest(apart, near))
    return np.concatenate([which for which, _ in found]), np.concatenate([gaps for _, gaps in found])


def _neighbor_graph(values: Floats32) -> tuple[csr_array, Floats32]:
    """Symmetric, normalized weights between nearest neighbors, and each item's reach."""
    count = len(values)
    near, gaps = _neighbors(values)
    gaps = np.where(np.isfinite(gaps), gaps, 1.0)
    reach = np.maximum(np.sqrt(gaps.max(axis=1)), 1e-6)
    weights = np.exp(-gaps / (reach[:, None] * reach[near]))
    starts = np.arange(0, near.size + 1, near.shape[1])
    graph = csr_array((weights.ravel(), near.ravel(), starts), shape=(count, count))
    graph = graph.maximum(graph.T)
    root = diags_array(1.0 / np.sqrt(np.asarray(graph.sum(axis=1)).ravel() + 1e-9))
    return csr_array(root @ graph @ root), reach.astype(np.float32)


def _resolvent(walk: csr_array, stay: float) -> NDArray[np.float64]:
    """(1 - stay) (I - stay * walk)^-1 through Cholesky, in place: half the work of a general inverse."""
    system = walk.toarray()
    system *= -stay
    system[np.diag_indices_from(system)] += 1.0
    lower, _ = dpotrf(system.T, lower=1, overwrite_a=1)  # zeros above the diagonal, which the next step leaves
    full: NDArray[np.float64] = dpotri(lower, lower=1, overwrite_c=1)[0].T
    for start in range(0, len(full), BLOCK):
        here, after = slice(start, start + BLOCK), slice(start + BLOCK, None)
        full[after, here] = full[here, after].T
        full[here, here] += np.triu(full[here, here], 1).T
    full *= 1.0 - stay
    return full
