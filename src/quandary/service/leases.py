"""Who is being asked what, so that two people are not asked the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

LASTS = 600.0  # seconds


@dataclass(slots=True)
class _Lease:
    caller: str
    deadline: float
    turn: int  # of the caller's lists, the last one that held it
    pinned: int  # 0: not; else the higher, the later


class Leases:
    """Items held by callers until ten minutes after they last asked.

    ``clock`` gives seconds that never go back. Nothing here outlives the process: a lease
    decides who is asked, never whether an answer counts.

    >>> leases = Leases(clock=lambda: 0.0)
    >>> leases.hold("ann", [4, 7])
    >>> leases.free(4, "ann"), leases.free(4, "bob")
    (True, False)
    """

    def __init__(self, clock: Callable[[], float], lasts: float = LASTS) -> None:
        self._clock = clock
        self._lasts = lasts
        self._held: OrderedDict[int, _Lease] = OrderedDict()  # by deadline: all leases last equally long
        self._of: dict[str, set[int]] = {}
        self._turns: dict[str, int] = {}
        self._pins = 0

    def __len__(self) -> int:
        self._expire()
        return len(self._held)

    def free(self, position: int, caller: str) -> bool:
        """Whether ``caller`` may be asked about the item: nobody else holds it."""
        self._expire()
        lease = self._held.get(position)
        return lease is None or lease.caller == caller

    def others(self, caller: str) -> bool:
        """Whether anybody but ``caller`` holds anything."""
        self._expire()
        return len(self._held) > len(self._of.get(caller, ()))

    def pinned(self, caller: str) -> list[int]:
        """Items that ``caller`` took back and is to be asked again, last one first."""
        self._expire()
        return sorted((p for p in self._of.get(caller, ()) if self._pin(p)), key=self._pin, reverse=True)

    def hold(self, caller: str, positions: Iterable[int], keep_last: bool = False) -> None:
        """Give ``caller`` these items and release its others.

        With ``keep_last`` those of the list before stay: one of them may be on screen.
        """
        self._expire()
        turn = self._turns[caller] = self._turns.get(caller, 0) + 1
        for position in positions:
            self._put(caller, position, turn, self._pin(position))
        oldest = turn - 1 if keep_last else turn
        for position in [p for p in self._of.get(caller, ()) if self._held[p].turn < oldest and not self._pin(p)]:
            self.release(position)

    def pin(self, caller: str, position: int) -> None:
        """Give ``caller`` an item that it took back; it stays until it is answered."""
        self._expire()
        self._pins += 1
        self._put(caller, position, self._turns.get(caller, 0), self._pins)

    def leave(self, caller: str) -> None:
        """Release what ``caller`` holds, but for what it took back: it will be back for that, or the time runs out."""
        for position in [p for p in self._of.get(caller, ()) if not self._pin(p)]:
            self.release(position)

    def release(self, position: int) -> None:
        """Let go of an item, whoever holds it."""
        lease = self._held.pop(position, None)
        if lease is not None:
            self._forget(lease.caller, position)

    def _put(self, caller: str, position: int, turn: int, pinned: int) -> None:
        self.release(position)
        self._held[position] = _Lease(caller, self._clock() + self._lasts, turn, pinned)
        self._of.setdefault(caller, set()).add(position)

    def _pin(self, position: int) -> int:
        return self._held[position].pinned if position in self._held else 0

    def _expire(self) -> None:
        now = self._clock()
        while self._held:
            position, lease = next(iter(self._held.items()))
            if lease.deadline > now:
                return
            del self._held[position]
            self._forget(lease.caller, position)

    def _forget(self, caller: str, position: int) -> None:
        mine = self._of[caller]
        mine.discard(position)
        if not mine:
            del self._of[caller]
            self._turns.pop(caller, None)
