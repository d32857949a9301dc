"""Text as the pieces of words that a language model reads."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from quandary.core.content import Content
from quandary.core.errors import ConfigError, missing_extra
from quandary.core.features import FeatureKind
from quandary.core.registry import extractors
from quandary.features.reading import encodable, texts_of

VARIABLE, PURPOSE = "QUANDARY_TEXT_NETWORK", "the extractor 'tokens'"


@extractors("tokens")
class TokenFeatures(TransformerMixin, BaseEstimator):
    """The numbers of the pieces of words in a text, for the learner text_network; others cannot read them

    Each is the number that the model has for it, plus one; 0 stands after the end. ``model`` is a folder that holds
    tokenizer.json; without it the environment variable QUANDARY_TEXT_NETWORK says it. ``longest`` pieces count.
    Needs the extra ``text``.
    """

    kind: FeatureKind = "vectors"
    reads = "text"
    needs = ("tokenizers", "text")
    compared = False  # with other representations: only networks read it
    version = 1
    sample = 1

    def __init__(
        self, columns: tuple[str, ...] = ("text",), root: str = "", model: str = "", longest: int = 128
    ) -> None:
        self.columns = columns
        self.root = root
        self.model = model
        self.longest = longest

    def fingerprint(self, contents: Sequence[Content]) -> str:
        """Stands for the words that the model knows."""
        return hashlib.sha256(self._vocabulary().encode()).hexdigest()

    def fit(self, contents: Sequence[Content], y: Any = None) -> Self:
        """Take the vocabulary over, so that nothing else is needed to read other texts."""
        self.vocabulary_ = self._vocabulary()
        self._ready: Any = None
        return self

    def transform(self, contents: Sequence[Content]) -> NDArray[np.float32]:
        """Numbers of pieces, (n, longest), whole numbers from 0 on."""
        texts = [text.strip() for text in texts_of(contents, self.columns)]
        found = self._tokenizer().encode_batch(encodable(texts))
        out = np.zeros((len(texts), self.longest), np.float32)
        for row, each in zip(out, found, strict=True):
            row[: len(each.ids)] = np.asarray(each.ids, np.float32) + 1
        return out

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_ready"}

    def _vocabulary(self) -> str:
        named = self.model or os.environ.get(VARIABLE, "")
        if not named:
            raise ConfigError(f"{PURPOSE} needs a model: set {VARIABLE} to a folder that holds tokenizer.json")
        try:
            return (Path(named) / "tokenizer.json").read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"no tokenizer.json in {named!r}; put the one of the model there") from error

    def _tokenizer(self) -> Any:
        if getattr(self, "_ready", None) is None:
            try:
                from tokenizers import Tokenizer
            except ImportError as error:
                raise missing_extra("tokenizers", "text", PURPOSE) from error
            self._ready = Tokenizer.from_str(self.vocabulary_)
            self._ready.enable_truncation(self.longest)
            self._ready.no_padding()
        return self._ready
