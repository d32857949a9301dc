"""What is printed: plain, aligned, and never steered by the user's files."""

import re

from hypothesis import given
from hypothesis import strategies as st

from quandary.cli.plot import HEIGHT, WIDTH, plot
from quandary.cli.say import clean, one_line, table


@given(st.text())
def test_nothing_steers_the_terminal(text: str) -> None:
    assert clean(text).isprintable()
    assert one_line(text).isprintable()


@given(st.text(st.characters(categories=["L", "N", "P"])))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_table_is_aligned() -> None:
    lines = table([["class", "labels"], ["a longer name", "7"], ["b", "1,200"]], right=[1]).splitlines()
    assert [re.search(r"\S+$", line) is not None and len(line) for line in lines] == [21, 21, 21]


def test_plot_is_as_large_as_said_and_goes_up() -> None:
    drawn = plot([10, 20, 30], {"rising": [0.2, 0.6, 1.0]}, plain=True).splitlines()
    picture = [line[7:].ljust(WIDTH) for line in drawn[:HEIGHT]]
    first, last = ([row for row in range(HEIGHT) if picture[row][column] == "*"] for column in (0, WIDTH - 1))
    assert (first, last) == ([HEIGHT - 1], [0])
    assert all(sum(line[column] == "*" for line in picture) == 1 for column in range(WIDTH))


def test_better_curve_lies_on_top_of_the_other() -> None:
    drawn = plot([10, 20], {"ours": [0.9, 0.9], "other": [0.9, 0.9]}, plain=True)
    assert "o" not in "".join(drawn.splitlines()[:HEIGHT])
