"""Events and contents survive being text."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.errors import DamagedProject, NewerVersion
from quandary.core.events import AnswerGiven, Event, PlanChanged, RoundProposed
from quandary.stores.codec import RowsDigest, decode, encode, encode_content, folded, link, origin

# All of Unicode, half characters included.
texts = st.text(st.characters(), max_size=20)
numbers = st.floats(allow_nan=False)
events = st.one_of(
    st.builds(
        AnswerGiven,
        item=texts,
        value=st.none() | texts,
        annotator=texts,
        at=numbers,
        seconds=st.none() | numbers,
        model_version=st.integers(),
        audit=st.booleans(),
    ),
    st.builds(
        RoundProposed,
        items=st.lists(texts).map(tuple),
        strategy=texts,
        model_version=st.integers(),
        seen=st.integers(),
        scores=st.lists(st.none() | numbers).map(tuple),
        audit=st.lists(st.booleans()).map(tuple),
    ),
    st.builds(PlanChanged, plan=st.dictionaries(texts, st.integers() | texts | st.lists(texts)), at=numbers),
)


@given(event=events)
def test_decode_undoes_encode(event: Event) -> None:
    text = encode(event)
    assert text.isascii()
    assert decode(type(event).__name__, text) == event
    assert encode(decode(type(event).__name__, text)) == text


def test_numpy_scalars_are_numbers() -> None:
    given: tuple[Any, ...] = (("a",), "margin", np.int64(3), np.int64(1), (np.float32(0.5),), (), (np.bool_(True),))
    event = RoundProposed(*given)
    assert decode("RoundProposed", encode(event)) == RoundProposed(("a",), "margin", 3, 1, (0.5,), (), (True,))


def test_what_is_no_json_value_is_refused() -> None:
    with pytest.raises(TypeError, match="JSON values only, got object"):
        encode(PlanChanged({"x": object()}))


def test_events_of_a_newer_version_are_not_half_understood() -> None:
    body = json.loads(encode(AnswerGiven("a", "cat", "me")))
    with pytest.raises(NewerVersion, match="BoxDrawn"):
        decode("BoxDrawn", "{}")
    with pytest.raises(NewerVersion, match="confidence"):
        decode("AnswerGiven", json.dumps({**body, "confidence": 1}))


def test_fields_that_came_later_take_their_defaults() -> None:
    assert decode("AnswerGiven", '{"item":"a","value":"cat","annotator":"me"}') == AnswerGiven("a", "cat", "me")


def test_half_an_event_is_damage() -> None:
    with pytest.raises(DamagedProject, match="annotator"):
        decode("AnswerGiven", '{"item":"a","value":"cat"}')


@given(content=st.dictionaries(texts, texts))
def test_contents_come_back_with_their_columns_in_order(content: dict[str, str]) -> None:
    text = encode_content(content)
    text.encode()
    assert list(json.loads(text).items()) == list(content.items())


@given(rows=st.lists(st.tuples(texts, texts), max_size=8), data=st.data())
def test_the_digest_does_not_depend_on_how_rows_are_cut(rows: list[tuple[str, str]], data: Any) -> None:
    at = data.draw(st.integers(0, len(rows)))
    whole, parts = RowsDigest(), RowsDigest()
    whole.add(rows)
    parts.add(rows[:at])
    parts.add(rows[at:])
    assert whole.hex() == parts.hex()


def test_the_digest_tells_ids_from_contents() -> None:
    digests = set()
    for rows in ([("a", "bc")], [("ab", "c")], [("a", "b"), ("", "c")], [("a", "b\n0 c")], []):
        digest = RowsDigest()
        digest.add(rows)
        digests.add(digest.hex())
    assert len(digests) == 5


def test_a_link_covers_everything() -> None:
    first = link(origin("p"), 1, "NoteWritten", "{}")
    assert first == hashlib.sha256(f"{origin('p')}\n1\nNoteWritten\n{{}}".encode()).hexdigest()
    others = [(origin("q"), 1, "NoteWritten", "{}"), (origin("p"), 2, "NoteWritten", "{}")]
    others += [(origin("p"), 1, "ClassChanged", "{}"), (origin("p"), 1, "NoteWritten", "{ }")]
    assert len({first, *(link(*other) for other in others)}) == 5


@given(text=texts)
def test_folding_is_stable_and_storable(text: str) -> None:
    folded(text).encode()
    assert folded(text.upper().lower()) == folded(folded(text.upper().lower()))
