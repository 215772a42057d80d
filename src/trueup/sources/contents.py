"""What a file is, by its contents; its name is only a hint."""

import codecs
import re
from typing import Final, Literal

from trueup.sources.archives import names_in_zip
from trueup.sources.delivery import DeliveryError, Parcel

Format = Literal["text", "json", "workbook", "parquet", "sqlite", "zip", "gz"]

_LOOKED_AT: Final = 8192
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_KNOWN: Final[tuple[tuple[bytes, Format], ...]] = (
    (b"\x1f\x8b", "gz"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
)
_STRANGERS: Final = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"7z\xbc\xaf", "packed with 7-Zip"),
    (b"Rar!", "packed with RAR"),
    (b"\x28\xb5\x2f\xfd", "packed with Zstandard"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
)
_READABLE: Final = "CSV, TSV, JSON, JSON lines, Excel, OpenDocument, Parquet and SQLite can be read, also in zip or gz."
_JSON: Final = re.compile(rb'\{\s*["}]|\[\s*[\[\]{"\d-]|\[\s*(true|false|null)')
_DELIMITED: Final = re.compile(r"\.(csv|tsv|tab|psv)(\.gz)?$", re.IGNORECASE)


def format_of(parcel: Parcel) -> Format:
    """How a file is to be read; DeliveryError if it is nothing that holds tables."""
    with parcel.path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    if not head.strip():
        raise DeliveryError(parcel.shown, "The file is empty.", "Export it again, with a header and its rows.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_format(parcel)
    for mark, known in _KNOWN:
        if head.startswith(mark):
            return known
    for mark, stranger in _STRANGERS:
        if head.startswith(mark):
            message = f"This is {stranger}, not a table."
            cure = "Unpack it first." if stranger.startswith("packed") else f"Export the table itself: {_READABLE}"
            raise DeliveryError(parcel.shown, message, cure)
    if _is_binary(head):
        raise DeliveryError(parcel.shown, "The file holds no text and no known kind of table.", _READABLE)
    return _text_format(parcel, head)


def _zip_format(parcel: Parcel) -> Format:
    """Workbooks are zip files too, and so are other documents."""
    names = names_in_zip(parcel.path, parcel.shown)
    if any(name.startswith("xl/") for name in names):
        return "workbook"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise DeliveryError(parcel.shown, "This is a document, not a table.", f"Export the table itself: {_READABLE}")
    return "workbook" if "content.xml" in names and "mimetype" in names else "zip"


def _text_format(parcel: Parcel, head: bytes) -> Format:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if head.startswith(_WIDE_MARKS):
        start = head.decode("utf-16", errors="replace").lstrip().encode()
    if re.match(rb"<(!doctype|html|table|\?xml|meta|head|body|style)", start, re.IGNORECASE):
        kind = "an Excel file in XML" if b"Workbook" in head else "a web page or XML, whatever its name says"
        cure = "Open it in a spreadsheet program and save it as .xlsx or CSV, or choose CSV in the export."
        raise DeliveryError(parcel.shown, f"This is {kind}.", cure)
    return "json" if _JSON.match(start) and not _DELIMITED.search(parcel.shown) else "text"


def _is_binary(head: bytes) -> bool:
    if head.startswith(_WIDE_MARKS):
        return False
    nul = head.count(0)
    wide = max(head[0::2].count(0), head[1::2].count(0)) > 0.3 * len(head) and min(
        head[0::2].count(0), head[1::2].count(0)
    ) < 0.05 * len(head)
    controls = sum(byte < 32 and byte not in b"\t\r\n\f\x01\x1b\x1c\x1d\x1e\x1f" for byte in head) - nul
    return (nul > 0.1 * len(head) and not wide) or controls > 0.05 * len(head)
