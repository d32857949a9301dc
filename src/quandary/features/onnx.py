"""Models in ONNX files, run on the processor: found in a folder or in the cache of a hub, never fetched."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quandary.core.errors import ConfigError, missing_extra
from quandary.features import words

PLACES = ("model.onnx", "onnx/model.onnx")


def find_model(model: str, variable: str, purpose: str) -> Path:
    """The ONNX file that ``model`` means: a file, a folder that holds one, or the name of a model on a hub.

    Without ``model`` the environment variable ``variable`` says it. Only what is on this machine counts.
    """
    wanted = model or os.environ.get(variable, "")
    if not wanted:
        raise ConfigError(f"{purpose} needs a model: give model=FOLDER, or set {variable} to a folder with model.onnx")
    path = Path(wanted)
    if path.is_file():
        return path
    for folder in (path, *_cached(wanted)):
        for place in PLACES:
            if (folder / place).is_file():
                return folder / place
    raise ConfigError(f"no ONNX model at {wanted!r}: give a folder that holds model.onnx, or run: hf download {wanted}")


def _cached(name: str) -> Sequence[Path]:
    """The folder of a hub's model in the cache of this machine, if it is there."""
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        return ()
    try:
        return (Path(snapshot_download(name, local_files_only=True)),)
    except (OSError, ValueError):  # not there, or no name of a model at all
        return ()


def start(path: Path, extra: str, purpose: str) -> Any:
    """A session that runs the model at ``path``, in one thread: several processes share the work."""
    try:
        import onnxruntime
    except ImportError as error:
        raise missing_extra("onnxruntime", extra, purpose) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime raises types of its own for damaged files
        raise ConfigError(f"{str(path)!r} cannot be read as an ONNX model ({error}); export it again") from error


def fingerprint(path: Path) -> str:
    """Stands for the weights in a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unit(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Rows at length 1; a row that is zero or no number becomes zero."""
    return words.unit(np.nan_to_num(np.asarray(rows, np.float32), posinf=0.0, neginf=0.0))
