from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quandary.readers.encoding import detect, first_bad_byte
from tests.readers.worlds import cells, error_of

GERMAN = "Die Bäume blühen schön; größere Äpfel für 5 €. „Süß“, sagte er – und aß.\n"
FRENCH = "L’élève a répété ça à son père : « déjà vu ? » Noël, garçon, œuvre.\n"
RUSSIAN = "Съешь же ещё этих мягких французских булок да выпей чаю, пожалуйста.\n"
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. Dnes je hezké počasí, půjdeme ven.\n"
TURKISH = "Pijamalı hasta yağız şoföre çabucak güvendi. İyi günler.\n"
JAPANESE = "今日は天気がいいので、公園へ散歩に行きました。ありがとうございます。\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        ("déjà vu, garçon\n", "cp1252"),
        (CZECH, "cp1250"),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "utf-8"),
        ("plain\n", "ascii"),
    ],
)
def test_text_in_each_encoding_is_read(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(("text|n\n" + text.replace("\n", "|1\n") * 5).encode(encoding))
    assert cells(tmp_path / "a.csv") == [[text.strip(), "1"]] * 5


def test_the_first_strange_byte_may_come_late(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        b"text,n\n" + b"plain ascii,1\n" * 200_000 + "schöne Grüße,2\n".encode("cp1252") * 20
    )
    assert cells(tmp_path / "a.csv")[-1] == ["schöne Grüße", "2"]


def test_bytes_that_windows_leaves_open_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"text,n\n" + "schöne Grüße – für dich,1\n".encode("cp1252") * 9 + b"odd \x81,1\n")
    assert cells(tmp_path / "a.csv")[-1] == ["odd \x81", "1"]


def test_damaged_utf8_names_its_first_bad_byte(tmp_path: Path) -> None:
    data = ("text,n\n" + "schöne Grüße,1\n" * 3).encode()
    (tmp_path / "a.csv").write_bytes(data + b"bad \xe9,1\n" + "wäre öde,1\n".encode())
    assert f"byte 0xe9 at position {len(data) + 4} of 'a.csv' (line 5) is not UTF-8" in error_of(tmp_path / "a.csv")


def test_a_mark_that_the_bytes_do_not_keep(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(codecs.BOM_UTF8 + b"text,n\nbad \xff,1\n")
    assert "is not valid utf-8-sig" in error_of(tmp_path / "a.csv")


@given(st.binary(max_size=40), st.integers(1, 7), st.sampled_from(["utf-8", "utf-16-le", "cp1252"]))
def test_the_first_bad_byte_is_where_decoding_stops(data: bytes, size: int, encoding: str) -> None:
    chunks = [data[i : i + size] for i in range(0, len(data), size)]
    try:
        data.decode(encoding)
        expected = None
    except UnicodeDecodeError as error:
        expected = error.start
    assert first_bad_byte(chunks, encoding)[0] == expected


def test_detection_reads_all_and_counts_it() -> None:
    assert detect("x", lambda: [b"abc", "é".encode()]) == ("utf-8", 5)
