import datetime as dt
import gzip
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import parquet

from delivered import codes_of, delivered, delivery, read, rows_of

CSV = "id,name\na1,Acme\na2,Globex\n"
ROWS = [("a1", "Acme"), ("a2", "Globex")]


def zipped(members: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("accounts.csv", CSV.encode()),
        ("accounts", CSV.encode()),
        ("accounts.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("accounts.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("accounts.json", json.dumps([{"id": "a1", "name": "Acme"}, {"id": "a2", "name": "Globex"}]).encode()),
        ("accounts.jsonl", b'{"id": "a1", "name": "Acme"}\n{"id": "a2", "name": "Globex"}\n'),
        ("accounts.txt", b'{"data": [{"id": "a1", "name": "Acme"}, {"id": "a2", "name": "Globex"}]}'),
        ("accounts.json", '[{"id": "a1", "name": "Acme"}, {"id": "a2", "name": "Globex"}]'.encode("utf-16")),
    ],
)
def test_a_file_is_read_by_what_it_holds(tmp_path: Path, name: str, content: bytes) -> None:
    table = delivered(tmp_path, name, content)
    assert (table.stem, table.columns, rows_of(table), table.rows) == ("accounts", ("id", "name"), ROWS, 2)
    assert table.path_shown.endswith(name)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Support-Tickets (2).csv", "support_tickets_2"),
        ("OpportunityLineItem.csv.gz", "opportunity_line_item"),
        ("es_Space__cs.json", "es_space__cs"),
        ("2024 Deals.final.CSV", "2024_deals_final"),
        ("company_data_snowflake.csv", "company_data_snowflake"),
    ],
)
def test_a_table_is_called_after_its_file(tmp_path: Path, name: str, stem: str) -> None:
    content = '[{"id": 1}]' if ".json" in name else "id,x\n1,2\n"
    assert delivered(tmp_path, name, gzip.compress(content.encode()) if ".gz" in name else content).stem == stem


def test_a_zip_holds_folders_files_and_what_is_passed_over(tmp_path: Path) -> None:
    content = zipped(
        {
            "crm/accounts.csv": CSV,
            "crm/deep/deals.tsv.gz": gzip.compress(b"id\tamount\nd1\t5\n", mtime=0),
            "__MACOSX/crm/._accounts.csv": b"\0\1",
            "README.md": "notes",
            "logo.png": b"\x89PNG\r\n",
            "more.zip": zipped({"cases.jsonl": '{"id": 1}\n{"id": 2}\n'}),
        }
    )
    found = delivery(tmp_path, "crm.zip", content)
    assert [(t.stem, t.path_shown.partition("/")[2], t.rows) for t in found] == [
        ("accounts", "crm.zip/crm/accounts.csv", 2),
        ("deals", "crm.zip/crm/deep/deals.tsv.gz", 1),
        ("cases", "crm.zip/more.zip/cases.jsonl", 2),
    ]
    assert len({t.digest for t in found}) == 3
    assert [(f.code, f.file.rpartition("/")[2]) for f in found.findings] == [("unreadable_file", "logo.png")]
    assert [rows_of(t) for t in found][1] == [("d1", "5")]


