"""Every example in a docstring prints what it says."""

import doctest
import importlib
import pkgutil

import pytest

import quandary

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(quandary.__path__, "quandary.") if "__main__" not in module.name
)


@pytest.mark.parametrize("name", ["quandary", *MODULES])
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert not result.failed
