"""One JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path

from quandary.core.registry import exporters
from quandary.exporters.job import Job, Table, Written
from quandary.exporters.whole import whole_file


@exporters("jsonl")
class JsonlExporter:
    """One JSON object a labeled item; every character survives"""

    title = "JSON Lines, for programs"
    suffix = ".jsonl"
    loses = "skips, unsure answers, notes and earlier answers"
    needs = None
    kinds = None

    def write(self, job: Job, target: Path) -> Written:
        return self.write_table(job.labels(), target)

    def write_table(self, table: Table, target: Path) -> Written:
        """Write any table to ``target``."""
        count = 0
        with whole_file(target) as draft, draft.open("w", encoding="utf-8", newline="") as file:
            for row in table.rows():
                file.write(_line(dict(zip(table.columns, row, strict=True))))
                count += 1
        return Written(count)


def _line(record: dict[str, object]) -> str:
    text = json.dumps(record, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, as file names can hold: written as an escape
        text = json.dumps(record)
    return f"{text}\n"