def test_a_folder_is_walked_in_order_without_what_accompanies_tables(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    for name in ["b.csv", "a.csv", "crm/accounts.csv", "README.md", "LICENSE", ".hidden.csv", "~$book.xlsx", "q.sql"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(CSV, encoding="utf-8")
    (folder / "empty.csv").touch()
    found = read(folder, tmp_path)
    assert [t.path_shown for t in found] == ["exports/a.csv", "exports/b.csv", "exports/crm/accounts.csv"]
    assert [(f.severity, f.code, f.file) for f in found.findings] == [("error", "unreadable_file", "exports/empty.csv")]


@pytest.mark.parametrize("name", ["accounts*.csv", "accounts [final].csv", "account's.csv", "what?.csv", "ä ö.csv"])
def test_a_file_may_be_called_anything(tmp_path: Path, name: str) -> None:
    delivered(tmp_path, "accounts-of-others.csv", "id,name\nx,y\n")
    assert rows_of(delivered(tmp_path, name, CSV)) == ROWS


def open_document(content: str) -> bytes:
    """The least of an OpenDocument workbook."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{name}="{office}:{name}:1.0"' for name in ("office", "table", "text"))
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": (
                f'<manifest:manifest xmlns:manifest="{office}:manifest:1.0">'
                '<manifest:file-entry manifest:full-path="/"'
                ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
            ),
            "content.xml": (
                f"<office:document-content {names}><office:body><office:spreadsheet>{content}"
                "</office:spreadsheet></office:body></office:document-content>"
            ),
        }
    )


def test_an_open_document_workbook_is_read_too(tmp_path: Path) -> None:
    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    day = '<table:table-cell office:value-type="date" office:date-value="2024-03-05"/>'
    rows = [cell("id") + cell("since"), cell("a1") + day]
    sheet = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    content = open_document(f'<table:table table:name="Accounts">{sheet}</table:table>')
    table = delivered(tmp_path, "book.ods", content)
    assert (table.stem, table.columns, rows_of(table)) == ("accounts", ("id", "since"), [("a1", "2024-03-05")])


def test_the_digest_changes_with_the_bytes_and_not_with_the_name(tmp_path: Path) -> None:
    first = delivered(tmp_path, "a.csv", CSV)
    assert delivered(tmp_path, "b.csv", CSV).digest == first.digest
    assert delivered(tmp_path, "a.csv", CSV + "a3,Initech\n").digest != first.digest


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        iso, clock, stamp, long, percent = (
            book.add_format({"num_format": form})
            for form in ("yyyy-mm-dd", "hh:mm", "yyyy-mm-dd hh:mm:ss", "[h]:mm:ss", "0%")
        )
        deals = book.add_worksheet("Deals")
        deals.write(0, 0, "Deals of 2024")
        deals.write_row(2, 1, ["Id", "Amount", "Close", "Call", "At", "Spent", "Won", "Share", "", "Id"])
        deals.write_row(3, 1, [1001, 12.5])
        deals.write_datetime(3, 3, dt.date(2024, 3, 5), iso)
        deals.write_datetime(3, 4, dt.time(14, 30), clock)
        deals.write_datetime(3, 5, dt.datetime(2024, 3, 5, 14, 30, 5), stamp)
        deals.write(3, 6, 1.5, long)
        deals.write(3, 7, value := True)
        assert value
        deals.write(3, 8, 0.45, percent)
        deals.write_row(3, 9, ["note", "x"])
        deals.write_row(4, 1, [1234567890123456, 1e21])
        deals.write_row(6, 1, ["Total", 99])
        hidden = book.add_worksheet("Old")
        hidden.write_column(0, 0, ["name", "Acme"])
        hidden.hide()
        book.add_worksheet("Nothing")
    return path


def test_each_sheet_of_a_workbook_is_a_table_under_its_titles(tmp_path: Path) -> None:
    deals, old = read(workbook(tmp_path / "book.xlsx"), tmp_path).tables
    assert deals.columns == (
        "Id", "Amount", "Close", "Call", "At", "Spent", "Won", "Share", "column_9", "Id_2",
    )  # fmt: skip
    assert rows_of(deals) == [
        ("1001", "12.5", "2024-03-05", "14:30:00", "2024-03-05 14:30:05", "36:00:00", "true", "0.45", "note", "x"),
        ("1234567890123456", "1e+21", *[None] * 8),
    ]
    assert (deals.stem, deals.row_offset, deals.path_shown[-16:]) == ("deals", 4, "/book.xlsx/Deals")
    assert codes_of(deals) == ["header_blank", "header_duplicate", "preamble_skipped", "total_line"]
    assert (old.stem, rows_of(old), codes_of(old)) == ("old", [("Acme",)], ["hidden_sheet"])


def test_a_sheet_without_a_name_of_its_own_is_called_after_the_file(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "Accounts 2024.xlsx") as book:
        book.add_worksheet().write_column(0, 0, ["name", "Acme"])
    assert [t.stem for t in read(tmp_path / "Accounts 2024.xlsx", tmp_path)] == ["accounts_2024"]


def test_parquet_values_become_text_without_loss(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int64()),
            "amount": pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)),
            "at": pa.array([dt.datetime(2024, 3, 5, 14, 30, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")),
            "won": pa.array([True, False]),
            "owner": pa.array([{"name": "Ann", "team": {"id": 7}}, None]),
            "note": pa.array(["", "x"]),
        }
    )
    parquet.write_table(table, tmp_path / "deals.parquet")
    (deals,) = read(tmp_path / "deals.parquet", tmp_path).tables
    assert deals.columns == ("id", "amount", "at", "won", "owner__name", "owner__team__id", "note")
    assert rows_of(deals) == [
        ("1", "1.10", "2024-03-05 14:30:00+00", "true", "Ann", "7", None),
        ("2", None, None, "false", None, None, "x"),
    ]


def test_lists_in_parquet_are_tables_of_their_own(tmp_path: Path) -> None:
    rows = pa.table({"id": [1, 2], "tags": [["a", "b"], []], "lines": [[{"sku": "x", "price": 1.5}], None]})
    parquet.write_table(rows, tmp_path / "deals.parquet")
    found = {t.stem: t for t in read(tmp_path / "deals.parquet", tmp_path)}
    assert list(found) == ["deals", "deals__tags", "deals__lines"]
    assert rows_of(found["deals"]) == [("1",), ("2",)]
    assert rows_of(found["deals__tags"]) == [("1", "1", "0", "a"), ("1", "1", "1", "b")]
    assert rows_of(found["deals__lines"]) == [("1", "1", "0", "x", "1.5")]


def test_every_table_of_an_sqlite_file(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as database:
        database.execute("CREATE TABLE Accounts (id INTEGER, name TEXT, revenue REAL, logo BLOB)")
        database.execute("INSERT INTO Accounts VALUES (1, 'Müller', 2.0, x'0aff'), (2, NULL, 0.1, NULL)")
        database.execute('CREATE TABLE "order" (id)')
        database.commit()
    accounts, orders = read(tmp_path / "crm.db", tmp_path).tables
    assert rows_of(accounts) == [("1", "Müller", "2", "0aff"), ("2", None, "0.1", None)]
    assert (accounts.stem, accounts.path_shown[-16:]) == ("accounts", "/crm.db/Accounts")
    assert (rows_of(orders), codes_of(orders)) == ([], ["empty_table"])
