"""The geometry of a pool against its definitions, written out for small pools."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.stats import norm, rankdata
from sklearn.decomposition import PCA

from quandary.core.features import FeatureKind, Features
from quandary.geometry import pool
from quandary.geometry.kinds import guess_kind, kind_of, sample
from quandary.geometry.lens import squared_distances
from quandary.geometry.pool import knows, pool_geometry, seen_through
from quandary.geometry.views import make_view, principal

Array = NDArray[np.float64]
rng = np.random.default_rng(0)


class TestKinds:
    def test_a_known_kind_stands(self) -> None:
        assert kind_of(Features(np.eye(3), "image")) == "image"

    @pytest.mark.parametrize(
        ("rows", "kind"),
        [
            (rng.standard_normal((50, 8)) / 1e3 + 1, "table"),
            (rng.integers(0, 256, (50, 100)), "image"),
            ((lambda x: x / np.linalg.norm(x, axis=1, keepdims=True))(rng.standard_normal((50, 40))), "text"),
            (csr_matrix(np.eye(20)), "text"),
            (rng.standard_normal((50, 40)) * np.geomspace(1, 1e4, 40), "table"),
            (np.maximum(rng.standard_normal((50, 200)), 0) * np.geomspace(1, 8, 200), "image"),
            (rng.standard_normal((50, 200)) * np.geomspace(1, 1e4, 200), "table"),
            (np.ones((5, 50)), "table"),
        ],
    )
    def test_guess(self, rows: Array, kind: str) -> None:
        assert guess_kind(Features(rows)) == kind

    def test_the_sample_is_fixed_ascending_and_without_repeats(self) -> None:
        assert sample(5, 10).tolist() == [0, 1, 2, 3, 4]
        drawn = sample(1000, 30)
        assert drawn.tolist() == sorted(set(drawn.tolist())) == sample(1000, 30).tolist()
        assert len(drawn) == 30


class TestViews:
    def test_table(self) -> None:
        X = np.column_stack(
            [rng.standard_normal(40) * 1e6, rng.integers(0, 2, 40), np.ones(40), rng.exponential(9, 40)]
        )
        view = make_view(X, "table")
        kept = X[:, [0, 1, 3]]
        Z = np.clip((kept - kept.mean(axis=0)) / kept.std(axis=0), -3, 3)
        Z /= np.sqrt((Z**2).sum(axis=1).mean())
        np.testing.assert_allclose(view.values(X)[:, [0, 1, 3]], Z, atol=1e-5)
        assert (view.values(X)[:, 2] == 0).all()
        share = (np.apply_along_axis(rankdata, 0, kept.astype(np.float32)) - 0.5) / 40
        np.testing.assert_allclose(view.ranks(X), norm.ppf(np.clip(share, 0.01, 0.99)), atol=1e-5)

    def test_image_keeps_distances_up_to_one_scale(self) -> None:
        X = rng.integers(0, 255, (50, 30)).astype(float)
        values = make_view(X, "image").values(X).astype(np.float64)
        ratio = squared_distances(values, values) / np.maximum(squared_distances(X, X), 1e-9)
        off = ~np.eye(50, dtype=bool)
        np.testing.assert_allclose(ratio[off], ratio[0, 1], rtol=1e-4)
        assert (values**2).sum(axis=1).mean() == pytest.approx(1, rel=1e-5)

    def test_large_image_is_projected_on_its_principal_components(self) -> None:
        X = rng.standard_normal((300, 70)) * np.geomspace(100, 1, 70)
        ours = principal(X, X.mean(axis=0), 5)
        theirs = PCA(5, svd_solver="full").fit(X).components_.T
        np.testing.assert_allclose(abs(ours.T @ theirs), np.eye(5), atol=1e-3)
        assert make_view(X, "image").values(X).shape == (300, 64)

    def test_text_is_directions(self) -> None:
        X = rng.standard_normal((30, 6)) + 2
        Z = X - X.mean(axis=0)
        view = make_view(X, "text")
        np.testing.assert_allclose(view.values(X), Z / np.linalg.norm(Z, axis=1, keepdims=True), atol=1e-5)
        assert view.ranks(X).shape == (30, 0)

    def test_sparse_and_dense_rows_of_few_columns_agree(self) -> None:
        X = rng.random((40, 12)) * (rng.random((40, 12)) < 0.4) + np.eye(40, 12)
        unit = X / np.linalg.norm(X, axis=1, keepdims=True)
        np.testing.assert_allclose(
            make_view(csr_matrix(X), "text").values(csr_matrix(X)), make_view(unit, "text").values(unit), atol=1e-5
        )

    def test_sparse_rows_of_many_columns_are_projected(self) -> None:
        X = csr_matrix(rng.random((400, 2000)) * (rng.random((400, 2000)) < 0.02))
        assert make_view(X, "text").values(X).shape == (400, 150)


class TestGraph:
    @pytest.mark.parametrize("block", [pool.BLOCK, 7])
    def test_kernel_and_spreading_are_resolvents_of_the_neighbor_graph(
        self, block: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pool, "BLOCK", block)
        X = rng.standard_normal((60, 3))
        geometry = pool_geometry(Features(X, "image"))
        values = geometry.anchors.values.astype(np.float64)
        apart = squared_distances(values, values)
        np.fill_diagonal(apart, np.inf)
        reach = np.sqrt(np.sort(apart, axis=1)[:, 9])
        weights = np.zeros((60, 60))
        for i in range(60):
            for j in np.argsort(apart[i])[:10]:
                weights[i, j] = np.exp(-apart[i, j] / (reach[i] * reach[j]))
        weights = np.maximum(weights, weights.T)
        walk = weights / np.sqrt(np.outer(weights.sum(axis=0), weights.sum(axis=0)))
        kernel = np.linalg.inv(np.eye(60) - 0.99 * walk)
        size = np.sqrt(np.diag(kernel))
        np.testing.assert_allclose(geometry.graph, kernel / np.outer(size, size), atol=1e-5)
        np.testing.assert_allclose(geometry.spread, 0.1 * np.linalg.inv(np.eye(60) - 0.9 * walk), atol=1e-6)
        np.testing.assert_allclose(geometry.lens.reach, reach, rtol=1e-5)

    @settings(deadline=None, max_examples=30)
    @given(seed=st.integers(0, 50), count=st.integers(1, 30), kind=st.sampled_from(["table", "image", "text"]))
    def test_kernels_are_kernels(self, seed: int, count: int, kind: FeatureKind) -> None:
        """Unit diagonal among the anchors, no negative eigenvalue also with linked items, whatever repeats."""
        X = np.random.default_rng(seed).integers(0, 3, (count, 3)).astype(float)
        geometry = pool_geometry(Features(X, kind))
        new = geometry.lens.see(X + 0.5)
        for name in geometry.lens.names():
            inside = geometry.kernels([name], geometry.anchors, geometry.anchors)[name]
            np.testing.assert_allclose(np.diag(inside), 1, atol=1e-5)
            among_new = geometry.kernels([name], new, new)[name]
            across = geometry.kernels([name], geometry.anchors, new)[name]
            whole = np.block([[inside, across], [across.T, among_new]]).astype(np.float64)
            assert np.isfinite(whole).all()
            assert np.linalg.eigvalsh((whole + whole.T) / 2).min() > -1e-4

    def test_links_lead_to_the_nearest_anchors_closer_ones_first(self) -> None:
        X = rng.standard_normal((50, 3))
        geometry = pool_geometry(Features(X, "image"))
        new = geometry.lens.see(X[:5] * 1.001)
        dense = new.links.toarray()
        np.testing.assert_allclose(dense.sum(axis=1), 1, rtol=1e-5)
        assert dense.argmax(axis=1).tolist() == [0, 1, 2, 3, 4]
        near = np.argsort(squared_distances(new.values, geometry.anchors.values), axis=1)[:, :10]
        assert all(set(np.flatnonzero(row)) == set(n) for row, n in zip(dense, near, strict=True))


class TestLargePool:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pool, "ANCHORS", 30)

    def test_items_come_in_the_order_asked_anchors_as_themselves(self) -> None:
        X = rng.standard_normal((100, 4))
        features = Features(X, "table")
        geometry = pool_geometry(features)
        asked = rng.permutation(100)[:40]
        items = geometry.items(features, asked)
        view = geometry.lens.view
        np.testing.assert_allclose(items.values, view.values(X[asked]), atol=1e-6)
        np.testing.assert_allclose(items.ranks, view.ranks(X[asked]), atol=1e-6)
        links = items.links.toarray()
        for row, position in zip(links, asked, strict=True):
            if position in geometry.positions:
                assert row[np.searchsorted(geometry.positions, position)] == 1
            assert row.sum() == pytest.approx(1, rel=1e-5)
            assert (row > 0).sum() == (1 if position in geometry.positions else 10)

    def test_only_the_anchors_are_read(self) -> None:
        class Counting:
            ndim, shape, dtype = 2, (10_000, 3), np.dtype(np.float64)
            rows: set[int]

            def __init__(self) -> None:
                self.rows = set()

            def __getitem__(self, positions: NDArray[np.intp]) -> Array:
                self.rows |= set(positions.tolist())
                return np.random.default_rng(0).standard_normal((len(positions), 3))

        source = Counting()
        geometry = pool_geometry(Features(source, "table"))
        assert source.rows == set(geometry.positions.tolist())

    def test_is_built_once(self) -> None:
        features = Features(rng.standard_normal((50, 3)))
        assert pool_geometry(features) is pool_geometry(features)


class TestStrangers:
    """Other items than those of the pool."""

    def test_a_lens_knows_its_own_pool_and_builds_nothing_for_another(self) -> None:
        X = rng.standard_normal((60, 4))
        lens = pool_geometry(Features(X, "table")).lens
        assert knows(lens, Features(X.copy(), "table"))
        for other in (X[:50], X[:, :3], X + 1.0):
            stranger = Features(other, "table")
            assert not knows(lens, stranger)
            assert "geometry" not in stranger._derived

    def test_what_was_seen_is_kept_until_another_lens_looks(self) -> None:
        first, second = (pool_geometry(Features(rng.standard_normal((40, 4)), "table")).lens for _ in range(2))
        new = Features(rng.standard_normal((9, 4)), "table")
        seen = seen_through(first, new)
        assert seen_through(first, new) is seen
        np.testing.assert_array_equal(seen_through(second, new).values, second.see(new[:]).values)
