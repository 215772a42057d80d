"""What people write into cells and files: read as meant, or named as what cannot be read."""

import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from trueup.record.files import cells
from trueup.record.files.cells import Cell, Manner, NotReadError
from trueup.record.files.sheets import Table
from trueup.runs.entry_files import EntryFileError, as_csv, as_workbook, read_sheets

NUMBERS = """
    1200         1200       1200
    -3.5         -3.5       -3.5
    −7           -7         -7
    0.125        0.125      0.125
    0,125        0.125      0.125
    1,5          1.5        1.5
    12,34        12.34      12.34
    1,234        ?          1.234
    1.234        1.234      ?
    1,234.5      1234.5     1234.5
    1.234,5      1234.5     1234.5
    1,234,567    1234567    1234567
    1.234.567    1234567    1234567
    1'234.50     1234.50    1234.50
    45%          45         45
    1e5          ?          ?
    12 EUR       ?          ?
    1,23,4       ?          ?
    NaN          ?          ?
"""
"""What is written, and what it is where a point or a comma parts the decimals."""
CASES = [(row[:-2], row[-2:]) for row in (line.split() for line in NUMBERS.strip().splitlines())]


@pytest.mark.parametrize(("words", "values"), CASES, ids=str)
def test_a_number_is_read_as_meant_or_not_at_all(words: list[str], values: list[str]) -> None:
    manners: tuple[Manner, ...] = ("point", "comma")
    for manner, value in zip(manners, values, strict=True):
        cell = Cell(" ".join(words), manner)
        if value == "?":
            with pytest.raises(NotReadError):
                cells.number(cell)
        else:
            assert cells.number(cell) == Decimal(value)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-06-30", date(2026, 6, 30)),
        ("30.06.2026", date(2026, 6, 30)),
        ("30.6.2026", date(2026, 6, 30)),
        ("30 Jun 2026", date(2026, 6, 30)),
        ("June 30, 2026", date(2026, 6, 30)),
        ("30/06/2026", date(2026, 6, 30)),
        ("6/30/2026", date(2026, 6, 30)),
        ("06/06/2026", date(2026, 6, 6)),
        ("2026-06-30 00:00:00", date(2026, 6, 30)),
        ("06/07/2026", "Write 2026-07-06 or 2026-06-07."),
        ("31/02/2026", "There is no such day."),
        ("2026-06-30 13:00", "This is no day."),
        ("next June", "This is no day."),
    ],
)
def test_a_day_is_read_as_meant_or_not_at_all(written: str, day: date | str) -> None:
    if isinstance(day, date):
        assert cells.day(Cell(written)) == day
    else:
        with pytest.raises(NotReadError, match=day):
            cells.day(Cell(written))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**15), max_value=10**15))
def test_a_number_told_is_that_number_read(value: Decimal) -> None:
    assert cells.number(Cell(cells.told(value))) == value


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30).map(str.strip)
VALUES = st.one_of(TEXTS, st.dates(), st.booleans(), st.decimals(places=8, min_value=-(10**15), max_value=10**15))


@given(st.lists(st.tuples(TEXTS.filter(bool), VALUES, VALUES), min_size=1, max_size=4))
def test_a_table_written_is_that_table_read(rows: list[tuple[cells.Value, ...]]) -> None:
    table = Table("any", ("A", "B", "C"), tuple(rows))
    (sheet,) = read_sheets(as_csv(table), "any.csv")
    read = [tuple(cell.strip() for cell in row) for _, row in sheet.rows]
    assert read == [tuple(cells.told(value) for value in row) for row in rows]


@given(st.lists(st.tuples(TEXTS.filter(bool), VALUES), min_size=1, max_size=3))
def test_a_table_in_a_workbook_is_that_table_read(rows: list[tuple[cells.Value, ...]]) -> None:
    (sheet,) = read_sheets(as_workbook([Table("any", ("A", "B"), tuple(rows))]), "any.xlsx")
    read = [tuple(cell.strip() for cell in row) for _, row in sheet.rows]
    assert read == [tuple(cells.told(value) for value in row) for row in rows]


def test_files_of_other_programs_are_read() -> None:
    german = "Größe;Wert\r\nMüller;1,5\r\n"
    for content in (german.encode("cp1252"), german.encode("utf-8-sig"), german.encode("utf-16")):
        (sheet,) = read_sheets(content, "x.csv")
        assert (sheet.headers, sheet.rows, sheet.manner) == (("Größe", "Wert"), ((2, ("Müller", "1,5")),), "comma")
    (told,) = read_sheets(b'sep=|\r\n\r\nA|B\r\n"x\r\ny"|2\r\n|\r\nz|3\r\n', "x.csv")
    assert told.rows == ((4, ("x\r\ny", "2")), (7, ("z", "3")))


def test_formulas_of_a_workbook_are_read_to_the_digits_it_keeps() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["A", "B", "C"])
        for place, value in enumerate((0.1 + 0.2, 1 / 3, 1e15)):
            sheet.write_formula(1, place, "=1", None, value)
    (read,) = read_sheets(file.getvalue(), "x.xlsx")
    assert read.rows == ((2, ("0.3", "0.33333333", "1000000000000000")),)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "There is no row under a header"),
        (b"A,B\n", "There is no row under a header"),
        (b'A,B\n"x,1\ny,2\n', "line 2: The quote marks are broken"),
        (b"PK\x03\x04nothing", "The workbook cannot be opened"),
    ],
)
def test_files_that_are_none_are_refused(content: bytes, told: str) -> None:
    with pytest.raises(EntryFileError, match=told):
        read_sheets(content, "x.csv")


def test_a_text_that_no_cell_can_hold_is_not_cut_off() -> None:
    with pytest.raises(EntryFileError, match="Row 2 holds a text too long"):
        as_workbook([Table("any", ("A",), (("x" * 40_000,),))])


def test_no_text_is_a_formula_to_a_spreadsheet_program() -> None:
    table = Table("any", ("A", "B"), (("=HYPERLINK(1)", Decimal(-5)), ("@x", "-5"), ("'=x", "'x")))
    assert as_csv(table).decode("utf-8-sig").splitlines()[1:] == ["'=HYPERLINK(1),-5", "'@x,'-5", "''=x,'x"]
