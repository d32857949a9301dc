"""Classes changed mid-way, and items found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from quandary.core.errors import ConfigError
from quandary.project.published import Predictions, write_predictions
from quandary.service.answers import AnswerRequest
from quandary.service.classes import ClassRequest
from quandary.service.items import ItemQuery
from quandary.service.service import Service
from tests.service.worlds import make_service, ranking


@pytest.fixture
def service(tmp_path: Path) -> Service:
    made = make_service(tmp_path)
    for item, value in (("0", "billing"), ("1", "refund"), ("2", "spam"), ("5", "spam")):
        made.answer("tab", True, AnswerRequest(f"k{item}", item, value), 1)
    made.answer("tab", True, AnswerRequest("k8", "8", None, "unsure"), 1)
    made.answer("tab", True, AnswerRequest("k9", "9", None), 1)
    made.note("9", "torn photo")
    return made


def counts(shown: list[dict[str, object]]) -> dict[object, object]:
    return {entry["name"]: entry["count"] for entry in shown}


@pytest.mark.parametrize(
    ("change", "affected", "expected"),
    [
        (ClassRequest("add", "other"), 0, {"billing": 1, "refund": 1, "spam": 2, "other": 0}),
        (ClassRequest("rename", "spam", to="junk"), 2, {"billing": 1, "refund": 1, "junk": 2}),
        (ClassRequest("merge", "refund", to="billing"), 1, {"billing": 2, "spam": 2}),
        (ClassRequest("delete", "spam"), 2, {"billing": 1, "refund": 1}),
        (ClassRequest("describe", "spam", description="junk mail"), 0, {"billing": 1, "refund": 1, "spam": 2}),
    ],
)
def test_a_preview_is_what_then_happens(
    service: Service, change: ClassRequest, affected: int, expected: dict[str, int]
) -> None:
    before = service.describe()
    preview = service.change_classes(change, preview=True)
    assert (preview["affected"], counts(preview["classes"])) == (affected, expected)
    assert service.describe() == before
    assert service.change_classes(change, preview=False)["classes"] == preview["classes"]
    assert service.describe()["classes"] == preview["classes"]


def test_what_was_deleted_or_merged_comes_back(service: Service) -> None:
    before = service.describe()["classes"]
    for change in (ClassRequest("delete", "spam"), ClassRequest("merge", "spam", to="billing")):
        service.change_classes(change, preview=False)
        preview = service.change_classes(ClassRequest("restore", "spam"), preview=True)
        assert preview["affected"] == 2
        service.change_classes(ClassRequest("restore", "spam"), preview=False)
        assert service.describe()["classes"] == before


def test_items_of_a_deleted_class_are_open_again_and_keys_stay(service: Service) -> None:
    service.change_classes(ClassRequest("delete", "billing"), preview=False)
    assert service.describe()["progress"]["labeled"] == 3
    assert service.items(ItemQuery(kind="open"))["items"][0] | {"brief": ""} == {
        "item": "0",
        "label": None,
        "kind": None,
        "note": None,
        "suggestion": None,
        "brief": "",
        "thumb": None,
    }
    assert [(c["name"], c["key"]) for c in service.describe()["classes"]] == [("refund", "2"), ("spam", "3")]


def test_guesses_follow_the_classes(service: Service) -> None:
    service.take_ranking(ranking(service, ["20"]))
    service.change_classes(ClassRequest("merge", "refund", to="spam"), preview=False)
    shown = service.next("tab", 1)["items"][0]["suggestion"]
    assert shown["probabilities"] == {"billing": 0.5, "spam": 0.5}
    service.change_classes(ClassRequest("delete", "billing"), preview=False)
    assert service.next("tab", 1)["items"][0]["suggestion"]["class"] == "spam"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ItemQuery(kind="labeled"), ["0", "1", "2", "5"]),
        (ItemQuery(kind="unsure"), ["8"]),
        (ItemQuery(kind="skipped"), ["9"]),
        (ItemQuery(kind="noted"), ["9"]),
        (ItemQuery(kind="audit"), []),
        (ItemQuery(label="spam"), ["2", "5"]),
        (ItemQuery(kind="labeled", sort="recent"), ["5", "2", "1", "0"]),
        (ItemQuery(words="winner", kind="labeled"), ["2", "5"]),
        (ItemQuery(words="WINNER number", limit=2, offset=1), ["5", "8"]),
        (ItemQuery(predicted="refund"), ["1", "29"]),
        (ItemQuery(predicted="refund", sort="uncertain"), ["29", "1"]),
    ],
)
def test_items_are_found(service: Service, query: ItemQuery, expected: list[str]) -> None:
    best = np.zeros(30, np.int16)
    best[[1, 29]] = 1
    margin = np.linspace(1, 0, 30).astype(np.float32)
    made = Predictions(1, np.array([0, 1, 2]), best, np.full(30, 0.75, np.float32), margin)
    service.project.folder.joinpath("published").mkdir(exist_ok=True)
    write_predictions(service.project.folder / "published", made)
    service.take_predictions()
    found = service.items(query)
    assert [entry["item"] for entry in found["items"]] == expected
    assert found["items"] == [] or found["items"][0]["suggestion"]["probability"] == 0.75
    assert {entry["name"]: entry["predicted"] for entry in service.describe()["classes"]} == {
        "billing": 28,
        "refund": 2,
        "spam": 0,
    }


@pytest.mark.parametrize(
    "query", [ItemQuery(kind="odd"), ItemQuery(label="spm"), ItemQuery(predicted="x"), ItemQuery(sort="__class__")]
)
def test_an_unknown_filter_says_what_there_is(service: Service, query: ItemQuery) -> None:
    with pytest.raises(ConfigError, match=r"[Tt]here are"):
        service.items(query)


def test_one_item_with_all_that_is_known(service: Service) -> None:
    service.answer("tab", True, AnswerRequest("later", "2", "refund"), 1)
    shown = service.item("2")
    assert (shown["label"], shown["kind"], shown["position"], shown["content"]["type"]) == (
        "refund",
        "label",
        2,
        "text",
    )
    assert [entry["value"] for entry in shown["answers"]] == ["spam", "refund"]
    assert service.item("9")["note"] == "torn photo"
    service.note("9", "")
    assert service.item("9")["note"] is None


def test_the_balance_grows_with_the_labels(service: Service) -> None:
    for p in range(10, 30):
        service.answer("tab", True, AnswerRequest(f"k{p}", str(p), "spam"), 1)
    balance = service.curve()["balance"]
    assert balance[-1] == {"labels": 24, "counts": {"billing": 1, "refund": 1, "spam": 22}}
    assert [point["labels"] for point in balance] == sorted(point["labels"] for point in balance)
    assert len(balance) >= 3
