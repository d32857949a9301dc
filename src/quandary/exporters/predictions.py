"""What the model thinks of every item."""

from __future__ import annotations

from pathlib import Path

from quandary.core.registry import exporters
from quandary.exporters.formats import table_writer
from quandary.exporters.job import Job, Written


@exporters("predictions")
class PredictionsExporter:
    """One row an item: class, probability of each class and margin, by the model that knows all labels"""

    title = "Predictions for every item"
    suffix = ".csv"
    loses = "labels, which the other formats hold"
    needs = None
    kinds = None

    def write(self, job: Job, target: Path) -> Written:
        """Write a table in the format of the suffix: .csv, .tsv, .jsonl or .parquet."""
        written: Written = table_writer(target).write_table(job.predictions(), target)
        return written
