"""Which encoding a text file is in, proved by decoding all of it."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator

from quandary.core.errors import InputError

Chunks = Callable[[], Iterable[bytes]]
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
AROUND = 65_536  # bytes on each side of the first that is not UTF-8
# Letters and signs of western Europe; more than a few others, or words of nothing else, are of another encoding.
WESTERN = set("äöüßÄÖÜéèêëàâçîïôûùœæñáíóúãõìòåøÉÈÊÀÂÇÔÑÁÍÓÚÃÅØÆŒ¿¡«»‘’‚“”„–—…€£°§·•®©™´½ºª\xa0")
OTHERS = [
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "koi8_r",
    "cp866",
    "mac_roman",
]
ASIAN = ["shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949"]
LENIENT = "quandary.latin1"  # the five bytes that Windows-1252 leaves open are control characters, as browsers have it


def _open_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(LENIENT, _open_byte)


def detect(name: str, chunks: Chunks) -> tuple[str, int]:
    """The encoding of the bytes that ``chunks()`` yields, and how many there are.

    A byte order mark decides, then UTF-8 if all bytes are valid, then what the bytes around the first invalid one look
    like. Raises ``InputError`` with that byte if nothing fits, or if the file is UTF-8 but for a few damaged bytes.
    """
    head = next(iter(chunks()), b"")
    encoding = next((encoding for bom, encoding in BOMS if head.startswith(bom)), None) or unmarked_utf16(head)
    bad, size = first_bad_byte(chunks(), encoding or "utf-8")
    if bad is None:
        return encoding or "utf-8", size
    sample, start = around(chunks(), bad)
    where = f"byte 0x{sample[bad - start]:02x} at position {bad} of {name!r} (line {line_of(chunks(), bad)})"
    if encoding:
        raise InputError(f"{where} is not valid {encoding}, which the file says it is; save it again as UTF-8")
    if b"\0" in sample:
        raise InputError(f"{where} is no text, and NUL bytes stand around it; save the table as CSV in UTF-8")
    if mostly_utf8(sample):
        raise InputError(f"{where} is not UTF-8, though the text around it is; save the file again as UTF-8")
    guess = looks_like(sample)
    if guess is None or (guess != "cp1252" and first_bad_byte(chunks(), guess)[0] is not None):
        raise InputError(f"{where} is not UTF-8, and no other encoding fits; save the file again as UTF-8")
    return guess, size


def unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark, told by its NUL bytes: at odd or at even places and nowhere else."""
    sample = head[: 4096 // 2 * 2]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) / 8 and not even:
        return "utf-16-le"
    return "utf-16-be" if even > len(sample) / 8 and not odd else None


def first_bad_byte(chunks: Iterable[bytes], encoding: str) -> tuple[int | None, int]:
    """Position of the first byte that is not valid in ``encoding`` (None if all are), and the bytes read."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    for chunk in chunks:
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return max(done - held + error.start, 0), done
        done += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return max(done - len(error.object) + error.start, 0), done
    return None, done


def around(chunks: Iterable[bytes], position: int) -> tuple[bytes, int]:
    """The bytes around ``position`` and where they start."""
    start = max(position - AROUND, 0)
    return b"".join(part for part in window(chunks, start, position + AROUND)), start


def window(chunks: Iterable[bytes], start: int, stop: int) -> Iterator[bytes]:
    """The bytes from ``start`` to ``stop``."""
    done = 0
    for chunk in chunks:
        yield chunk[max(start - done, 0) : max(stop - done, 0)]
        done += len(chunk)
        if done >= stop:
            return


def line_of(chunks: Iterable[bytes], position: int) -> int:
    """The line, from 1, in which the byte at ``position`` stands."""
    return 1 + sum(part.count(b"\n") for part in window(chunks, 0, position))


def mostly_utf8(sample: bytes) -> bool:
    """Whether more characters beyond ASCII are valid UTF-8 than are not."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(not c.isascii() for c in text) - bad > bad


def looks_like(sample: bytes) -> str | None:
    """The encoding a sample looks like, or None if it is no text."""
    from charset_normalizer import from_bytes

    if is_western(sample.decode("cp1252", LENIENT)):
        return "cp1252"
    found = list(from_bytes(sample, cp_isolation=OTHERS + ASIAN))
    least = min((match.chaos for match in found), default=0.0)
    found = [match for match in found if match.chaos <= least + 0.01]
    return max(found, key=lambda match: match.coherence).encoding if found else None


def is_western(text: str) -> bool:
    """Whether a text is in a language of western Europe: a few letters with accents among plain ones.

    >>> is_western("Größe und Gewicht, déjà vu"), is_western("Ïðèâåò, ìèð")
    (True, False)
    """
    strange = [c for c in text if not c.isascii()]
    letters = sum(map(str.isalpha, text))
    usual = sum(c in WESTERN for c in strange)
    return usual >= 0.97 * len(strange) and sum(map(str.isalpha, strange)) <= 0.3 * letters
