"""What people drop in by mistake, and the answer each gets: where, what, cure."""

import gzip
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from delivered import codes_of, delivered, delivery, read
from rights import heed
from trueup.sources.delivery import DeliveryError

CSV = "id,name\n" + "".join(f"a{n},Account {n}\n" for n in range(500))


def zipped(content: bytes, name: str = "accounts.csv") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def protected(archive: bytes) -> bytes:
    """A zip whose entry says, in both of its headers, that it is encrypted."""
    marked = bytearray(archive)
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        marked[marked.find(header) + flags] |= 1
    return bytes(marked)


def swollen(archive: bytes) -> bytes:
    """A zip whose entry says that it unpacks to almost 4 GiB."""
    marked = bytearray(archive)
    place = marked.find(b"PK\x01\x02") + 24
    marked[place : place + 4] = (0xFFFFFF00).to_bytes(4, "little")
    return bytes(marked)


@pytest.mark.parametrize(
    ("name", "content", "message", "cure"),
    [
        ("accounts.csv", b"", "The file is empty", "Export it again"),
        ("accounts.csv", b" \r\n\r\n", "The file is empty", "Export it again"),
        ("accounts.csv", b"\xef\xbb\xbf\r\n", "The file is empty", "Export it again"),
        ("accounts.csv", b"%PDF-1.7 ...", "a PDF document", "Export the table itself: CSV, TSV"),
        ("logo.csv", b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture", "Export the table itself"),
        ("accounts.csv", bytes(range(256)) * 20, "no text and no known kind of table", "CSV, TSV, JSON"),
        (
            "accounts.csv.gz",
            gzip.compress(CSV.encode(), mtime=0)[:-20],
            "ends before its contents do",
            "download it again",
        ),
        ("accounts.gz", b"\x1f\x8bnothing", "ends before its contents do", "copy or download it again"),
        ("accounts.zip", zipped(CSV.encode())[:-50], "begins like a zip", "copy or download it again"),
        ("accounts.zip", protected(zipped(CSV.encode())), "protected by a password", "Unpack it and import"),
        ("accounts.zip", swollen(zipped(CSV.encode())), "unpacks to 4,095 MiB or more", "If that is meant, unpack it"),
        ("notes.zip", zipped(b"notes", "README.md"), "holds no file with a table", "Check what was packed into it"),
        ("letter.docx", zipped(b"<w/>", "word/document.xml"), "a document, not a table", "Export the table itself"),
        ("accounts.xlsx", zipped(b"<x/>", "xl/workbook.xml"), "cannot be opened", "save it again, as .xlsx or CSV"),
        ("accounts.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cannot be opened", "save it again"),
        ("accounts.xls", b"<html><table><tr><td>id</td></tr></table>", "a web page or XML", "as .xlsx or CSV"),
        ("accounts.xls", b'<?xml version="1.0"?><Workbook></Workbook>', "an Excel file in XML", "as .xlsx or CSV"),
        ("accounts.json", b'[{"id": 1}, {"id": ', "not valid JSON", "cut off"),
        ("accounts.parquet", b"PAR1 cut off", "not valid Parquet", "copy or export it again"),
        ("accounts.db", b"SQLite format 3\0" + b"\1" * 500, "SQLite file cannot be read", "close the program"),
        ("accounts.7z", b"7z\xbc\xaf\x27\x1c rest", "packed with 7-Zip", "Unpack it first"),
        ("~$accounts.xlsx", b"\x05Ann", "only marks a workbook that is open", "import accounts.xlsx instead"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_it_is_and_what_to_do(
    tmp_path: Path, name: str, content: bytes, message: str, cure: str
) -> None:
    with pytest.raises(DeliveryError) as raised:
        delivery(tmp_path, name, content)
    text = str(raised.value)
    assert name in text
    assert message in text
    assert cure in text
    assert "\n" not in text


def test_a_file_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text(CSV, encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"There is no such file. Did you mean .*accounts.csv\?"):
        read(tmp_path / "acounts.csv", tmp_path)
    with pytest.raises(DeliveryError, match=r"There is no folder .*nowhere. Check the path."):
        read(tmp_path / "nowhere" / "a.csv", tmp_path)


def test_a_folder_without_tables_says_so(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "README.md").write_text("notes", encoding="utf-8")
    with pytest.raises(DeliveryError, match="There is no file with a table in this folder"):
        read(tmp_path / "exports", tmp_path)


def _answer(path: Path) -> str:
    """What a process that must heed the rights of files says to a path."""
    program = (
        "import sys, pathlib\n"
        "from trueup.sources.files import read_path\n"
        "try: print([f.message for f in read_path(pathlib.Path(sys.argv[1]), scratch=pathlib.Path('.')).findings])\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=heed).stdout


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text(CSV, encoding="utf-8")
    path.chmod(0)
    answer = _answer(path)
    assert "DeliveryError" in answer
    assert "You may not read this file." in answer


def test_a_folder_that_may_not_be_looked_into_says_so(tmp_path: Path) -> None:
    path = tmp_path / "closed" / "accounts.csv"
    path.parent.mkdir()
    path.write_text(CSV, encoding="utf-8")
    path.parent.chmod(0)
    try:
        assert "You may not look into the folder it lies in." in _answer(path)
        assert "You may not look into this folder." in _answer(tmp_path)
    finally:
        path.parent.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "content", "codes"),
    [
        ("twice.csv", b"id,amount,amount\n1,2,3\n4,5,6\n", ["header_duplicate"]),
        ("unnamed.csv", b"id,,amount\n1,2,3\n4,5,6\n", ["header_blank"]),
        ("headless.csv", b"1,2,2024-01-01\n4,5,2024-01-02\n", ["header_missing"]),
        ("latin.csv", "id,name\n1,Müller\n".encode("cp1252"), ["encoding_assumed"]),
        ("only_header.csv", b"id,name\n", ["empty_table"]),
        ("one_column.csv", b"name\nAcme\nGlobex\n", ["single_column"]),
        ("joined.csv", b"id,name\n1,Acme\nid,name\n2,Globex\n", ["header_repeated"]),
        ("ragged.csv", b"id,name\n1,Acme\n2\n3,a,b\n4,Globex\n", ["line_does_not_fit", "line_does_not_fit"]),
        ("titled.csv", b"Accounts of 2024\nid,name,n\n1,Acme,2\n2,Globex,3\n", ["preamble_skipped"]),
    ],
)
def test_a_file_with_flaws_goes_in_and_each_flaw_is_told(
    tmp_path: Path, name: str, content: bytes, codes: list[str]
) -> None:
    table = delivered(tmp_path, name, content)
    assert codes_of(table) == codes
    assert all(finding.message and finding.cure and finding.file.endswith(name) for finding in table.findings)
