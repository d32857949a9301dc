"""In which order to ask: the newest ranking, what it has left, and then by lot."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import NotFound
from quandary.core.features import Positions
from quandary.core.state import State
from quandary.project.published import Ranking
from quandary.service.openings import by_lot, open_mask, shuffled
from quandary.service.question import Question, at_random, from_ranking


class Queue:
    """The questions of the newest ranking.

    A ranking is made of two lines: chosen items and random checks, and of a pattern that says which
    line each question comes from. Answers that came since move the pattern on and empty both lines
    alike, so that the share of random checks holds however far the ranking is behind.
    """

    def __init__(self, seed: int) -> None:
        self.ranking: Ranking | None = None
        self._seed = seed
        self._positions: Positions = np.zeros(0, np.intp)
        self._lot: Positions | None = None

    def take(self, ranking: Ranking, state: State) -> bool:
        """Make ``ranking`` the newest; refuse one that is older or not about this log."""
        current = -1 if self.ranking is None else self.ranking.seen
        known = len(state.classes.names)
        if not current <= ranking.seen <= state.version or any(code >= known for code in ranking.codes):
            return False
        try:
            positions = state.ids.positions([ranked.item for ranked in ranking.items])
        except NotFound:
            return False
        self.ranking, self._positions = ranking, positions
        return True

    def questions(self, state: State) -> Iterator[Question]:
        """Everything that may be asked now, best first."""
        taken = set()
        for question in self._ranked(state):
            taken.add(question.position)
            yield question
        if self._lot is None or len(self._lot) != len(state.ids):
            self._lot = shuffled(len(state.ids), self._seed)
        for position in by_lot(state, self._lot):
            if position not in taken:
                yield at_random(position, state.version, 0 if self.ranking is None else self.ranking.labels)

    def find(self, position: int) -> Question | None:
        """The question about an item, if the ranking holds one."""
        for place in np.flatnonzero(self._positions == position):
            return self._question(int(place))
        return None

    def _ranked(self, state: State) -> Iterator[Question]:
        if self.ranking is None or not len(self._positions):
            return
        passed = max(0, state.rounds - self.ranking.rounds)
        pattern = [ranked.audit for ranked in self.ranking.items]
        for place in interleave(pattern, open_mask(state, self._positions), passed):
            yield self._question(place)

    def _question(self, place: int) -> Question:
        assert self.ranking is not None
        return from_ranking(self.ranking, self.ranking.items[place], int(self._positions[place]))


def interleave(pattern: list[bool], still_open: NDArray[np.bool_], passed: int) -> Iterator[int]:
    """Places in the ranking that are still open, in the pattern that begins after ``passed`` questions.

    pattern  which questions are random checks (True), as ranked

    >>> list(interleave([True, False, True, False], np.array([False, True, True, True]), passed=1))
    [1, 2, 3]
    >>> list(interleave([True, False, True, False], np.array([False, True, True, True]), passed=2))
    [2, 1, 3]
    """
    lines = {True: deque[int](), False: deque[int]()}
    for place in np.flatnonzero(still_open):
        lines[pattern[place]].append(int(place))
    for check in pattern[passed:]:
        if line := lines[check] or lines[not check]:
            yield line.popleft()
    yield from sorted([*lines[True], *lines[False]])
