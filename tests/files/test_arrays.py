from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quandary.core.errors import InputError
from quandary.files import arrays
from quandary.files.arrays import Npz
from tests.files.worlds import complaint


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("dtype", ["f4", "f8", ">f4", "i2", "?"])
def test_blocks_are_what_numpy_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: Any, save: Any, dtype: str
) -> None:
    monkeypatch.setattr(arrays, "BLOCK", 100)
    X = np.asarray(np.random.default_rng(0).normal(size=(137, 7)) * 9, dtype, order=order)
    save(tmp_path / "a.npz", X=X)
    blocks = list(Npz(tmp_path / "a.npz").blocks("X"))
    assert np.array_equal(np.concatenate(blocks), X)
    assert len(blocks) == (1 if order == "F" else 10)
    assert np.array_equal(Npz(tmp_path / "a.npz").read("X"), X)


def test_strings_and_scalars_are_read_whole(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", ids=np.array(["ä", "bc"]), one=np.array(3.5), none=np.zeros((0, 3)))
    file = Npz(tmp_path / "a.npz")
    assert file.read("ids").tolist() == ["ä", "bc"]
    assert file.read("one") == 3.5
    assert file.read("none").shape == (0, 3)


RAN: list[int] = []


class Evil:
    def __reduce__(self) -> Any:
        return RAN.append, (1,)


def test_objects_are_refused_and_never_run(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=np.array([Evil()], object))
    with pytest.raises(InputError, match="holds Python objects, which could run code"):
        Npz(tmp_path / "a.npz").read("X")
    assert RAN == []


def test_a_missing_array_lists_those_there_are(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", train=np.zeros(3), test=np.zeros(3))
    with pytest.raises(InputError, match="no array 'X'; its arrays are: train, test"):
        Npz(tmp_path / "a.npz").header("X")


def test_a_header_that_claims_too_much_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**3)})
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("X.npy", out.getvalue() + bytes(80))
    with pytest.raises(InputError, match="is cut off"):
        Npz(tmp_path / "a.npz").header("X")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_files_raise_nothing_else(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("npz") / "a.npz"
    np.savez_compressed(path, X=np.arange(60.0).reshape(20, 3))
    damaged = bytearray(path.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[at] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    complaint(lambda: Npz(path).read("X"))
