"""Two callers are never asked the same, and what nobody answers comes back."""

from quandary.service.leases import LASTS, Leases
from tests.service.worlds import Clock


def test_what_one_holds_is_free_for_that_one_only() -> None:
    leases = Leases(Clock())
    leases.hold("ann", [1, 2])
    assert [leases.free(p, "ann") for p in (1, 2, 3)] == [True, True, True]
    assert [leases.free(p, "bob") for p in (1, 2, 3)] == [False, False, True]
    assert leases.others("bob")
    assert not leases.others("ann")


def test_asking_again_releases_what_is_not_asked_any_more() -> None:
    leases = Leases(Clock())
    leases.hold("ann", [1, 2])
    leases.hold("ann", [2, 3])
    assert leases.free(1, "bob")
    assert not leases.free(2, "bob")


def test_the_list_before_can_be_kept_once() -> None:
    leases = Leases(Clock())
    leases.hold("ann", [1, 2])
    leases.hold("ann", [3], keep_last=True)
    assert not leases.free(1, "bob")
    leases.hold("ann", [3], keep_last=True)
    assert leases.free(1, "bob")


def test_leases_end_and_asking_renews_them() -> None:
    clock = Clock()
    leases = Leases(clock)
    leases.hold("ann", [1, 2])
    clock.at += LASTS - 1
    leases.hold("ann", [2])
    clock.at += 2
    assert leases.free(1, "bob")
    assert not leases.free(2, "bob")
    clock.at += LASTS
    assert len(leases) == 0


def test_what_was_taken_back_stays_until_it_is_answered_last_one_first() -> None:
    leases = Leases(Clock())
    leases.pin("ann", 7)
    leases.pin("ann", 4)
    leases.hold("ann", [4, 9])
    assert leases.pinned("ann") == [4, 7]
    assert leases.pinned("bob") == []
    leases.release(4)
    assert leases.pinned("ann") == [7]


def test_releasing_lets_everybody_ask() -> None:
    leases = Leases(Clock())
    leases.hold("ann", [1])
    leases.release(1)
    leases.release(1)
    assert leases.free(1, "bob")


def test_who_leaves_gives_back_all_but_what_it_took_back() -> None:
    leases = Leases(clock=lambda: 0.0)
    leases.hold("ann", [1, 2])
    leases.pin("ann", 3)
    leases.hold("bob", [4])
    leases.leave("ann")
    leases.leave("nobody")
    assert [leases.free(p, "cat") for p in (1, 2, 3, 4)] == [True, True, False, False]
    assert leases.pinned("ann") == [3]
