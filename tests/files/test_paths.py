from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.core.errors import InputError
from quandary.files.paths import confined, relative_name

OUT = [
    "../secret.txt",
    "a/../../secret.txt",
    "/etc/passwd",
    "//host/share/x",
    "C:\\secret.txt",
    "C:secret.txt",
    "\\\\host\\share",
    "..\\secret.txt",
    "a\\..\\..\\secret.txt",
    "\\secret.txt",
    "secret\0.txt",
    "",
    " ",
    ".",
    "./..",
    "inside/..",
    "link-out/secret.txt",
    "link-to-secret",
    "folder",
    "no-such-file",
    "loop/a",
    "x" * 5000,
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("canary")
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "folder" / "inside.txt").write_text("fine")
    (root / "link-out").symlink_to(tmp_path)
    (root / "link-to-secret").symlink_to(tmp_path / "secret.txt")
    (root / "link-inside").symlink_to(root / "folder" / "inside.txt")
    (root / "loop").symlink_to(root / "loop")
    return root


@pytest.mark.parametrize("name", OUT)
def test_nothing_outside_is_reached(root: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        confined(root, name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["folder/inside.txt", "./folder//inside.txt", "link-inside"])
def test_what_is_inside_is_found_links_too(root: Path, name: str) -> None:
    assert confined(root, name).read_text() == "fine"


@given(st.text(st.sampled_from("./\\:aC\0 ~%"), max_size=12))
def test_a_name_that_passes_stays_inside_on_every_system(name: str) -> None:
    try:
        found = relative_name(name)
    except InputError:
        return
    assert not found.startswith("/")
    assert ".." not in found.replace("\\", "/").split("/")
    assert not PureWindowsPath(found).drive
