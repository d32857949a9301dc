"""The page about the query strategies has every one of them, as it describes itself."""

import re
from pathlib import Path

from quandary.core.registry import strategies

PAGE = Path(__file__).parent.parent / "docs" / "strategies.md"
TEXT = PAGE.read_text(encoding="utf-8")
OWN = {name: part for name, part in strategies.all().items() if part.__module__.startswith("quandary.strategies.")}
COSTS = {r"\*", r"\*\*", r"\*\*\*"}


def table() -> dict[str, list[str]]:
    """The cells after the name, by name."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TEXT.splitlines() if line.startswith("| `")]
    return {name.strip("`"): cells for name, *cells in rows if len(cells) == 5}


def test_every_strategy_has_its_row_in_order() -> None:
    assert list(table()) == sorted(OWN)


def test_rows_say_what_the_strategies_say_of_themselves() -> None:
    for name, (asks, when, needs, cost, source) in table().items():
        said = OWN[name].__doc__ or ""
        assert asks == said.splitlines()[0]
        assert when
        assert needs in {"nothing", "rows", "model", "rows, model"}
        assert cost in COSTS
        years, names = re.findall(r"\d{4}", source), re.findall(r"[A-Z]\w+", source)
        assert years
        assert [word for word in years + names if word not in said] == [], name


def test_the_guide_names_only_what_there_is() -> None:
    guide = TEXT.partition("## Which one?")[2].partition("## All of them")[0]
    named = set(re.findall(r"`(\w+)`", guide))
    assert named
    assert named <= set(OWN)
