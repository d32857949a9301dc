"""A small neural network."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from quandary.core.features import Features, Positions
from quandary.core.registry import learners
from quandary.geometry.scale import Scale, pool_scale
from quandary.learners.finetune import torch_and_skorch
from quandary.learners.folds import class_weights
from quandary.learners.softmax import softmax

Array = NDArray[np.float32]
BATCH = 32
PURPOSE = "the learner 'neural'"


@learners("neural")
class Neural(ClassifierMixin, BaseEstimator):
    """Layers of rectified units, trained with PyTorch: a head for embeddings that no line can split.

    Srivastava et al. 2014 (dropout, JMLR 15); Loshchilov and Hutter 2019 (AdamW); through skorch. What is learned is
    kept as arrays, so that predicting, saving and loading need no PyTorch. The same labels always give the same model
    on one machine. Needs the extra ``torch``.

    hidden         units of each hidden layer
    dropout        share of the units that are switched off in training
    epochs         passes over the labels
    learning_rate  of AdamW
    weight_decay   of AdamW
    class_weight   None: every label counts the same; "balanced": every class does
    random_state   seed
    """

    needs = ("skorch", "torch")

    def __init__(
        self,
        hidden: tuple[int, ...] = (128,),
        dropout: float = 0.3,
        epochs: int = 60,
        learning_rate: float = 3e-3,
        weight_decay: float = 1e-2,
        class_weight: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.hidden = hidden
        self.dropout = dropout
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.class_weight = class_weight
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Neural:
        """Fit to rows ``X`` (n, d), dense or sparse, and class codes ``y`` (n,)."""
        features = Features(X if hasattr(X, "tocsr") else np.asarray(X))
        return self.fit_pool(features, np.arange(len(features)), y)

    def fit_pool(self, features: Features, labeled: Positions, y: Any) -> Neural:
        """Fit to the rows at ``labeled`` (l,) and their class codes ``y`` (l,); the pool sets the scale."""
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self.n_features_in_ = features.shape[1]
        self.scale_: Scale = pool_scale(features)
        sizes = (features.shape[1], *self.hidden, len(self.classes_))
        self.layers_: list[tuple[Array, Array]] = []
        if len(self.classes_) > 1:
            self.layers_ = self._train(self._see(features[labeled]), codes, sizes)
        return self

    def embed(self, X: Any) -> Array:
        """The last hidden layer, (n, e)."""
        check_is_fitted(self)
        rows = self._see(X if hasattr(X, "tocsr") else np.asarray(X))
        for weights, shift in self.layers_[:-1]:
            rows = np.maximum(rows @ weights.T + shift, 0)
        return rows

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Class probabilities of rows ``X``, (n, c), rows sum to 1."""
        rows = self.embed(X)
        if not self.layers_:
            return np.ones((len(rows), 1))
        weights, shift = self.layers_[-1]
        return softmax((rows @ weights.T + shift).astype(np.float64))

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each row, (n,)."""
        best: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return best

    def _see(self, rows: Any) -> Array:
        seen = self.scale_.apply(rows)
        dense = seen.toarray() if hasattr(seen, "toarray") else seen
        # Mean squared length 1 would make each number tiny, and training slow.
        return np.asarray(np.clip(dense * np.sqrt(dense.shape[1]), -30, 30), np.float32)

    def _train(self, rows: Array, codes: NDArray[np.intp], sizes: tuple[int, ...]) -> list[tuple[Array, Array]]:
        torch, classifier = torch_and_skorch(PURPOSE)
        weights = class_weights(codes, self.class_weight)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random_state)
            net = classifier(
                torch.nn.Sequential(*self._modules(torch.nn, sizes)),
                criterion=torch.nn.CrossEntropyLoss,
                criterion__weight=torch.tensor(weights, dtype=torch.float32),
                optimizer=torch.optim.AdamW,
                optimizer__weight_decay=self.weight_decay,
                lr=self.learning_rate,
                max_epochs=self.epochs,
                batch_size=BATCH,
                iterator_train__shuffle=True,
                train_split=None,
                verbose=0,
            ).fit(rows, codes.astype(np.int64))
        linear = [module for module in net.module_ if isinstance(module, torch.nn.Linear)]
        return [(each.weight.detach().numpy().copy(), each.bias.detach().numpy().copy()) for each in linear]

    def _modules(self, nn: Any, sizes: tuple[int, ...]) -> list[Any]:
        """Linear layers with rectified units and dropout between them."""
        modules: list[Any] = []
        for first, second in pairwise(sizes):
            modules += [nn.Linear(first, second), nn.ReLU(), nn.Dropout(self.dropout)]
        return modules[:-2]
