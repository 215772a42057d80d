"""One look at every byte of a text file: which letters it holds, at the speed of the disk."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import charset_normalizer

_CHUNK: Final = 1 << 20
_BAD_LINES_KEPT: Final = 500

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES: Final = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "shift_jis",
    "gb18030",
    "euc_kr",
    "big5",
    "mac_roman",
    "cp850",
]
_FEW_LETTERS: Final = 10
"""With fewer letters beyond ASCII than this, statistics of letters say nothing."""

_SIGN_IN_WORD: Final = re.compile(r"[a-zß-ÿ][³¹¿¯£¥¼¾]|[³¹¿¯¼¾][a-zß-ÿ]")
"""Signs that stand inside words when Central European letters are read as Western ones."""


@dataclass(frozen=True)
class Survey:
    """What every byte of a file together says.

    ``encoding`` is ``utf-8`` where nothing needs converting. Otherwise ``bad_lines`` counts the lines that are no
    UTF-8, ``first_bad`` is the first one's number and ``example`` its text as ``encoding`` reads it; ``is_mixed`` says
    that other lines of the file are UTF-8 beyond ASCII.
    """

    encoding: str
    has_nul: bool
    is_mixed: bool = False
    bad_lines: int = 0
    first_bad: int | None = None
    example: str | None = None


def survey(path: Path) -> Survey:
    """Look at every byte of a text file once."""
    with path.open("rb") as file:
        head = file.read(4096)
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                return Survey(encoding, has_nul=False)
        if wide := _wide_without_mark(head):
            return Survey(wide, has_nul=False)
        file.seek(0)
        is_utf8, has_nul = _scan(file)
    return Survey("utf-8", has_nul) if is_utf8 else _survey_lines(path, has_nul=has_nul)


def converted(path: Path, to: Path, found: Survey) -> Path:
    """Write the file as UTF-8 without NULs at ``to``, every line where it was."""
    with path.open("rb") as source, to.open("wb") as target:
        pieces = _narrowed(source, found.encoding) if found.encoding[:4] in {"utf-", "utf_"} else _lines(source, found)
        for piece in pieces:
            target.write(piece.replace(b"\0", b""))
    return to


def with_plain_newlines(path: Path, to: Path) -> Path:
    r"""Write the file at ``to`` with every line ended by ``\n``; a carriage return within a line becomes a space."""
    with path.open("rb") as source, to.open("wb") as target:
        for chunk in _whole_lines(source):
            target.write(re.sub(rb"\r+\n", b"\n", chunk).replace(b"\r", b" "))
    return to


def _scan(file: BinaryIO) -> tuple[bool, bool]:
    """Is it all UTF-8, and is there a NUL."""
    decoder, is_utf8, has_nul = codecs.getincrementaldecoder("utf-8")(), True, False
    while chunk := file.read(_CHUNK):
        has_nul = has_nul or b"\0" in chunk
        if is_utf8:
            is_utf8 = _goes_on(decoder, chunk)
    return is_utf8 and _goes_on(decoder, b"", final=True), has_nul


def _goes_on(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    if chunk.isascii() and not final and decoder.getstate()[0] == b"":
        return True
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 text without its mark: every second byte of Western text is NUL."""
    even, odd = head[0::2], head[1::2]
    if len(odd) >= 2 and odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if len(even) >= 2 and even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def _survey_lines(path: Path, *, has_nul: bool) -> Survey:
    good, bad, first, kept = 0, 0, None, list[bytes]()
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            if _is_utf8(line):
                good += 1
                continue
            bad += 1
            first = first or number
            if len(kept) < _BAD_LINES_KEPT:
                kept.append(line)
    encoding = encoding_of(b"".join(kept))
    example = kept[0].decode(encoding, errors="replace").strip()
    return Survey(encoding, has_nul, good > 0, bad, first, example)


def encoding_of(text: bytes) -> str:
    """The likeliest encoding of lines that are no UTF-8; Western where the letters leave it open."""
    western = "cp1252" if _reads(text, "cp1252") else "latin-1"
    if sum(byte > 127 for byte in text) < _FEW_LETTERS:
        return western
    matches = charset_normalizer.from_bytes(text, cp_isolation=_CANDIDATES)
    best = matches.best()
    if best is None or "cp1252" in best.could_be_from_charset:
        return "cp1250" if _SIGN_IN_WORD.search(text.decode(western)) and _reads(text, "cp1250") else western
    if best.encoding in {"cp1250", "cp1254"} and any("cp1252" in match.could_be_from_charset for match in matches):
        return western
    return best.encoding


def _reads(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8(line: bytes) -> bool:
    return _reads(line, "utf-8")


def _narrowed(source: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Decode as one stream; what is no text becomes the replacement sign."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while chunk := source.read(_CHUNK):
        yield decoder.decode(chunk).removeprefix("\ufeff").encode()
    yield decoder.decode(b"", final=True).encode()


def _lines(source: BinaryIO, found: Survey) -> Iterator[bytes]:
    """UTF-8 lines as they are, the others read as the encoding found."""
    for line in source:
        if line.isascii() or (found.is_mixed and _is_utf8(line)):
            yield line
        else:
            yield line.decode(found.encoding, errors="replace").encode()


def _whole_lines(source: BinaryIO) -> Iterator[bytes]:
    r"""Chunks that never end between ``\r`` and ``\n``."""
    while chunk := source.read(_CHUNK):
        while chunk.endswith(b"\r") and (more := source.read(1)):
            chunk += more
        yield chunk
