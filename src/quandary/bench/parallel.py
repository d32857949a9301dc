"""Many runs at once, each in a process of its own, those of an earlier time not again."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

from quandary.bench.runs import Run, Task, finished, play
from quandary.core.ports import Progress, silent

T = TypeVar("T")
R = TypeVar("R")


def play_all(tasks: Sequence[Task], jobs: int, progress: Progress = silent) -> list[Run]:
    """Play every task that is not finished yet, ``jobs`` at a time; return all runs in the order of the tasks."""
    done = {task: run for task in tasks if (run := finished(task)) is not None}
    progress(len(done), len(tasks), "runs")
    todo = [task for task in tasks if task not in done]
    if todo:
        for task, run in in_processes(play, todo, min(jobs, len(todo))):
            done[task] = run
            progress(len(done), len(tasks), "runs")
    return [done[task] for task in tasks]


def in_processes(work: Callable[[T], R], tasks: Sequence[T], jobs: int) -> Iterator[tuple[T, R]]:
    """Call ``work`` on each task, ``jobs`` at a time; yield each task with what came out as it ends."""
    fresh = multiprocessing.get_context("spawn")  # a fork would copy the threads' locks of this process
    with ProcessPoolExecutor(jobs, fresh, initializer=_end_quietly) as pool:
        running = {pool.submit(work, task): task for task in tasks}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise


def _end_quietly() -> None:
    """Let Ctrl-C, which reaches every process of a terminal, end a worker without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def usable_cores() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
