"""Which questions were really put to somebody, for the log to explain every label by."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from quandary.core.events import RoundProposed
from quandary.core.ids import ItemIds
from quandary.service.question import Question

KEPT = 10_000


class Served:
    """Questions as they were last put, and those that the log does not hold yet.

    They go into the log with the next answer, in its transaction: asking writes nothing by itself.
    """

    def __init__(self) -> None:
        self._last: OrderedDict[int, Question] = OrderedDict()
        self._waiting: dict[tuple[str, int], dict[int, Question]] = {}
        self._logged: set[tuple[int, str, int]] = set()  # position, strategy and ``seen``, of the newest only

    def put(self, questions: Iterable[Question]) -> None:
        """Remember that these were put to somebody."""
        for question in questions:
            self._remember(question)
            if (question.position, question.strategy, question.seen) not in self._logged:
                self._waiting.setdefault((question.strategy, question.seen), {})[question.position] = question

    def last(self, position: int) -> Question | None:
        """The question about an item as it was last put."""
        return self._last.get(position)

    def waiting(self, ids: ItemIds) -> list[RoundProposed]:
        """What the log does not hold yet."""
        return [_round(list(asked.values()), ids) for asked in self._waiting.values()]

    def logged(self) -> None:
        """The log holds now what was waiting."""
        newest = max((seen for _, seen in self._waiting), default=0)
        now = {(p, strategy, seen) for (strategy, seen), asked in self._waiting.items() for p in asked}
        self._logged = {at for at in self._logged | now if at[2] >= newest}
        self._waiting = {}

    def recall(self, event: RoundProposed, ids: ItemIds) -> None:
        """Remember from the log what was put to somebody before this process began."""
        checks = event.audit or (False,) * len(event.items)
        for item, text, check in zip(event.items, event.reasons, checks, strict=False):
            kind = "audit" if check else "uncertain"
            self._remember(
                Question(ids.position(item), kind, text, event.strategy, event.seen, event.model_version, check)
            )

    def _remember(self, question: Question) -> None:
        self._last[question.position] = question
        self._last.move_to_end(question.position)
        if len(self._last) > KEPT:
            self._last.popitem(last=False)


def _round(asked: list[Question], ids: ItemIds) -> RoundProposed:
    first = asked[0]
    return RoundProposed(
        items=tuple(ids.names([question.position for question in asked])),
        strategy=first.strategy,
        model_version=first.model_version,
        seen=first.seen,
        scores=tuple(question.score for question in asked),
        reasons=tuple(question.text or question.kind for question in asked),
        audit=tuple(question.audit for question in asked),
    )
