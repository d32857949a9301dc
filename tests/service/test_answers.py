"""Answers: once each, kept as said, taken back in order; refused in one line that says what is valid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quandary.core.errors import ConfigError, Conflict, NotFound, StorageFull
from quandary.core.events import AnswerGiven, NoteWritten, RoundProposed
from quandary.project.create import create_project
from quandary.project.folder import open_project
from quandary.readers.source import open_source
from quandary.service.answers import AnswerRequest
from quandary.service.classes import ClassRequest
from quandary.service.service import Service
from tests.service.worlds import make_service, ranking


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return make_service(tmp_path)


def give(service: Service, item: str, value: str | None = "spam", key: str = "", **more: object) -> dict[str, object]:
    request = AnswerRequest(key or f"key-{item}", item, value, **more)  # type: ignore[arg-type]
    return service.answer("tab", True, request, 2)


def log(service: Service) -> list[object]:
    return list(service.project.read())


def test_the_same_request_again_gets_the_first_reply_and_writes_nothing(service: Service) -> None:
    first = give(service, "3", key="k")
    give(service, "4")
    before = len(log(service))
    assert json.dumps(give(service, "3", key="k")) == json.dumps(first)
    assert len(log(service)) == before


def test_the_first_reply_survives_the_process(service: Service) -> None:
    first = give(service, "3", key="k")
    folder = service.project.folder
    service.close()
    again = Service(open_project(folder), "mail", "ann")
    assert json.dumps(give(again, "3", key="k")) == json.dumps(first)


@pytest.mark.parametrize(
    "other", [{"value": "refund"}, {"item": "4"}, {"seconds": 2.0}, {"note": "x"}, {"kind": "label"}]
)
def test_a_key_is_good_for_one_request(service: Service, other: dict[str, object]) -> None:
    give(service, "3", key="k")
    with pytest.raises(Conflict, match="new key"):
        give(service, **{"item": "3", "key": "k", **other})  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="new key"):
        service.undo("tab", "k")


@pytest.mark.parametrize(
    ("request_", "error", "says"),
    [
        (AnswerRequest("k", "nobody", "spam"), NotFound, "no item called 'nobody'"),
        (AnswerRequest("k", "3", "spm"), ConfigError, "did you mean 'spam'.* billing, refund, spam"),
        (AnswerRequest("k", "3", ""), ConfigError, "no class called ''"),
        (AnswerRequest("k", "3", "spam", "maybe"), ConfigError, "label, skip, unsure"),
        (AnswerRequest("k", "3", "spam", "skip"), ConfigError, "value null"),
        (AnswerRequest("k", "3", None, "label"), ConfigError, "one of the classes"),
        (AnswerRequest("", "3", "spam"), ConfigError, "key is missing"),
        (AnswerRequest("k" * 201, "3", "spam"), ConfigError, "200"),
        (AnswerRequest("k", "3", "spam", seconds=-1.0), ConfigError, "seconds"),
        (AnswerRequest("k", "3", "spam", seconds=float("nan")), ConfigError, "seconds"),
        (AnswerRequest("k", "3", "spam", note="x" * 10_001), ConfigError, "10000"),
        (AnswerRequest("k", "3", "spam", note="half \ud800"), ConfigError, "surrogate"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    service: Service, request_: AnswerRequest, error: type[Exception], says: str
) -> None:
    before = log(service)
    with pytest.raises(error, match=says):
        service.answer("tab", True, request_, 1)
    assert log(service) == before
    give(service, "3", key="k")  # the key is still good


def test_the_log_says_why_an_item_was_asked_and_what_was_seen(service: Service) -> None:
    give(service, "0")
    made = ranking(service, ["5", "6", "7"], audit=frozenset({"6"}))
    service.take_ranking(made)
    served = service.next("tab", 2)["items"]
    assert served[0]["suggestion"] == {
        "class": "billing",
        "probability": 0.5,
        "probabilities": {"billing": 0.5, "refund": 0.3, "spam": 0.2},
        "model_version": made.seen,
    }
    assert served[1]["suggestion"] is None
    give(service, "5", "refund", seconds=1.5, note="odd", suggested="billing")
    give(service, "6", "spam")
    rounds = [event for event in log(service) if isinstance(event, RoundProposed) and event.strategy == "margin"]
    assert [event.items for event in rounds] == [("5", "6"), ("7",)]
    assert (rounds[0].strategy, rounds[0].model_version, rounds[0].audit) == ("margin", made.seen, (False, True))
    answers = {event.item: event for event in log(service) if isinstance(event, AnswerGiven)}
    assert (answers["5"].suggested, answers["5"].seconds, answers["5"].audit) == ("billing", 1.5, False)
    assert (answers["5"].strategy, answers["5"].model_version) == ("margin", made.seen)
    assert answers["6"].audit
    assert [event.text for event in log(service) if isinstance(event, NoteWritten)] == ["odd"]


def test_an_item_that_somebody_picked_is_no_random_check(service: Service) -> None:
    service.take_ranking(ranking(service, ["5", "6"], audit=frozenset({"6"})))
    assert not service.item("6")["audit"]
    give(service, "6")
    assert not next(event for event in log(service) if isinstance(event, AnswerGiven)).audit


def test_undo_goes_back_answer_by_answer_and_gives_the_item_again(service: Service) -> None:
    service.take_ranking(ranking(service, ["5", "6", "7", "8"], audit=frozenset({"6"})))
    service.next("tab", 4)
    for item in ("5", "6", "7"):
        give(service, item)
    give(service, "5", "refund", key="second thoughts")
    undone = [service.undo("tab") for _ in range(5)]
    assert [entry["undone"] and (entry["undone"]["item"], entry["undone"]["value"]) for entry in undone] == [
        ("5", "refund"),
        ("7", "spam"),
        ("6", "spam"),
        ("5", "spam"),
        None,
    ]
    assert undone[2]["item"]["audit"]
    assert undone[4]["item"] is None
    assert undone[3]["progress"] | {"total": 0} == dict.fromkeys(undone[3]["progress"], 0) | {"open": 30}
    assert [item["item"] for item in service.next("tab", 4)["items"]] == ["5", "6", "7", "8"]
    assert service.next("other", 1)["items"][0]["item"] not in {"5", "6", "7", "8"}
    give(service, "6", key="again")
    assert [event for event in log(service) if isinstance(event, AnswerGiven)][-1].audit


def test_undo_again_with_the_same_key_takes_back_one_answer(service: Service) -> None:
    give(service, "3")
    give(service, "4")
    first = service.undo("tab", "u")
    assert service.undo("tab", "u") == first
    assert service.describe()["progress"]["labeled"] == 1


def test_an_undo_that_found_nothing_finds_nothing_when_it_is_sent_again(service: Service) -> None:
    first = service.undo("tab", "u")
    give(service, "3")
    assert service.undo("tab", "u") == first
    assert service.describe()["progress"]["labeled"] == 1


def test_taking_back_one_item(service: Service) -> None:
    give(service, "3")
    give(service, "3", "refund", key="later")
    give(service, "4")
    assert service.retract("3")["progress"]["labeled"] == 1
    assert [entry["item"] for entry in service.answers(10, None)["answers"]] == ["4"]
    assert service.describe()["progress"]["answers"] == 1
    with pytest.raises(NotFound, match="no answer of yours"):
        service.retract("3")


def test_the_last_answers_newest_first(service: Service) -> None:
    for item in ("3", "4", "5"):
        give(service, item, key=f"key of {item}")
    service.change_classes(ClassRequest("rename", "spam", to="junk"), preview=False)
    found = service.answers(2, None)["answers"]
    assert [entry["key"] for entry in found] == ["key of 5", "key of 4"]
    assert [(entry["item"], entry["value"]) for entry in found] == [("5", "junk"), ("4", "junk")]
    assert found[0]["brief"] == "winner prize click number 5"
    older = service.answers(10, found[-1]["version"])["answers"]
    assert [entry["item"] for entry in older] == ["3"]


def test_a_full_disk_loses_nothing_and_answers_go_on_when_there_is_room(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(service, "3")
    told: list[object] = []
    service.listen(lambda name, value: told.append(value) if name == "read_only" else None)
    before = log(service)

    def full(*args: object, **kwargs: object) -> int:
        raise StorageFull("disk full; free some space")

    with monkeypatch.context() as patched:
        patched.setattr(type(service.project.store), "append", full)
        patched.setattr(type(service.project.store), "set_meta", full)
        for _ in range(2):
            with pytest.raises(StorageFull):
                give(service, "4", key="waits")
        assert service.describe()["read_only"] == "disk full"
        assert service.describe()["progress"]["labeled"] == 1
    assert log(service) == before
    assert give(service, "4", key="waits")["progress"]["labeled"] == 2  # type: ignore[index]
    assert service.describe()["read_only"] is None
    assert told == [{"read_only": "disk full"}, {"read_only": None}]


def test_leases_of_two_callers_are_disjoint_and_a_strangers_reply_leases_nothing(service: Service) -> None:
    service.take_ranking(ranking(service, [str(i) for i in range(30)]))
    mine = {item["item"] for item in service.next("ann", 5)["items"]}
    theirs = {item["item"] for item in service.next("bob", 5)["items"]}
    assert len(mine | theirs) == 10
    reply = service.answer("somebody", False, AnswerRequest("k", "20", "spam"), 5)
    offered = [item["item"] for item in reply["next"]]
    assert offered == [item["item"] for item in service.next("carl", 5)["items"]]


def test_a_person_corrects_labels_that_came_with_the_data_and_can_take_that_back(tmp_path: Path) -> None:
    source = tmp_path / "given.csv"
    source.write_text("text,label\nfirst,a\nsecond,b\nthird,\n", encoding="utf-8")
    project = create_project(tmp_path / "given.quandary", open_source(source, text="text", label="label"))
    service = Service(project, "given", "ann")
    assert service.item("0")["label"] == "a"
    give(service, "0", "b")
    assert service.item("0")["label"] == "b"
    assert [(entry["annotator"], entry["value"]) for entry in service.item("0")["answers"]] == [
        ("import", "a"),
        ("ann", "b"),
    ]
    service.undo("tab")
    assert service.item("0")["label"] == "a"
    assert service.undo("tab")["undone"] is None
    service.retract("0")
    assert service.item("0")["label"] is None
    service.close()
