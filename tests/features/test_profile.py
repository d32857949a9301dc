from __future__ import annotations

import json

import pytest

from quandary.features.profile import TableProfile
from tests.features.worlds import Pool

CONTENTS = [
    {
        "n": "" if i == 7 else f"{i},5",
        "c": "rare" if i < 3 else "ab"[i % 2],
        "free": f"value {i}" + " and more" * (20 if i == 5 else i % 9),
        "short": f"v{i}",
        "gaps": "x" if i % 2 else "",
        "flag": str(i % 2),
    }
    for i in range(1020)
]


@pytest.fixture(params=[False, True])
def profile(request: pytest.FixtureRequest) -> TableProfile:
    made = TableProfile.of(Pool(CONTENTS), list(CONTENTS[0]))
    return TableProfile.from_json(json.loads(json.dumps(made.to_json()))) if request.param else made


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("n", "500,5", None),
        ("n", "1019,5", "higher than 99 % of rows"),
        ("n", "1,5", "lower than 99 % of rows"),
        ("n", "-3", "lower than 99 % of rows"),
        ("n", "many", "not a number, as nearly all others are"),
        ("n", " ", "missing in only 1 in 1020 rows"),
        ("c", "a", None),
        ("c", " rare ", "rare: 1 in 340 rows"),
        ("c", "new", "seen in no other row"),
        ("free", CONTENTS[5]["free"], "longer than 99 % of rows"),
        ("free", "value 3", None),
        ("short", "v" * 500, None),
        ("gaps", "", None),
        ("flag", "1", None),
        ("flag", "2", "seen in no other row"),
        ("other", "x", None),
    ],
)
def test_what_is_unusual(profile: TableProfile, column: str, value: str, said: str | None) -> None:
    assert profile.unusual(column, value) == said


def test_few_rows_say_nothing() -> None:
    profile = TableProfile.of(Pool(CONTENTS[:50]), ["n", "c"])
    assert profile.unusual("n", "1e9") is None
    assert profile.unusual("c", "new") is None
    assert TableProfile.from_json({}).unusual("n", "1") is None


def test_an_empty_column() -> None:
    profile = TableProfile.of(Pool([{"a": ""}] * 200), ["a", "gone"])
    assert profile.unusual("a", "") is None
    assert profile.unusual("gone", "") is None
