"""What holds for whatever is delivered: no value changes, no line is lost, and order decides nothing."""

import csv
import datetime as dt
import io
import json
import random
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from columns import column
from delivered import Row, codes_of, delivered, rows_of
from trueup.sources.delivery import Delivered

LETTERS = st.sampled_from(list("ab Zß€,\"\n'."))
CELLS = st.text(LETTERS, max_size=12)
NAMES = ("id", "name", "note")


def reading(name: str, content: str) -> tuple[Delivered, list[Row]]:
    with tempfile.TemporaryDirectory() as folder:
        table = delivered(Path(folder), name, content)
        return table, rows_of(table)


@settings(deadline=None, max_examples=60)
@given(
    cells=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8),
    newline=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_is_written_as_csv_is_read_as_it_was(cells: list[tuple[str, str]], newline: str, quoting: int) -> None:
    rows = [(f"r{place}", *pair) for place, pair in enumerate(cells)]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=newline, quoting=quoting).writerows([NAMES, *rows])  # type: ignore[arg-type]
    table, found = reading("rows.csv", text.getvalue())
    assert table.columns == NAMES
    assert found == [tuple(cell or None for cell in row) for row in rows]
    assert table.rows == len(rows)


@settings(deadline=None, max_examples=60)
@given(lines=st.lists(st.text(st.sampled_from(list("ab1 ,")), min_size=1, max_size=10), max_size=12))
def test_every_line_is_a_row_or_is_found(lines: list[str]) -> None:
    whole = ["id,name,note", "r1,a,b", "r2,c,d", "r3,e,f", *lines]
    table, _ = reading("rows.csv", "\n".join(whole) + "\n")
    told = {"line_does_not_fit", "footer_skipped", "total_line", "preamble_skipped"}
    left_out = [line for f in table.findings if f.code in told for line in (f.value or "").splitlines()]
    repeats = sum(line.split(",") == list(table.columns) for line in lines)
    headers = ("header_missing" not in codes_of(table)) + (repeats if "header_repeated" in codes_of(table) else 0)
    said = [line for line in whole if line.strip(" ,")]
    assert len(said) <= table.rows + len(left_out) + headers <= len(whole)


@settings(deadline=None, max_examples=40)
@given(lines=st.lists(st.text(st.sampled_from(list('a",')), min_size=1, max_size=8), max_size=6))
@example(lines=[',,,"a"",""b"'])  # DuckDB, asked for fewer columns, takes such a line or leaves it as chance has it
def test_broken_quotes_cost_no_other_line(lines: list[str]) -> None:
    sound = [f"r{n},before,x" for n in range(20)]
    later = [f"r{n},after,x" for n in range(20, 40)]
    _, found = reading("rows.csv", "\n".join(["id,name,note", *sound, *lines, *later]) + "\n")
    assert [row for row in found if row[1:] == ("before", "x")] == [(f"r{n}", "before", "x") for n in range(20)]
    # What a quote opens may swallow the lines up to the next quote, but never all that follow.
    assert sum(row[1:] == ("after", "x") for row in found) >= 19


@settings(deadline=None, max_examples=60)
@given(
    records=st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b", "c__d", "é"]), st.integers() | st.booleans() | st.text(max_size=5), min_size=1
        ),
        min_size=1,
        max_size=6,
    ),
    is_lines=st.booleans(),
)
def test_json_and_json_lines_say_the_same(records: list[dict[str, object]], *, is_lines: bool) -> None:
    text = "\n".join(map(json.dumps, records)) if is_lines else json.dumps(records)
    if is_lines and len(records) == 1:
        text += "\n"
    table, found = reading("rows.json", text)
    assert table.rows == len(records)
    read = [{name: value for name, value in zip(table.columns, row, strict=True) if value} for row in found]
    assert read == [{name: text_of(value) for name, value in record.items() if value != ""} for record in records]


def text_of(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


DAYS = st.lists(st.dates(dt.date(1950, 1, 1), dt.date(2049, 12, 31)), min_size=1, max_size=20)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%m/%d/%Y", "%d-%m-%Y"])
@settings(deadline=None, max_examples=15)
@given(days=DAYS)
def test_dates_of_one_form_are_read_as_they_were(form: str, days: list[dt.date]) -> None:
    proof = dt.date(2024, 2, 29)
    found = column([day.strftime(form) for day in [proof, *days]])
    assert found.read("x") == [proof, *days]


AMOUNTS = st.lists(st.decimals(-999_999, 999_999, places=2), min_size=1, max_size=20)


@pytest.mark.parametrize(("group", "point"), [("", "."), (",", "."), ("", ","), (".", ","), ("'", "."), (" ", ",")])
@settings(deadline=None, max_examples=15)
@given(amounts=AMOUNTS)
def test_amounts_of_one_form_are_read_as_they_were(group: str, point: str, amounts: list[Decimal]) -> None:
    written = [f"{amount:,.2f}".replace(",", "G").replace(".", point).replace("G", group) for amount in amounts]
    assert column(written).read("x") == amounts


@settings(deadline=None, max_examples=40)
@given(
    values=st.lists(
        st.sampled_from(["1", "2.5", "N/A", "2024-03-05", "13/03/2024", "05/03/2024", "x", "", "true", "10:00"]),
        min_size=1,
        max_size=12,
    ),
    chance=st.randoms(use_true_random=False),
)
def test_the_order_of_rows_changes_no_type(values: list[str], chance: random.Random) -> None:
    shuffled = list(values)
    chance.shuffle(shuffled)
    first, second = column(values), column(shuffled)
    assert first["x"].kind == second["x"].kind
    assert sorted(map(str, first.read("x"))) == sorted(map(str, second.read("x")))
