"""A forest of random trees."""

from __future__ import annotations

from sklearn.ensemble import ExtraTreesClassifier

from quandary.core.registry import learners


@learners("forest")
class Forest(ExtraTreesClassifier):
    """Extremely randomized trees: for tables of mixed, unscaled columns.

    Geurts, Ernst, Wehenkel 2006 (Machine Learning 63). A fixed seed and one thread: the same labels
    always give the same model.

    n_estimators      trees
    min_samples_leaf  fewest labels in a leaf
    max_features      columns tried at each split, as in scikit-learn
    random_state      seed
    """

    def __init__(
        self,
        n_estimators: int = 100,
        min_samples_leaf: int = 1,
        max_features: str | float = "sqrt",
        random_state: int = 0,
    ):
        super().__init__(
            n_estimators=n_estimators,
            min_samples_leaf=min_samples_leaf,
            max_features=max_features,
            random_state=random_state,
            n_jobs=1,
        )
