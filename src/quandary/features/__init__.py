"""One feature extractor a file. Called, as ``features()``, it says which there are."""

from quandary.core import registry
from quandary.core.rooms import make_callable

make_callable(__name__, registry.extractors)
