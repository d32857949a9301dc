"""The order of questions: the newest ranking, what is left of it, then by lot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.service.answers import AnswerRequest
from quandary.service.queue import interleave
from quandary.service.service import Service
from tests.service.worlds import make_service, ranking, truth


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return make_service(tmp_path)


def asked(service: Service, count: int, caller: str = "ann") -> list[str]:
    return [item["item"] for item in service.next(caller, count)["items"]]


def say(service: Service, item: str, caller: str = "ann", key: str = "") -> None:
    request = AnswerRequest(key or f"key of {item}", item, truth(int(item)))
    service.answer(caller, False, request, 1)


def test_a_fresh_ranking_is_asked_in_its_order(service: Service) -> None:
    order = [str(i) for i in range(29, -1, -1)]
    service.take_ranking(ranking(service, order, audit=frozenset({"28", "25"})))
    assert asked(service, 10) == order[:10]


def test_what_is_answered_or_held_by_others_is_left_out(service: Service) -> None:
    service.take_ranking(ranking(service, ["5", "6", "7", "8", "9"]))
    assert asked(service, 2, "bob") == ["5", "6"]
    assert asked(service, 2, "ann") == ["7", "8"]
    say(service, "7")
    assert asked(service, 2, "ann") == ["8", "9"]
    assert asked(service, 2, "bob") == ["5", "6"]


def test_a_newer_ranking_orders_also_what_one_holds(service: Service) -> None:
    service.take_ranking(ranking(service, ["5", "6", "7"]))
    assert asked(service, 2) == ["5", "6"]
    service.take_ranking(ranking(service, ["9", "6", "5"]))
    assert asked(service, 2) == ["9", "6"]
    assert asked(service, 1, "bob") == ["5"]


def test_when_the_ranking_is_used_up_the_rest_is_drawn_by_lot(service: Service) -> None:
    service.take_ranking(ranking(service, ["5", "6"]))
    got = service.next("ann", 30)["items"]
    assert [item["item"] for item in got][:2] == ["5", "6"]
    assert sorted(int(item["item"]) for item in got) == list(range(30))
    assert {item["reason"]["kind"] for item in got[2:]} == {"start"}


def test_older_and_foreign_rankings_change_nothing(service: Service) -> None:
    old = ranking(service, ["1", "2"])
    say(service, "20")
    new = ranking(service, ["5", "6"])
    service.take_ranking(new)
    service.take_ranking(old)
    service.take_ranking(replace(new, seen=new.seen + 1000))
    service.take_ranking(replace(new, items=(replace(new.items[0], item="nobody"),)))
    service.take_ranking(replace(new, codes=(0, 1, 99)))
    assert asked(service, 2) == ["5", "6"]


def test_with_nothing_left_it_says_why(service: Service) -> None:
    for i in range(27):
        say(service, str(i))
    assert asked(service, 10, "bob") == ["27", "28", "29"] or len(asked(service, 10, "bob")) == 3
    assert service.next("ann", 1)["nothing_left"] == "leased"
    service.answer("ann", False, AnswerRequest("s", "27", None, "skip"), 1)
    say(service, "28")
    say(service, "29")
    assert service.next("ann", 1)["nothing_left"] == "only_skipped"
    say(service, "27")
    assert service.next("ann", 1) | {"model": None, "progress": None} == {
        "items": [],
        "nothing_left": "all_labeled",
        "model": None,
        "progress": None,
    }


def test_a_skipped_item_returns_after_twenty_others(service: Service) -> None:
    order = [str(i) for i in range(30)]
    service.take_ranking(ranking(service, order))
    service.answer("ann", False, AnswerRequest("s", "0", None, "skip"), 1)
    for i in range(1, 20):
        say(service, str(i))
        assert "0" not in asked(service, 30)
    say(service, "20")
    assert "0" in asked(service, 30)


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.data())
def test_both_lines_keep_their_order_and_nothing_is_lost(pattern: list[bool], data: st.DataObject) -> None:
    still_open = np.array(data.draw(st.lists(st.booleans(), min_size=len(pattern), max_size=len(pattern))))
    passed = data.draw(st.integers(0, 50))
    got = list(interleave(pattern, still_open, passed))
    assert sorted(got) == np.flatnonzero(still_open).tolist()
    for line in (True, False):
        mine = [place for place in got if pattern[place] is line]
        assert mine == sorted(mine)


def test_the_share_of_random_checks_holds_however_far_the_ranking_is_behind() -> None:
    pattern = [i % 3 == 0 for i in range(99)]  # a third
    answered: set[int] = set()
    checks = 0
    for rounds in range(60):  # no new ranking for 60 answers
        still_open = np.array([place not in answered for place in range(99)])
        first = next(interleave(pattern, still_open, rounds))
        answered.add(first)
        checks += pattern[first]
    assert checks == 20
