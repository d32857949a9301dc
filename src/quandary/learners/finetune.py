"""Networks that are trained whole, from raw pixels or pieces of words; what they learned is kept as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from quandary.core.errors import ConfigError, missing_extra
from quandary.learners.folds import class_weights
from quandary.learners.softmax import softmax

Array = NDArray[np.float32]
BATCH, AT_ONCE = 16, 64


class FineTuned(ClassifierMixin, BaseEstimator):
    """What the networks share: training, and predicting from arrays.

    A part says what it ``reads``, makes a network for a number of classes in ``_start``, with all that must be kept to
    make it ``_again``, and checks its rows in ``_check``. The modules take rows and give scores of the classes and
    the features before them, and name in ``learned_before`` what is not from chance.
    """

    reads = ""
    purpose = ""
    head_rate = 1e-3

    epochs: int
    learning_rate: float
    class_weight: str | None
    random_state: int

    def fit(self, X: Any, y: Any) -> Any:
        """Train on rows ``X`` (n, d) of the representation that it reads and class codes ``y`` (n,)."""
        rows = self._rows(X)
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self.n_features_in_ = rows.shape[1]
        self.arrays_: dict[str, NDArray[Any]] = {}
        self._ready: Any = None
        if len(self.classes_) > 1:
            self._train(rows, codes)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Class probabilities of rows ``X``, (n, c), rows sum to 1."""
        check_is_fitted(self)
        if len(self.classes_) < 2:
            return np.ones((X.shape[0], 1))
        return softmax(self._run(X, 0).astype(np.float64))

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class of each row, (n,)."""
        best: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return best

    def embed(self, X: Any) -> Array:
        """The features that the network has found before it decides, (n, e)."""
        check_is_fitted(self)
        return self._run(X, 1) if self.arrays_ else self._rows(X)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_ready"}

    # ---- what a part says ----------------------------------------------------------

    def _check(self, rows: Array) -> bool:
        """Whether these rows are of the representation that it reads."""
        raise NotImplementedError

    def _start(self, classes: int) -> Any:
        """A module to be trained; what it is made of is kept."""
        raise NotImplementedError

    def _again(self, classes: int) -> Any:
        """The same module, from what was kept, with any weights."""
        raise NotImplementedError

    def _open(self, path: str, task: str, classes: int) -> Any:
        """A network of transformers in a folder; its configuration is kept."""
        network = from_folder(path, task, classes, self.purpose)
        self.config_ = network.config.to_json_string(use_diff=False)
        return network

    # ---- training and running ------------------------------------------------------

    def _rows(self, X: Any) -> Array:
        rows = np.array(X.toarray() if hasattr(X, "toarray") else X, np.float32)
        if not self._check(rows):
            raise ConfigError(
                f"{self.purpose} reads the representation {self.reads!r}, and these numbers are another; "
                f"make a project with --representation {self.reads}, or choose another learner"
            )
        return rows

    def _train(self, rows: Array, codes: NDArray[np.intp]) -> None:
        torch, classifier = torch_and_skorch(self.purpose)
        weights = class_weights(codes, self.class_weight)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random_state)
            module = self._start(len(self.classes_))
            net = classifier(
                module,
                criterion=scores_only(torch),
                criterion__weight=torch.tensor(weights, dtype=torch.float32),
                optimizer=torch.optim.AdamW,
                optimizer__param_groups=[(name, {"lr": self.learning_rate}) for name in module.learned_before],
                lr=self.head_rate,
                max_epochs=self.epochs,
                batch_size=BATCH,
                iterator_train__shuffle=True,
                train_split=None,
                verbose=0,
            ).fit(rows, codes.astype(np.int64))
        self.arrays_ = {name: each.detach().numpy().copy() for name, each in net.module_.state_dict().items()}

    def _run(self, X: Any, which: int) -> Array:
        import torch

        rows, module = self._rows(X), self._module()
        if not len(rows):
            return self._run(np.zeros((1, rows.shape[1])), which)[:0]
        parts = (torch.from_numpy(rows[first : first + AT_ONCE]) for first in range(0, len(rows), AT_ONCE))
        with torch.inference_mode():
            return np.concatenate([module(part)[which].numpy() for part in parts])

    def _module(self) -> Any:
        if getattr(self, "_ready", None) is None:
            torch, _ = torch_and_skorch(self.purpose)
            with torch.random.fork_rng(devices=[]):
                module = self._again(len(self.classes_))
            module.load_state_dict({name: torch.from_numpy(each.copy()) for name, each in self.arrays_.items()})
            self._ready = module.eval()
        return self._ready


def torch_and_skorch(purpose: str) -> tuple[Any, Any]:
    """PyTorch and the classifier of skorch; an error that names the extra where one is not installed."""
    try:
        import torch
        from skorch import NeuralNetClassifier
    except ImportError as error:
        raise missing_extra("torch and skorch", "torch", purpose) from error
    return torch, NeuralNetClassifier


def scores_only(torch: Any) -> Any:
    """Cross-entropy of the first of what a module gives; the second are features."""

    class Scores(torch.nn.CrossEntropyLoss):
        def forward(self, given: Any, target: Any) -> Any:
            return super().forward(given[0], target)

    return Scores


def from_folder(path: str, task: str, classes: int, purpose: str) -> Any:
    """A network of transformers in a folder of this machine, with a fresh head for so many classes.

    Only weights that run nothing when they are read (safetensors) count, and only code of the package itself.
    """
    transformers = _transformers(purpose)
    try:
        with quietly(transformers.utils.logging):
            return getattr(transformers, f"AutoModelFor{task}").from_pretrained(
                path, num_labels=classes, local_files_only=True, use_safetensors=True, ignore_mismatched_sizes=True
            )
    except Exception as error:  # a folder without a network fails in many ways
        said = " ".join(str(error).split())[:200]
        raise ConfigError(
            f"{purpose} cannot read a network from {path!r}: {said}; give a folder with config.json and "
            "model.safetensors, as transformers saves it"
        ) from error


@contextmanager
def quietly(logging: Any) -> Iterator[None]:
    """Say nothing of a head that is fresh on purpose; bars and warnings are as before when this ends."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def from_config(config: dict[str, Any], task: str, purpose: str) -> Any:
    """The network that ``config`` describes, with any weights."""
    transformers = _transformers(purpose)
    known = transformers.AutoConfig.for_model(**config)
    return getattr(transformers, f"AutoModelFor{task}").from_config(known)


def _transformers(purpose: str) -> Any:
    try:
        import transformers
    except ImportError as error:
        raise missing_extra("transformers", "torch", purpose) from error
    return transformers
