"""Strategies of other libraries choose, in our harness, what ours or a plain computation chooses."""

from typing import Any

import numpy as np
import pytest

from quandary.bench.peers import bring, modal, skactiveml, small_text
from quandary.core.errors import ConfigError, MissingExtra
from quandary.core.extras import installed
from quandary.core.features import Features
from quandary.core.plan import make_plan
from quandary.core.query import QueryContext
from quandary.core.registry import strategies
from quandary.learners.logistic import Logistic
from quandary.simulation import simulate

LIBRARIES = {"modal": modal.Peer, "skactiveml": skactiveml.Peer, "small_text": small_text.Peer}
HERE = [name for name, peer in LIBRARIES.items() if installed(peer)]
TWINS = [
    ("skactiveml:MarginSampling", "margin"),
    ("skactiveml:EntropySampling", "entropy"),
    ("skactiveml:UncertaintySampling", "least_confidence"),
    ("small_text:BreakingTies", "margin"),
    ("small_text:PredictionEntropy", "entropy"),
    ("small_text:LeastConfidence", "least_confidence"),
    ("modal:margin", "margin"),
    ("modal:entropy", "entropy"),
    ("modal:uncertainty", "least_confidence"),
]
# One of each way that a library is called.
SOME = [
    "skactiveml:Badge",
    "skactiveml:Clue",
    "skactiveml:CoreSet",
    "skactiveml:DiscriminativeAL",
    "skactiveml:DropQuery",
    "skactiveml:ProbCover",
    "skactiveml:QueryByCommittee",
    "skactiveml:TypiClust",
    "small_text:ContrastiveActiveLearning",
    "small_text:EmbeddingKMeans",
    "small_text:GreedyCoreset",
    "modal:batch",
]


def here(name: str) -> bool:
    return name.partition(":")[0] in HERE


def pool(seed: int, n: int = 90) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    return rng.normal(size=(n, 6)) + 1.5 * np.eye(3, 6)[y], y


def context(seed: int, labels: int = 12) -> QueryContext:
    """Labels scattered over the pool, and a few items that may not be asked though they have no label."""
    X, y = pool(seed)
    rng = np.random.default_rng(seed + 100)
    order = rng.permutation(len(y))
    labeled, candidates = np.sort(order[:labels]), np.sort(order[labels:-5])
    learner = Logistic().fit(X[labeled], y[labeled]) if labels else None
    return QueryContext(candidates, Features(X), labeled, y[labeled], ("a", "b", "c"), learner, rng)


def global_state() -> Any:
    return np.random.get_state(legacy=False)["state"]["key"].tolist()  # noqa: NPY002


@pytest.mark.parametrize(("peer", "own"), [pair for pair in TWINS if here(pair[0])])
@pytest.mark.parametrize("seed", range(3))
def test_twins_choose_the_same_items(peer: str, own: str, seed: int) -> None:
    theirs = strategies.make(peer).select(context(seed), 7).positions
    ours = strategies.make(own).select(context(seed), 7).positions
    assert set(theirs.tolist()) == set(ours.tolist())


@pytest.mark.parametrize(("peer", "own"), [pair for pair in TWINS if here(pair[0])])
def test_twins_begin_with_the_same_items(peer: str, own: str) -> None:
    first = [strategies.make(name).select(context(0, labels=0), 7).positions.tolist() for name in (peer, own)]
    assert first[0] == first[1]


@pytest.mark.parametrize("name", [name for name in SOME if here(name)])
@pytest.mark.parametrize("labels", [0, 12])
@pytest.mark.filterwarnings("default")
def test_choice_is_of_candidates_and_can_be_repeated(name: str, labels: int) -> None:
    state = global_state()
    first, again = (strategies.make(name).select(context(1, labels), 5).positions for _ in range(2))
    assert len(set(first.tolist())) == 5
    assert np.isin(first, context(1, labels).candidates).all()
    assert first.tolist() == again.tolist()
    assert global_state() == state


@pytest.mark.parametrize("name", [name for name in ("skactiveml:CoreSet", "small_text:GreedyCoreset") if here(name)])
def test_cover_reaches_every_far_cluster(name: str) -> None:
    centers = 50.0 * np.eye(6)
    X = np.repeat(centers, 10, axis=0) + np.random.default_rng(0).normal(0, 0.1, (60, 6))
    labeled = np.array([25])
    rest = np.setdiff1d(np.arange(60), labeled)
    y = np.array([0])
    asked = QueryContext(rest, Features(X), labeled, y, ("a", "b"), None, np.random.default_rng(0))
    chosen = strategies.make(name).select(asked, 5).positions
    assert sorted({int(p) // 10 for p in chosen} | {2}) == list(range(6))


@pytest.mark.parametrize("name", [name for name in ("skactiveml:MarginSampling",) if here(name)])
def test_plays_in_the_harness(name: str) -> None:
    X, y = pool(0)
    curve = simulate(X[:60], y[:60], X[60:], y[60:], strategy=name, learner="logistic", budget=30)
    assert curve.strategy == name
    assert curve.labels.tolist() == [10, 20, 30]


def test_what_is_not_installed_names_its_command() -> None:
    with pytest.raises(MissingExtra, match=r'no_such_peer is not installed .*: pip install "quandary\[peers\]"'):
        bring("no_such_peer.pool")


def test_unknown_libraries_and_names_list_those_there_are() -> None:
    with pytest.raises(ConfigError, match="no library called 'skactivml'; did you mean 'skactiveml'"):
        make_plan("skactivml:Badge", "logistic")
    with pytest.raises(ConfigError, match=r"modAL has no strategy 'bald'.*batch, entropy, margin, uncertainty"):
        make_plan("modal:bald", "logistic")
    with pytest.raises(ConfigError, match="small-text has no strategy 'X'"):
        make_plan("small_text:X", "logistic")
