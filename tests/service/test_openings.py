"""What may be asked, found without a walk over the pool, against the state's own walk."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.events import AnswerGiven, AnswerRetracted, ClassChanged, Event, ItemsAdded
from quandary.core.ids import ItemIds
from quandary.core.state import State, fold
from quandary.service.openings import by_lot, is_open, open_mask, shuffled

SIZE = 12
items = st.integers(0, SIZE - 1).map(str)
answers = st.builds(
    lambda item, value, kind: AnswerGiven(item, value if kind == "label" else None, "ann", kind, key="k"),
    items,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["label", "skip", "unsure"]),
)
taken_back = st.builds(lambda item: AnswerRetracted(item, "ann", undo=True), items)
changes = st.sampled_from([ClassChanged("delete", "a"), ClassChanged("restore", "a"), ClassChanged("merge", "b", "a")])


@given(st.lists(st.one_of(answers, answers, taken_back, changes), max_size=60))
def test_open_is_what_the_state_calls_candidates(events: list[Event]) -> None:
    start: list[Event] = [ItemsAdded(0, SIZE, "", ""), ClassChanged("add", "a"), ClassChanged("add", "b")]
    state = fold([*start, *events], State(ItemIds(SIZE)))
    expected = state.candidates().tolist()
    assert np.flatnonzero(open_mask(state, np.arange(SIZE))).tolist() == expected
    assert [p for p in range(SIZE) if is_open(state, p)] == expected
    assert sorted(by_lot(state, shuffled(SIZE, 0))) == expected


def test_the_lot_is_drawn_by_the_seed() -> None:
    assert sorted(shuffled(1000, 3).tolist()) == list(range(1000))
    assert shuffled(1000, 3).tolist() == shuffled(1000, 3).tolist() != shuffled(1000, 4).tolist()
