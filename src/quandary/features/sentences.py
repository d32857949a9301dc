"""Text: sentence embeddings by a model of your own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from quandary.core.content import Content
from quandary.core.errors import ConfigError, missing_extra
from quandary.core.features import FeatureKind
from quandary.core.registry import extractors
from quandary.features.onnx import find_model, fingerprint, start, unit
from quandary.features.reading import encodable, texts_of

AT_ONCE = 32
VARIABLE, PURPOSE = "QUANDARY_TEXT_MODEL", "the extractor 'sentences'"


@extractors("sentences")
class SentenceFeatures(TransformerMixin, BaseEstimator):
    """The mean of what a language model in an ONNX file says of the words of a text, at unit length

    Reimers and Gurevych 2019 (Sentence-BERT). ``model`` is a folder with model.onnx and tokenizer.json, or the name of
    a model on a hub that was downloaded before; without it the environment variable QUANDARY_TEXT_MODEL says it. A
    text without a word is the zero vector. ``longest`` pieces of words count. Needs the extra ``text``.
    """

    kind: FeatureKind = "text"
    needs = ("onnxruntime", "text")
    version = 1
    sample = 1
    block = 256

    def __init__(
        self, columns: tuple[str, ...] = ("text",), root: str = "", model: str = "", longest: int = 256
    ) -> None:
        self.columns = columns
        self.root = root
        self.model = model
        self.longest = longest

    def fingerprint(self, contents: Sequence[Content]) -> str:
        """Stands for the weights of the model."""
        return fingerprint(find_model(self.model, VARIABLE, PURPOSE))

    def fit(self, contents: Sequence[Content], y: Any = None) -> Self:
        """Note where the model is, and how long its vectors are."""
        self.path_ = str(find_model(self.model, VARIABLE, PURPOSE))
        self._ready: Any = None
        self.width_ = int(self._embed(["a"]).shape[1])
        return self

    def transform(self, contents: Sequence[Content]) -> NDArray[np.float32]:
        """Unit vectors of the texts, (n, d)."""
        texts = [text.strip() for text in texts_of(contents, self.columns)]
        out = np.zeros((len(texts), self.width_), np.float32)
        filled = np.array([i for i, text in enumerate(texts) if text], np.intp)
        # Texts of like length together: padding costs as much as words.
        filled = filled[np.argsort([len(texts[i]) for i in filled], kind="stable")]
        for start_ in range(0, len(filled), AT_ONCE):
            some = filled[start_ : start_ + AT_ONCE]
            out[some] = self._embed([texts[i] for i in some])
        return out

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_ready"}

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        session, tokenizer = self._model()
        found = tokenizer.encode_batch(encodable(texts))
        ids = np.array([each.ids for each in found], np.int64)
        mask = np.array([each.attention_mask for each in found], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        said = np.asarray(
            session.run(None, {i.name: given[i.name] for i in session.get_inputs() if i.name in given})[0]
        )
        if said.ndim == 3:
            said = (said * mask[..., None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1)
        return unit(said)

    def _model(self) -> Any:
        if getattr(self, "_ready", None) is None:
            path = find_model(self.path_, VARIABLE, PURPOSE)
            self._ready = start(path, "text", PURPOSE), self._tokenizer(path)
        return self._ready

    def _tokenizer(self, path: Any) -> Any:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise missing_extra("tokenizers", "text", PURPOSE) from error
        place = next((p for p in (path.parent, path.parent.parent) if (p / "tokenizer.json").is_file()), None)
        if place is None:
            raise ConfigError(f"no tokenizer.json beside {str(path)!r}; put the one of the model there")
        tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
        tokenizer.enable_truncation(self.longest)
        tokenizer.enable_padding()
        return tokenizer
