"""What people here answered and still stands, and how the classes grew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from quandary.core.events import AnswerGiven, AnswerRetracted, Event
from quandary.core.state import State

STEP, GROWTH = 10, 1.05  # labels between two points of the balance


@dataclass(frozen=True, slots=True)
class Given:
    """One answer that stands: when in the log, about which item, and the event itself."""

    version: int
    position: int
    answer: AnswerGiven


@dataclass
class History:
    """Answers that carry a key, newest last; those that came with the data have none and cannot be undone.

    balance  (labels, labels by class code) at ever wider steps
    """

    standing: dict[int, Given] = field(default_factory=dict)
    by_annotator: Counter[str] = field(default_factory=Counter)
    balance: list[tuple[int, dict[int, int]]] = field(default_factory=list)
    _next: int = STEP

    def apply(self, event: Event, state: State) -> None:
        """Take in the next event of the log, and carry it out on ``state``."""
        if isinstance(event, AnswerRetracted):
            self._retract(event, state)
            return
        state.apply(event)
        if isinstance(event, AnswerGiven):
            self._give(event, state)

    def newest(self, before: int | None = None) -> Iterator[Given]:
        """What stands, newest first, from versions below ``before``."""
        return (given for given in reversed(self.standing.values()) if before is None or given.version < before)

    def _give(self, event: AnswerGiven, state: State) -> None:
        if event.key:
            self.standing[state.version] = Given(state.version, state.ids.position(event.item), event)
            self.by_annotator[event.annotator] += 1
        if state.rounds >= self._next:  # there are never more labels than rounds
            self._next = max(state.rounds + STEP, int(state.rounds * GROWTH))
            counts = codes_said(state)
            self.balance.append((sum(counts.values()), counts))

    def _retract(self, event: AnswerRetracted, state: State) -> None:
        position = state.ids.position(event.item)
        before = {answer.version for answer in state.answers(position)}
        state.apply(event)
        for version in before - {answer.version for answer in state.answers(position)}:
            if self.standing.pop(version, None):
                self.by_annotator[event.annotator] -= 1


def codes_said(state: State) -> dict[int, int]:
    """Labels by the code of the class that they mean now."""
    current = {info.name: info.code for info in state.classes.current()}
    return {current[name]: count for name, count in state.class_counts().items()}
