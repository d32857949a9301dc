"""The curves as a table: one row a round of a run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from quandary.bench.runs import Run

COLUMNS = ("dataset", "strategy", "learner", "seed", "labels", "score", "seconds")


def curves_csv(runs: Iterable[Run]) -> str:
    """All runs as CSV; scores and seconds with every digit they have.

    >>> print(curves_csv([Run("digits", "margin", "logistic", 0, (10,), (0.5,), (0.01,))]), end="")
    dataset,strategy,learner,seed,labels,score,seconds
    digits,margin,logistic,0,10,0.5,0.01
    """
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for run in runs:
        start = (run.dataset, run.strategy, run.learner, run.seed)
        table.writerows((*start, *point) for point in zip(run.labels, run.scores, run.seconds, strict=True))
    return out.getvalue()
