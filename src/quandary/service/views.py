"""What is shown of a project, as docs/http.md has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quandary.core.classes import GONE
from quandary.core.plan import AUTO, seen_by
from quandary.core.state import State
from quandary.core.verdicts import Advice, Estimate
from quandary.service.history import History
from quandary.service.question import Question

KEYS = "1234567890abcdefjklmopqrtvxy"  # without the letters that command: z s u n h w g i
NOT_COMPARED = "compared with others when there are enough labels"
SHOWN_CLASSES = 10  # in a suggestion; with hundreds of classes the rest only weighs
PLAIN_REASONS = {
    "uncertain": "The model is unsure about this one.",
    "unlike": "Unlike anything labeled so far.",
    "typical": "Stands for many others.",
    "rare": "Perhaps of a class that has few labels.",
    "random": "Drawn at random.",
    "audit": "Drawn at random: measures how good the model is.",
    "relabel": "Asked again.",
    "start": "Chosen for variety: nothing is known yet.",
}


def progress(state: State, history: History, annotator: str) -> dict[str, int]:
    """How far the project is."""
    counts = state.counts()
    return {
        "labeled": counts.labeled,
        "total": counts.total,
        "skipped": counts.skipped,
        "unsure": counts.unsure,
        "open": counts.open,
        "audit": counts.audit,
        "answers": history.by_annotator[annotator],
    }


def classes(state: State, predicted: Mapping[int, int] | None) -> list[dict[str, Any]]:
    """The classes that can be said now, each with its key and its counts."""
    current, counts = state.classes.current(), state.class_counts()
    keys = assign_keys({info.code: info.name for info in current})
    return [
        {
            "name": info.name,
            "key": keys[info.code],
            "index": info.code,
            "count": counts[info.name],
            "predicted": None if predicted is None else predicted.get(info.code, 0),
            "description": info.description,
        }
        for info in current
    ]


def assign_keys(names: Mapping[int, str]) -> dict[int, str | None]:
    """A key for each class: its own by its code, so that keys stay while classes go; else one that is free.

    Where every name is a key itself, as with handwritten digits, it is its key: 7 is typed for 7.

    >>> assign_keys({0: "cat", 2: "dog", 30: "fox"})
    {0: '1', 2: '3', 30: '2'}
    >>> assign_keys({0: "0", 1: "1"})
    {0: '0', 1: '1'}
    """
    codes = list(names)
    if set(names.values()) <= set(KEYS):
        return dict(names)
    own = {code: KEYS[code] for code in codes if code < len(KEYS)}
    free = iter(key for key in KEYS if key not in set(own.values()))
    return {code: own.get(code) or next(free, None) for code in codes}


def item(state: State, question: Question) -> dict[str, Any]:
    """The ``ITEM`` object, without its content."""
    return {
        "item": state.ids[question.position],
        "reason": {
            "kind": question.kind,
            "text": question.text or PLAIN_REASONS.get(question.kind, ""),
            "numbers": dict(question.numbers),
        },
        "suggestion": None if question.audit else suggestion(state, question),
        "audit": question.audit,
    }


def suggestion(state: State, question: Question) -> dict[str, Any] | None:
    """The model's guess in classes as they are now, or None."""
    shares: dict[int, float] = {}
    for code, share in question.shares.items():
        now = state.classes.meaning(code)
        shares[now] = shares.get(now, 0.0) + share
    shares.pop(GONE, None)
    best = sorted(shares.items(), key=lambda pair: -pair[1])[:SHOWN_CLASSES]
    if not best:
        return None
    named = {state.classes.names[code]: round(share, 4) for code, share in best}
    name, probability = next(iter(named.items()))
    return {"class": name, "probability": probability, "probabilities": named, "model_version": question.model_version}


def plan(names: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The plan with its defaults, and why the items are seen as they are where representations are compared."""
    compared = names.get("representation") == AUTO
    return {
        "strategy": names.get("strategy", "auto"),
        "learner": names.get("learner", "auto"),
        "audit": names.get("audit", 0.3),
        "seed": names.get("seed", 0),
        "representation": seen_by(names, kind),
        "representation_why": str(names.get("seen_why", NOT_COMPARED)) if compared else "",
    }


def estimate(value: Estimate | None) -> dict[str, Any] | None:
    """The ``ESTIMATE`` object."""
    if value is None:
        return None
    return {"value": value.value, "low": value.low, "high": value.high, "n": value.n, "method": value.method}


def advice(value: Advice | None) -> dict[str, Any] | None:
    """The ``ADVICE`` object."""
    return None if value is None else {"stop": value.stop, "gain": estimate(value.gain), "reason": value.reason}
