"""Names: built-in parts by scanning, foreign parts by entry points, and errors that list what there is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from quandary.core.errors import ConfigError
from quandary.core.registry import Registry


@pytest.fixture
def family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A package of two parts, and another distribution that adds a third through an entry point."""
    room = tmp_path / "shapes"
    room.mkdir()
    (room / "__init__.py").write_text(
        "from quandary.core.registry import Registry\nshape = Registry('shape', 'shapes')\n"
    )
    for name in ("circle", "square"):
        (room / f"{name}.py").write_text(
            f"from shapes import shape\n@shape('{name}')\nclass Part:\n    '''A {name}.'''\n"
        )
    (tmp_path / "foreign.py").write_text("class Star:\n    '''A star.'''\n")
    info = tmp_path / "foreign-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[shapes]\nstar = foreign:Star\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in [m for m in sys.modules if m.split(".")[0] in {"shapes", "foreign"}]:
        monkeypatch.delitem(sys.modules, module)
    import shapes  # type: ignore[import-not-found]

    registry: Registry = shapes.shape
    return registry


def test_parts_are_found_in_the_folder_and_through_entry_points(family: Registry) -> None:
    assert family.describe() == {"circle": "A circle.", "square": "A square.", "star": "A star."}


def test_an_unknown_name_lists_the_known_and_the_nearest(family: Registry) -> None:
    with pytest.raises(
        ConfigError, match=r"no shape called 'sqare'; did you mean 'square'\? There are: circle, square, star"
    ):
        family.get("sqare")


def test_two_parts_of_one_name_are_refused(family: Registry) -> None:
    family.all()
    with pytest.raises(ConfigError, match="two shape parts are called 'circle'"):
        family("circle")(int)
