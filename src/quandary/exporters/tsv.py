"""Tab-separated values."""

from __future__ import annotations

from quandary.core.registry import exporters
from quandary.exporters.csv import CsvExporter


@exporters("tsv")
class TsvExporter(CsvExporter):
    """One row a labeled item, separated by tabs"""

    title = "TSV, separated by tabs"
    suffix = ".tsv"
    separator = "\t"
