"""The model as a file that runs nothing when it is opened."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from quandary.core.errors import ConfigError, DamagedProject
from quandary.core.registry import exporters, extractors, learners
from quandary.exporters.job import Job, Written
from quandary.exporters.whole import whole_file

SUM = ".sha256"
# Plain data that skops does not list yet.
DATA = {"sklearn.tree._tree.Tree", *(f"scipy.sparse._{kind}.{kind}_array" for kind in ("bsr", "coo", "csc", "csr"))}
OURS = ("quandary.features.", "quandary.geometry.", "quandary.learners.", "quandary.named.", "quandary.pool.")


@exporters("model")
class ModelExporter:
    """The fitted model for scikit-learn, saved with skops"""

    title = "Model for scikit-learn"
    suffix = ".skops"
    loses = "the labels and how they came about"
    needs = None
    kinds = None

    def write(self, job: Job, target: Path) -> Written:
        save_model(job.model(), target)
        return Written(len(list(job.labels().rows())))


def save_model(model: Any, target: Path) -> None:
    """Write a fitted estimator, and beside it the checksum that ``sha256sum -c`` reads."""
    import skops.io

    data = skops.io.dumps(model)
    _trusted(skops.io.get_untrusted_types(data=data))  # what nobody could open again must not be handed out
    with whole_file(target) as draft:
        draft.write_bytes(data)
    with whole_file(target.with_name(target.name + SUM)) as draft:
        draft.write_text(f"{hashlib.sha256(data).hexdigest()}  {target.name}\n", encoding="utf-8")


def load_model(path: str | Path) -> Any:
    """The estimator in a file that ``save_model`` wrote.

    Raises ``DamagedProject`` if it is not what was written, ``ConfigError`` if it asks for a type that
    models of Quandary do not consist of.
    """
    import skops.io

    path = Path(path)
    data = path.read_bytes()
    kept = path.with_name(path.name + SUM)
    if kept.exists() and kept.read_text(encoding="utf-8").split()[:1] != [hashlib.sha256(data).hexdigest()]:
        raise DamagedProject(f"{str(path)!r} is not the model that was written there; export it again")
    try:
        return skops.io.loads(data, trusted=_trusted(skops.io.get_untrusted_types(data=data)))
    except ConfigError:
        raise
    except Exception as error:  # damaged bytes can break the reading anywhere
        raise DamagedProject(f"{str(path)!r} cannot be read as a model ({error}); export it again") from error


def _trusted(found: list[str]) -> list[str]:
    """``found``, the types beyond scikit-learn's in a file, if all are parts that are installed here."""
    installed = (*extractors.all().values(), *learners.all().values())
    known = DATA | {f"{part.__module__}.{part.__qualname__}" for part in installed}
    if strange := sorted(name for name in found if not name.startswith(OURS) and name not in known):
        raise ConfigError(
            f"the model holds {', '.join(strange)}, neither scikit-learn's nor an installed part of Quandary; "
            "it is not opened, since that could run code"
        )
    return found
