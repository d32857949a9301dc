"""Do the honest numbers hold? Simulated sessions against the accuracy on thousands of items nobody asked about.

    python -m benchmarks.honest_numbers --sets digits satimage spambase --seeds 4 --budget 600

The digits come with scikit-learn; all other sets of numbers from the folder that QUANDARY_DATA names.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import KFold, cross_val_score

from benchmarks.sets import LOADERS, load
from quandary import loop
from quandary.core.audit import reserve
from quandary.core.features import Features
from quandary.core.plan import Plan, make_plan
from quandary.core.state import State
from quandary.quality.accuracy import guaranteed_accuracy
from quandary.quality.history import Point
from quandary.quality.labels import Codes, Labels
from quandary.quality.report import Assessment, assess

LARGEST_POOL = 3_000
LARGEST_TEST = 6_000


@dataclass(frozen=True)
class Table:
    """Rows of numbers with class codes."""

    X: NDArray[np.float64]
    y: Codes


@dataclass(frozen=True)
class Look:
    """One moment of one session: what was said and what was true."""

    labels: int
    truth: float
    naive: float
    said: Assessment
    always: tuple[float, float]


def table(name: str) -> Table:
    """The set called ``name``; ends the program in one line where it is not there."""
    if name == "digits":
        X, y = load_digits(return_X_y=True)
        return Table(X, y.astype(np.intp))
    raw = load(name)
    if raw.kind not in ("numbers", "vectors"):
        raise SystemExit(
            f"{name} holds rows of kind {raw.kind!r}; this benchmark takes sets of numbers or vectors only"
        )
    return Table(np.asarray(raw.rows, float), np.unique(raw.y, return_inverse=True)[1].astype(np.intp))


def session(known: Table, plan: Plan, budget: int, every: int) -> list[Look]:
    """Label to the budget and look after every ``every`` labels."""
    order = np.random.default_rng(plan.seed).permutation(len(known.y))
    size = min(LARGEST_POOL, len(order) // 2)
    pool, test = order[:size], order[size : size + LARGEST_TEST]
    features, classes = Features(known.X[pool], "table"), int(known.y.max()) + 1
    names, y = [str(code) for code in range(classes)], known.y[pool]
    kept, looks, history = reserve(size, plan.seed, plan.audit), list[Look](), tuple[Point, ...]()
    fit = loop.fitter(features, plan, classes)

    def look(state: State, model: Any) -> None:
        nonlocal history
        labels = Labels.of(state)
        said = assess(labels, kept, fit, history)
        assert said is not None
        history, c = said.history, said.checks
        truth = float((model.predict(known.X[test]) == known.y[test]).mean())
        always = guaranteed_accuracy(c.right, c.confidence, c.reference, c.fold)
        looks.append(Look(len(labels), truth, naive(plan, features, labels), said, always))

    loop.simulate(features, lambda p: names[y[p]], plan, names, budget, every, look)
    return looks


def naive(plan: Plan, features: Features, labels: Labels) -> float:
    """What five-fold cross-validation on all labels says: the number never to show."""
    if len(np.unique(labels.y)) < 2:
        return np.nan
    folds = KFold(5, shuffle=True, random_state=0)
    return float(np.mean(cross_val_score(plan.learner, features.dense(labels.positions), labels.y, cv=folds)))


Row = dict[str, float]


def summary(sessions: Sequence[Sequence[Look]]) -> Row:
    """How the numbers of several sessions on one set held; percent and percent points."""
    looks = [look for session in sessions for look in session if look.said.estimate is not None]
    said = [(look.said.estimate, look.truth) for look in looks if look.said.estimate is not None]
    always = [all(look.always[0] <= look.truth <= look.always[1] for look in session) for session in sessions]
    wide = [estimate.high - estimate.low for estimate, _ in said if 90 <= estimate.n <= 110]
    return {
        "looks": len(looks),
        "cover": 100 * mean([estimate.low <= truth <= estimate.high for estimate, truth in said]),
        "half at 100": 50 * mean(wide),
        "bias": 100 * mean([estimate.value - truth for estimate, truth in said]),
        "naive bias": 100 * mean([look.naive - look.truth for look in looks]),
        "too optimistic": 100 * mean([any(over_the_truth(look) for look in session) for session in sessions]),
        "always held": 100 * mean(always),
        **forecasts(sessions),
        **stops(sessions),
    }


def mean(values: Sequence[float] | Sequence[bool]) -> float:
    """The mean of what is a number; NaN of nothing."""
    known = np.asarray(values, float)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else np.nan


def over_the_truth(look: Look) -> bool:
    """Whether the bound for decisions promised more than there was."""
    estimate = look.said.estimate
    return estimate is not None and estimate.floor is not None and estimate.floor > look.truth


def gained(session: Sequence[Look], at: int, more: int) -> float:
    """True gain of ``more`` labels from look ``at`` on, smoothed over three looks; NaN beyond the end."""
    step = session[1].labels - session[0].labels
    truth = np.array([look.truth for look in session])
    smooth = np.convolve(np.pad(truth, 1, "edge"), np.ones(3) / 3, "valid")
    later = at + more // step
    return float(smooth[later] - smooth[at]) if later < len(session) else np.nan


def forecasts(sessions: Sequence[Sequence[Look]]) -> Row:
    """Error and cover of the forecast for 100 more labels."""
    pairs = [(look.said.advice.gain, gained(s, i, 100)) for s in sessions for i, look in enumerate(s)]
    known = [(gain, true) for gain, true in pairs if gain is not None and not np.isnan(true)]
    return {
        "forecasts": len(known),
        "forecast off": 100 * mean([abs(gain.value - true) for gain, true in known]),
        "forecast cover": 100 * mean([gain.low <= true <= gain.high for gain, true in known]),
    }


def stops(sessions: Sequence[Sequence[Look]]) -> Row:
    """When the advice first said stop, and what 200 more labels would have brought."""
    first = [(s, i) for s in sessions for i in [next((i for i, x in enumerate(s) if x.said.advice.stop), -1)] if i >= 0]
    left = [gained(s, i, 200) for s, i in first]
    known = [gain for gain in left if not np.isnan(gain)]
    return {
        "stopped": 100 * len(first) / len(sessions),
        "at": mean([s[i].labels for s, i in first]),
        "judged": len(known),
        "left": 100 * mean(known),
        "left at most 1": 100 * mean([gain <= 0.01 for gain in known]),
    }


def main() -> None:
    """Run the sessions and print one line a set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=["digits", *LOADERS], default=["digits"], metavar="NAME")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--budget", type=int, default=400)
    parser.add_argument("--every", type=int, default=20, help="labels between looks")
    parser.add_argument("--strategy", default="margin")
    parser.add_argument("--learner", default="logistic")
    parser.add_argument("--audit", type=float, default=0.3)
    args = parser.parse_args()
    rows: list[Row] = []
    for name in args.sets:
        plans = [make_plan(args.strategy, args.learner, seed, args.audit) for seed in range(args.seeds)]
        row = summary([session(table(name), plan, args.budget, args.every) for plan in plans])
        if not rows:
            print("| set |", " | ".join(row), "|\n|---|" + "---|" * len(row))
        rows.append(row)
        print(line(name, row), flush=True)
    print(line("mean", {key: mean([row[key] for row in rows]) for key in rows[0]}))


def line(name: str, row: Row) -> str:
    """One row of the table."""
    return f"| {name} | " + " | ".join("-" if np.isnan(x) else f"{x:.4g}" for x in row.values()) + " |"


if __name__ == "__main__":
    main()
