"""Which items are the pool and which the test set, by seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import InputError
from quandary.core.features import Positions

TEST_SHARE = 0.3
LARGEST_TEST = 5_000  # more measure no better and only take time
FEWEST = 10
STREAM = 0x5B117  # keeps this draw apart from the audit's and the strategies'


def split(
    codes: NDArray[np.intp], seed: int, share: float = TEST_SHARE, largest: int = LARGEST_TEST
) -> tuple[Positions, Positions]:
    """Draw a test set with the classes in proportion; return pool and test positions, both ascending.

    codes    (n,) class codes of the labeled items
    share    of the items to test on, as long as that is at most ``largest``

    >>> pool, test = split(np.repeat([0, 1], [20, 10]), seed=0)
    >>> len(pool), np.bincount(np.repeat([0, 1], [20, 10])[test]).tolist()
    (21, [6, 3])
    """
    if len(codes) < FEWEST:
        raise InputError(f"{len(codes)} items have a label; a comparison needs at least {FEWEST}: label some more")
    share = min(share, largest / len(codes))
    order = np.random.default_rng([seed, STREAM]).permutation(len(codes))
    test = np.zeros(len(codes), bool)
    for code in np.unique(codes):
        members = order[codes[order] == code]
        test[members[: int(share * len(members))]] = True
    if not test.any():  # every class has too few members to spare one
        test[order[: int(share * len(codes))]] = True
    return np.flatnonzero(~test), np.flatnonzero(test)
