"""One question as it is put to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quandary.project.published import Ranked, Ranking


@dataclass(frozen=True, slots=True)
class Question:
    """An item, why it is asked, and what the model guesses.

    ``shares`` are probabilities by class code, empty where there is no guess; ``seen`` is the version of the
    log that the choice rests on, and ``model_version`` the same where a model had a part in it, else 0.
    """

    position: int
    kind: str
    text: str
    strategy: str = ""
    seen: int = 0
    model_version: int = 0
    audit: bool = False
    score: float | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[int, float] = field(default_factory=dict)


def from_ranking(ranking: Ranking, ranked: Ranked, position: int) -> Question:
    """A question as the ranking has it; random checks show no guess, so that nothing sways them."""
    shown = ranked.probabilities if ranked.probabilities is not None and not ranked.audit else ()
    return Question(
        position,
        ranked.kind,
        ranked.text,
        ranking.strategy,
        ranking.seen,
        ranking.model_version,
        ranked.audit,
        ranked.score,
        ranked.numbers,
        dict(zip(ranking.codes, shown, strict=False)),
    )


def at_random(position: int, version: int, labels: int) -> Question:
    """A question drawn by lot, where there is no ranking."""
    if labels:
        return Question(position, "random", "Drawn at random: the model is still learning.", "random", version)
    return Question(position, "start", "Drawn at random: nothing is known yet.", "random", version)
