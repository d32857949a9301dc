from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier

from quandary.features.columns import Categories, Dates, Numbers, date_format
from quandary.features.table import TableFeatures, encoder_for
from quandary.features.text import TextFeatures
from tests.features.worlds import table


def columns(**cells: list[str]) -> list[dict[str, str]]:
    return [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]


def test_by_hand() -> None:
    contents = columns(n=["1", "2", "3", "4"], c=["a", "b", "c", "a"], b=["yes", "no", "yes", "yes"], k=["x"] * 4)
    X = TableFeatures().fit(contents).transform(contents)
    n = (np.clip([1, 2, 3, 4], *np.percentile([1, 2, 3, 4], [0.5, 99.5])) - 2.5) / 1.11
    assert np.allclose(X[:, 0], n, atol=0.02)
    # "b" and "c" stand once, too few for columns of their own; a last column says how rare a value is.
    assert X[:, 1].tolist() == [1, 0, 0, 1]
    assert X[1, 2] == X[2, 2] < X[0, 2] == X[3, 2]
    assert X.shape[1] == 5


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "-3e2", ""] * 9, Numbers),
        (["1,200.50", "3,000.00"] * 9, Numbers),
        (["1.200,50", "3.000,00", "7,5"] * 9, Numbers),
        (["12 %", "7 %"] * 9, Numbers),
        (["$ 1,200", "$7"] * 9, Numbers),
        (["29.85", " ", "1889.5"] * 9, Numbers),
        (["NA", "1", "2"] * 9, Numbers),
        (["0", "1"] * 9, Numbers),
        (["yes", "no", ""] * 9, Categories),
        (["x", ""] * 9, Categories),
        (["Rome", "Oslo", "7"] * 9, Categories),
        (["2024-01-31", "2023-12-24"] * 9, Dates),
        (["31/01/2024", "24/12/2023"] * 9, Dates),
        (["01/31/2024 13:45", "12/24/2023 01:00"] * 9, Dates),
        ([f"a sentence of some words {i}" for i in range(30)], TextFeatures),
        ([f"id-{i}" for i in range(30)], None),
        ([str(i) for i in range(5, 40)], None),
        (["x"] * 30, None),
        (["", "NA", "?"] * 9, None),
    ],
)
def test_what_a_column_holds(cells: list[str], kind: type | None) -> None:
    assert type(encoder_for(cells, "c")) is (kind or type(None))


def test_thousands_and_decimal_commas() -> None:
    values = [1200.5, 3000.0, 7.5, 12000.0]
    plain = Numbers().fit([str(v) for v in values]).transform([str(v) for v in values])
    english = [f"{v:,.2f}" for v in values]
    german = [text.translate(str.maketrans(",.", ".,")) for text in english]
    for cells in (english, german, [f"€ {text}" for text in german]):
        assert np.allclose(Numbers().fit(cells).transform(cells), plain)


def test_missing_numbers_are_the_mean_and_marked() -> None:
    X = Numbers().fit(["1", "3", "", "NA"]).transform(["1", "3", "", "new"])
    assert np.allclose(X, [[-1, 0], [1, 0], [0, 1], [0, 1]], atol=0.02)


def test_one_outlier_does_not_squeeze_the_others() -> None:
    cells = [str(i % 10) for i in range(1000)] + ["1e12"]
    X = Numbers().fit(cells).transform(cells)
    assert X.max() < 4
    assert X[:1000].std() > 0.9


def test_dates_know_when_and_the_season() -> None:
    days = ["2024-01-01", "2024-07-01", "2025-01-01", ""]
    X = Dates().fit(days).transform(days)
    when = np.array([date.fromisoformat(d).toordinal() for d in days[:3]])
    assert np.allclose(X[:3, 0], (when - when.mean()) / when.std(), atol=1e-4)
    assert np.allclose(X[0, 1:3], X[2, 1:3], atol=0.05), "a year later is the same season"
    assert np.dot(X[0, 1:3], X[1, 1:3]) < -0.9, "half a year later is the opposite"
    assert X[3].tolist() == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("cells", [["12:30"], ["2024"], ["1.5"], ["soon"], []])
def test_what_is_no_date(cells: list[str]) -> None:
    assert date_format(cells) is None


def test_new_values_and_columns_do_no_harm() -> None:
    extractor = TableFeatures().fit(table(100))
    odd = [{}, {"city": "Atlantis", "age": "old", "since": "never", "pay": "∞", "extra": "x"}]
    X = extractor.transform(odd)
    assert X.shape == (2, extractor.transform(table(1)).shape[1])
    assert np.isfinite(X).all()


def test_many_categories_take_few_columns() -> None:
    rng = np.random.default_rng(0)
    cells = [f"c{int(v)}" for v in rng.zipf(1.5, 3000).clip(0, 800)]
    X = Categories().fit(cells).transform(cells)
    assert X.shape[1] == 31
    assert (X[:, :30].sum(axis=1) <= 1).all()


def test_a_pool_without_any_information() -> None:
    pools: list[list[dict[str, str]]] = [[{"a": "x"}] * 5, [{}] * 5]
    for contents in pools:
        assert TableFeatures().fit(contents).transform(contents).tolist() == [[0.0]] * 5


def test_only_the_columns_asked_for_count() -> None:
    contents = table(100)
    X = TableFeatures(("age",)).fit(contents).transform(contents)
    assert X.shape == (100, 2)


def test_a_rule_over_mixed_columns_can_be_learned() -> None:
    contents = table(800)
    y = np.array([(c["city"] == "Rome") ^ (float(c["pay"].replace(",", "")) > 3000) for c in contents])
    X = TableFeatures().fit(contents).transform(contents)
    assert ExtraTreesClassifier(100, random_state=0).fit(X[:500], y[:500]).score(X[500:], y[500:]) > 0.9


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({"a": st.text(max_size=12), "b": st.sampled_from(["1", "2024-01-01", "x", ""])}),
        min_size=1,
    )
)
def test_any_cells_give_finite_numbers(contents: list[dict[str, str]]) -> None:
    X = TableFeatures().fit(contents).transform(contents)
    assert len(X) == len(contents)
    assert np.isfinite(X).all()
