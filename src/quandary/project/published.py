"""What the trainer publishes and everybody else reads: files that are replaced whole and checked when read."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.verdicts import Advice, Estimate
from quandary.files.atomic import replace_file

FOLDER = "published"  # in that of the project
RANKING, VERDICT, CURVE = "ranking.json", "verdict.json", "curve.json"
PREDICTIONS, MODEL, GENERATION = "predictions.npz", "model.skops", "generation"


@dataclass(frozen=True, slots=True)
class Ranked:
    """One question of a ranking; ``probabilities`` (one a class code of the ranking) where there is a model."""

    item: str
    kind: str
    text: str
    numbers: Mapping[str, float]
    score: float | None
    audit: bool
    probabilities: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Questions to ask, best first, and what they were computed from.

    seen        version of the log
    rounds      answers given or taken back until then
    labels      labels the model learned from
    codes       class codes that ``probabilities`` speak of
    generation  which trainer process wrote it
    """

    seen: int
    rounds: int
    labels: int
    strategy: str
    learner: str
    codes: tuple[int, ...]
    items: tuple[Ranked, ...]
    generation: int
    at: float

    @property
    def model_version(self) -> int:
        """The version of the model, 0 where there was nothing to learn from."""
        return self.seen if self.labels else 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How good the model of version ``seen`` is, and whether to go on."""

    seen: int
    labels: int
    estimate: Estimate | None
    advice: Advice | None


def write_ranking(folder: Path, ranking: Ranking) -> None:
    """Replace the ranking in ``folder``."""
    write_json(folder / RANKING, asdict(ranking))


def read_ranking(folder: Path) -> Ranking | None:
    """The ranking in ``folder``; None if there is none that can be read."""
    try:
        raw = read_json(folder / RANKING)
        items = tuple(_ranked(entry, len(raw["codes"])) for entry in raw["items"])
        codes = tuple(int(code) for code in raw["codes"])
        return Ranking(
            seen=int(raw["seen"]),
            rounds=int(raw["rounds"]),
            labels=int(raw["labels"]),
            strategy=str(raw["strategy"]),
            learner=str(raw["learner"]),
            codes=codes,
            items=items,
            generation=int(raw["generation"]),
            at=float(raw["at"]),
        )
    except (LookupError, TypeError, ValueError):
        return None


def _ranked(raw: Mapping[str, Any], classes: int) -> Ranked:
    numbers = {str(name): float(value) for name, value in raw["numbers"].items()}
    score = None if raw["score"] is None else float(raw["score"])
    shares = raw["probabilities"]
    if shares is not None and (len(shares) != classes or not all(math.isfinite(p) for p in shares)):
        raise ValueError("probabilities do not fit the classes")
    kept = None if shares is None else tuple(float(p) for p in shares)
    return Ranked(str(raw["item"]), str(raw["kind"]), str(raw["text"]), numbers, score, bool(raw["audit"]), kept)


def write_verdict(folder: Path, verdict: Verdict) -> None:
    """Replace the verdict in ``folder``."""
    write_json(folder / VERDICT, asdict(verdict))


def read_verdict(folder: Path) -> Verdict | None:
    """The verdict in ``folder``; None if there is none that can be read."""
    try:
        raw = read_json(folder / VERDICT)
        advice = raw["advice"]
        gain = None if advice is None or advice["gain"] is None else Estimate(**advice["gain"])
        said = None if advice is None else Advice(bool(advice["stop"]), gain, str(advice["reason"]))
        return Verdict(int(raw["seen"]), int(raw["labels"]), raw["estimate"] and Estimate(**raw["estimate"]), said)
    except (LookupError, TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Predictions:
    """What the model of version ``seen`` says of every item.

    codes        (c,) class codes
    best         (n,) index into ``codes`` of the likeliest class
    probability  (n,) of that class
    margin       (n,) its lead over the second
    """

    seen: int
    codes: NDArray[np.int64]
    best: NDArray[np.int16]
    probability: NDArray[np.float32]
    margin: NDArray[np.float32]


def write_predictions(folder: Path, made: Predictions) -> None:
    """Replace the predictions in ``folder``."""
    packed = io.BytesIO()
    np.savez(
        packed,
        allow_pickle=False,
        seen=np.array(made.seen),
        codes=made.codes,
        best=made.best,
        probability=made.probability,
        margin=made.margin,
    )
    replace_file(folder / PREDICTIONS, packed.getvalue())


def read_predictions(folder: Path, items: int) -> Predictions | None:
    """The predictions in ``folder``; None if there are none for a pool of ``items`` that can be read."""
    try:
        with np.load(folder / PREDICTIONS, allow_pickle=False) as raw:
            codes, best = raw["codes"].astype(np.int64), raw["best"].astype(np.int16)
            rest = raw["probability"].astype(np.float32), raw["margin"].astype(np.float32)
            made = Predictions(int(raw["seen"]), codes, best, *rest)
    except (OSError, LookupError, TypeError, ValueError, zipfile.BadZipFile):
        return None
    fits = {len(best), len(made.probability), len(made.margin)} == {items} and codes.ndim == 1
    return made if fits and (items == 0 or 0 <= best.min() <= best.max() < len(codes)) else None


def read_json(path: Path) -> Any:
    """What the JSON file at ``path`` holds; ``ValueError`` if it cannot be read."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, RecursionError) as error:
        raise ValueError(str(error)) from error


def write_json(path: Path, value: Any) -> None:
    """Replace the file at ``path`` by ``value`` as JSON; numbers must be finite."""
    replace_file(path, json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
