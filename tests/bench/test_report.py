"""The report says what the numbers say, is well-formed, and nothing in it runs or leaves."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from quandary.bench.report import meaning, report
from quandary.bench.summary import Setting, Summary, as_json, summarize
from quandary.bench.verdict import verdict
from tests.bench.test_stats import runs

SETTING = Setting("digits", 200, 60, 3, 4, "logistic", "accuracy", 10, "0.1.0")
BASE = np.linspace(0.4, 0.8, 10)


def made(seeds: int = 10, gain: float = 0.1, setting: Setting = SETTING) -> Summary:
    """Random asking, and margin that is better by ``gain`` in every run."""
    noise = np.random.default_rng(0).normal(0, 0.02, (seeds, 1))
    return summarize(
        setting, [*runs("random", (BASE + noise).tolist()), *runs("margin", (BASE + noise + gain).tolist())]
    )


class Tags(HTMLParser):
    """Checks that what opens closes, in order."""

    VOID = frozenset({"meta", "line", "circle", "polyline", "polygon"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    return tags


@pytest.mark.parametrize("seeds", [1, 2, 10])
@pytest.mark.parametrize("metric", ["accuracy", "neg_log_loss"])
def test_page_is_whole_and_needs_nothing(seeds: int, metric: str) -> None:
    page = report(made(seeds, setting=Setting("d", 200, 60, 3, 0, "auto", metric, 10, "1")), "quandary simulate")
    tags = read(page)
    assert not tags.seen & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"https?://|url\(|nan|inf\b", page)


def test_hostile_names_stay_text() -> None:
    evil = "<script>alert(1)</script>\"'&"
    setting = Setting(evil, 200, 60, 3, 0, evil, "accuracy", 10, "1")
    page = report(
        summarize(setting, [*runs("random", [BASE.tolist()] * 2), *runs(evil, [BASE.tolist()] * 2)]), f"quandary {evil}"
    )
    assert "script" not in read(page).seen
    assert "<script" not in page


def test_clear_win_is_said_with_its_size_and_saving() -> None:
    first, second = verdict(made())
    assert first == (
        "margin did best: its accuracy was on average 10.0 points above that of random asking "
        "(higher in 10 of 10 runs), more than chance explains (p = 0.002)."
    )
    start, _, interval = second.partition(" (95 % interval: ")
    assert start == "What random asking reached with 100 labels, margin reached with 78 labels"
    low, high = interval.removesuffix(").").split(" to ")
    assert int(low) <= 78 <= int(high) < 100


def test_loss_is_said_too() -> None:
    first = verdict(made(gain=-0.05))[0]
    assert first.startswith(
        "Nothing beat random asking here: its accuracy was on average 5.0 points above that of margin"
    )


def test_chance_is_called_chance_and_more_runs_are_asked_for() -> None:
    said = verdict(made(seeds=4))
    assert "which may be chance" in said[0]
    assert said[-1] == "With 4 runs no difference could have been proven: play at least 6 (--seeds 6)."


@pytest.mark.parametrize("pairs", [1, 3, 6, 10])
def test_number_of_runs_asked_for_is_the_smallest_that_can_prove(pairs: int) -> None:
    strategies = {1: 1, 3: 2, 6: 3, 10: 4}[pairs]
    played = [*runs("random", [[0.1], [0.2]]), *(r for i in range(strategies) for r in runs(f"s{i}", [[0.2], [0.3]]))]
    said = verdict(summarize(SETTING, played))[-1]
    enough = int(said.rpartition("--seeds ")[2].rstrip(")."))
    assert pairs * 2 / 2**enough < 0.05 <= pairs * 2 / 2 ** (enough - 1)


def test_machine_summary_holds_what_was_found() -> None:
    found = as_json(made())
    assert found["dataset"] == "digits"
    assert list(found["strategies"]) == ["margin", "random"]
    assert found["strategies"]["margin"]["labels_to_target"] == pytest.approx(77.5)
    assert found["strategies"]["random"]["labels_relative_to_random"]["value"] == 1.0
    assert found["pairs"][0]["better"] == "margin"
    never = as_json(made(gain=-0.05))["strategies"]["margin"]
    assert never["labels_to_target"] is None


def test_each_way_of_asking_says_what_it_asks_about() -> None:
    page = report(made(), "quandary simulate")
    assert "Items whose two likeliest classes are closest." in page
    assert meaning("not there") == ""


def test_ranks_are_drawn_from_three_ways_on() -> None:
    curves = {name: (BASE + 0.01 * i).tolist() for i, name in enumerate(("random", "margin", "entropy"))}
    summary = summarize(SETTING, [run for name, curve in curves.items() for run in runs(name, [curve] * 6)])
    assert "Who comes first" in report(summary, "")
    assert "Who comes first" not in report(made(), "")
    assert as_json(summary)["strategies"]["entropy"]["mean_rank"] == 1.0
