"""What does the default cost a round: CPU seconds to refit at N labels and to choose the next batch of 10?

python -m benchmarks.deciding --items 10000 --columns 384 --labels 100 200 500
"""

from __future__ import annotations

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # CPU seconds are to mean one core; must come before numpy

import argparse  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from quandary.core.features import Features  # noqa: E402
from quandary.core.query import QueryContext  # noqa: E402
from quandary.core.registry import learners, strategies  # noqa: E402
from quandary.geometry.pool import pool_geometry  # noqa: E402

BATCH, CLASSES, GROUPS, REPEATS = 10, 10, 30, 3


def main() -> None:
    """Print one line a number of labels."""
    args = arguments()
    features, y = pool(args.items, args.columns)
    _, geometry = cpu(lambda: pool_geometry(features))
    print(f"{args.items:,} x {args.columns}, {CLASSES} classes; once a project: geometry {geometry:.2f} s of CPU")
    print("| labels | refit s | choose 10 s | together s |\n|---:|---:|---:|---:|")
    for labels in args.labels:
        refit, choose = best_of(features, y, labels)
        print(f"| {labels} | {refit:.2f} | {choose:.2f} | {refit + choose:.2f} |", flush=True)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=384)
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 200, 500])
    return parser.parse_args()


def pool(items: int, columns: int) -> tuple[Features, np.ndarray]:
    """Unit vectors in ``GROUPS`` clusters, three a class."""
    rng = np.random.default_rng(0)
    group = rng.integers(0, GROUPS, items)
    X = 0.3 * rng.standard_normal((GROUPS, columns))[group] + rng.standard_normal((items, columns))
    X = (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32)
    return Features(X, "text"), group % CLASSES


def best_of(features: Features, y: np.ndarray, labels: int) -> tuple[float, float]:
    """CPU seconds of the cheapest of three rounds: refit, choose."""
    rng = np.random.default_rng(labels)
    labeled = np.sort(rng.choice(len(features), labels, replace=False))
    free = np.setdiff1d(np.arange(len(features)), labeled)
    names = tuple(str(code) for code in range(CLASSES))
    rounds = []
    for turn in range(REPEATS):
        model, refit = cpu(lambda: learners.make("auto").fit_pool(features, labeled, y[labeled]))
        seen = QueryContext(free, features, labeled, y[labeled], names, model, np.random.default_rng(turn))
        _, choose = cpu(lambda seen=seen: strategies.make("auto").select(seen, BATCH))
        rounds.append((refit, choose))
    return min(rounds, key=sum)


def cpu(work: Callable[[], Any]) -> tuple[Any, float]:
    """What ``work`` gives, and its CPU seconds."""
    started = time.process_time()
    found = work()
    return found, time.process_time() - started


if __name__ == "__main__":
    main()
