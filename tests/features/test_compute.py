from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quandary.core.content import Content
from quandary.core.ports import silent
from quandary.features.compute import compute, sample_of, transform
from quandary.features.image import ImageFeatures
from quandary.features.table import TableFeatures
from quandary.features.text import TextFeatures
from tests.features.worlds import Pool, digits, table, texts


@pytest.fixture
def parallel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes pay at once."""
    clock = iter(range(0, 10**9, 5))
    monkeypatch.setattr("quandary.features.compute.time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr("quandary.features.compute.PAYS_FROM", 0.0)
    monkeypatch.setattr("quandary.features.compute.workers", lambda: 2)


def test_blocks_are_one_transform(tmp_path: Path) -> None:
    pool = Pool(digits(tmp_path / "p", 150))
    extractor = ImageFeatures(root=str(tmp_path / "p"))
    blocks = list(compute(extractor, pool, silent))
    assert [len(block) for block in blocks] == [64, 64, 22]
    expected = ImageFeatures(root=str(tmp_path / "p")).fit(pool.contents).transform(pool.contents)
    assert np.allclose(np.concatenate(blocks), expected, atol=1e-6)


@pytest.mark.usefixtures("parallel")
def test_worker_processes_give_the_same_bits(tmp_path: Path) -> None:
    pool = Pool(digits(tmp_path / "p", 400))
    extractor = ImageFeatures(root=str(tmp_path / "p")).fit(pool.contents)
    told: list[int] = []
    found = np.concatenate(list(transform(extractor, pool, lambda done, total, what: told.append(done))))
    alone = [extractor.transform(pool.slice(i, i + 64)) for i in range(0, 400, 64)]
    assert np.array_equal(found, np.concatenate(alone))
    assert told == [64, 128, 192, 256, 320, 384, 400]


class Deadly:
    """Ends any worker process that it is sent to."""

    block = 10
    sample = 5

    def __init__(self, home: int) -> None:
        self.home = home

    def transform(self, part: Sequence[Content]) -> Any:
        import os

        if os.getpid() != self.home:
            os._exit(1)
        return np.array([[float(content["n"])] for content in part], np.float32)


@pytest.mark.usefixtures("parallel")
def test_dead_workers_are_replaced_by_this_process() -> None:
    import os

    pool = Pool([{"n": str(i)} for i in range(95)])
    found = np.concatenate(list(transform(Deadly(os.getpid()), pool, silent)))
    assert found.ravel().tolist() == list(range(95))


def test_a_sample_is_spread_over_the_pool() -> None:
    pool = Pool([{"n": str(i)} for i in range(10_000)])
    found = [int(content["n"]) for content in sample_of(pool, 100)]
    assert len(found) == 100
    assert (found[0], found[-1]) == (0, 9_999)
    assert max(np.diff(found)) <= 102
    assert len(sample_of(pool, 20_000)) == 10_000


@pytest.mark.parametrize("extractor", [TextFeatures(), TableFeatures()])
def test_a_pool_beyond_the_sample(extractor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = texts(3_000) if extractor.kind == "text" else table(3_000)
    monkeypatch.setattr(type(extractor), "sample", 500)
    blocks = list(compute(extractor, Pool(contents), silent))
    assert [len(block) for block in blocks] == [2_048, 952]
    assert np.allclose(blocks[0][:5], extractor.transform(contents[:5]), atol=1e-6)
