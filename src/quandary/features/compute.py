"""The numbers of a whole pool, block by block, in worker processes where that pays."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.content import Content, Contents
from quandary.core.ports import Progress

Block = NDArray[np.float32]
ROWS = 2_048  # of a block, where the extractor does not say
PAYS_FROM = 8.0  # seconds of work left; starting workers takes two
MOST_WORKERS = 16
WHAT = "computing features"


def compute(extractor: Any, contents: Contents, progress: Progress) -> Iterator[Block]:
    """Fit ``extractor`` on a sample of ``contents`` and yield the numbers of all of them, in order, in blocks.

    How many processes work changes nothing in the numbers: the blocks are always the same.
    """
    if len(contents) <= extractor.sample and hasattr(type(extractor), "fit_transform") and _whole(extractor):
        progress(0, len(contents), WHAT)
        yield np.asarray(extractor.fit_transform(contents.slice(0, len(contents))), np.float32)
        progress(len(contents), len(contents), WHAT)
        return
    extractor.fit(sample_of(contents, extractor.sample))
    yield from transform(extractor, contents, progress)


def _whole(extractor: Any) -> bool:
    """Whether the extractor has its own way to do both steps at once, not only the inherited one."""
    return "fit_transform" in vars(type(extractor))


def sample_of(contents: Contents, most: int) -> list[Content]:
    """At most ``most`` contents, evenly spread."""
    size = len(contents)
    if size <= most:
        return list(contents.slice(0, size))
    chosen = np.unique(np.linspace(0, size - 1, most).astype(int))
    found: list[Content] = []
    for start in range(0, size, ROWS):
        wanted = chosen[(chosen >= start) & (chosen < start + ROWS)]
        if len(wanted):
            part = contents.slice(start, min(start + ROWS, size))
            found += [part[i - start] for i in wanted]
    return found


def transform(extractor: Any, contents: Contents, progress: Progress) -> Iterator[Block]:
    """The numbers of all ``contents`` by a fitted ``extractor``, in order, in blocks."""
    if hasattr(extractor, "blocks"):
        yield from extractor.blocks()
        return
    size, rows = len(contents), getattr(extractor, "block", ROWS)
    starts = deque(range(0, size, rows))
    began = time.monotonic()
    # The first blocks tell how long the rest takes.
    while starts:
        start = starts.popleft()
        yield _transform(extractor, contents.slice(start, min(start + rows, size)))
        progress(min(start + rows, size), size, WHAT)
        spent = time.monotonic() - began
        if spent > 1 and spent / (start + rows) * (size - start - rows) > PAYS_FROM and workers() > 1:
            yield from _in_parallel(extractor, contents, starts, rows, progress)
            return


def _in_parallel(
    extractor: Any, contents: Contents, starts: deque[int], rows: int, progress: Progress
) -> Iterator[Block]:
    size, waiting = len(contents), deque[tuple[int, Sequence[Content], Future[Block] | None]]()
    pool = ProcessPoolExecutor(workers(), get_context("spawn"), _prepare, (extractor,))
    try:
        while starts or waiting:
            while starts and len(waiting) < 2 * workers():
                start = starts.popleft()
                part = contents.slice(start, min(start + rows, size))
                waiting.append((start, part, _submit(pool, part)))
            start, part, future = waiting.popleft()
            yield _result(future, extractor, part)
            progress(min(start + rows, size), size, WHAT)
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, part: Sequence[Content]) -> Future[Block] | None:
    try:
        return pool.submit(_work, part)
    except BrokenProcessPool:
        return None


def _result(future: Future[Block] | None, extractor: Any, part: Sequence[Content]) -> Block:
    # Workers cannot start from a script on standard input, and may be killed for memory: then this process does it.
    try:
        return _transform(extractor, part) if future is None else future.result()
    except BrokenProcessPool:
        return _transform(extractor, part)


def _transform(extractor: Any, part: Sequence[Content]) -> Block:
    return np.asarray(extractor.transform(part), np.float32)


_own: dict[str, Any] = {}  # of a worker process: what it works with


def _prepare(extractor: Any) -> None:
    from threadpoolctl import threadpool_limits  # scikit-learn brings it

    _own["extractor"], _own["threads"] = extractor, threadpool_limits(1)


def _work(part: Sequence[Content]) -> Block:
    return _transform(_own["extractor"], part)


def workers() -> int:
    """How many processes may work: one a core that this one may use."""
    free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(free, MOST_WORKERS)
