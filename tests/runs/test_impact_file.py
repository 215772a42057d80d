"""A panel of one measure in a file: read as it is meant, or refused with file, line, column and cure."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv, parquet

from trueup.impact.panel import Treatment
from trueup.runs.impact_file import ImpactFile, Names, read_impact
from trueup.sources.delivery import DeliveryError

NAMES = Names("customer", "month", "tickets", "ours")
Read = Callable[[str], ImpactFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a panel from the rows of its text."""

    def from_text(text: str) -> ImpactFile:
        path = tmp_path / "tickets.csv"
        rows = [",".join(line.split()) for line in text.strip().splitlines()]
        path.write_text("\n".join(["customer,month,tickets,ours", *rows]), encoding="utf-8")
        return read_impact(path, NAMES, better="lower")

    return from_text


def test_rows_in_any_order_are_a_panel(read: Read) -> None:
    found = read("""
        bolt 2026-02 6 0
        acme 2026-02 3 1
        acme 2026-01 9 0
        bolt 2026-01 7 0""")
    assert found.panel.units == ("acme", "bolt")
    assert found.panel.times == ("2026-01", "2026-02")
    assert found.panel.values.tolist() == [[9, 3], [7, 6]]
    assert found.panel.treatments == (Treatment("acme", 1),)
    assert (found.panel.better, found.notes) == ("lower", ())


@pytest.mark.parametrize(
    "times",
    [
        ("9", "10", "11"),
        ("1998", "2000", "2002"),
        ("2025-11", "2025-12", "2026-01"),
        ("11/2025", "12/2025", "01/2026"),
        ("2025-Q3", "2025Q4", "2026-Q1"),
        ("2026-W52", "2026-W53", "2027-W01"),
        ("2026-01-31", "2026-02-28", "2026-03-31"),
        ("31.12.2025", "31.01.2026", "28.02.2026"),
        ("2026-02-27", "2026-02-28", "2026-03-01"),
        ("2025-01-01", "2025-04-01", "2025-07-01"),
    ],
)
def test_times_are_put_in_their_order_however_they_are_written(read: Read, times: tuple[str, str, str]) -> None:
    first, second, third = times
    found = read(f"acme {third} 3 1\nacme {first} 1 0\nacme {second} 2 0\nbolt {second} 5 0")
    assert found.panel.times == times
    assert found.panel.values[0].tolist() == [1, 2, 3]


def test_what_is_not_known_stays_unknown_and_is_told(read: Read) -> None:
    found = read("acme 1 9 0\nacme 2 3 1\nbolt 1 7 0\ncore 1 - 0\ncore 2 5 0")
    assert np.isnan(found.panel.values).tolist() == [[False, False], [False, True], [True, False]]
    assert found.notes[0].endswith(
        "tickets.csv: 2 of 3 units have no value at some time, the first of them bolt (2), core (1). Nothing is filled:"
        " where that time is compared, they stand for nobody."
    )


def test_who_was_treated_may_be_said_in_words(read: Read) -> None:
    assert read("acme 1 9 no\nacme 2 3 yes\nbolt 1 7 no").panel.treatments == (Treatment("acme", 1),)


def test_parquet_is_read_alike(read: Read, tmp_path: Path) -> None:
    found = read("acme 1 9.5 0\nacme 2 3 1\nbolt 1 7 0\nbolt 2 6 0")
    parquet.write_table(csv.read_csv(tmp_path / "tickets.csv"), tmp_path / "tickets.parquet")
    other = read_impact(tmp_path / "tickets.parquet", NAMES, better="lower")
    assert (other.panel.units, other.panel.times) == (found.panel.units, found.panel.times)
    assert other.panel.values.tolist() == found.panel.values.tolist()


@pytest.mark.parametrize(
    ("rows", "place", "says"),
    [
        (
            "acme 1 9 0\nacme 2 3 1\nacme 3 4 0\nbolt 1 7 0",
            "line 4, column ours",
            "'acme' is treated from 2, and no more in 3.",
        ),
        (
            "acme 1 9 0\nacme 2 3 1\nacme 3 4 0\nacme 4 4 1",
            "line 4, column ours",
            "'acme' is treated twice: from 2 and again from 4.",
        ),
        ("acme 1 9 0\nacme 1 8 0", "line 3, column month", "'acme' has a row of 1 already, in line 2."),
        ("acme 1 9 0\nacme 2 8 0", "tickets.csv, column ours", "No row says 1: nobody was treated."),
        ("acme 1 9 0\nacme 2 8 2", "line 3, column ours", "'2' is neither 1 nor 0. Write 1 or 0."),
        ("acme 1 9 maybe\nacme 2 8 1", "line 2, column ours", "'maybe' is no number"),
        ("acme 1 nine 0\nacme 2 8 1", "line 2, column tickets", "'nine' is no number"),
        (
            "acme 2025-01 9 0\nacme 2025-02 9 0\nacme 2025-04 9 1",
            "line 4, column month",
            "No unit has a row between 2025-02 and 2025-04",
        ),
        ("acme 1 9 0\nacme 2 9 0\nacme soon 9 1", "line 4, column month", "'soon' is no time like '1'."),
        ("acme today 9 0\nacme soon 9 1", "line 2, column month", "'today':"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(read: Read, rows: str, place: str, says: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        read(rows)
    assert place in str(refused.value)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [(",1,9,0", "every row needs a unit"), ("acme,,9,0", "every row needs a time"), ("acme,1,9,", "needs 1 or 0")],
)
def test_a_row_needs_its_unit_time_and_treatment(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(f"customer,month,tickets,ours\nacme,0,9,0\n{line}\n", encoding="utf-8")
    with pytest.raises(DeliveryError, match=says) as refused:
        read_impact(path, NAMES, better="lower")
    assert refused.value.row == 3


def test_columns_are_named_as_they_are(read: Read, tmp_path: Path) -> None:
    read("acme 1 9 0\nacme 2 3 1\nbolt 1 7 0")
    with pytest.raises(DeliveryError, match=r"There is no column 'ticket'\. Did you mean 'tickets'\?"):
        read_impact(tmp_path / "tickets.csv", Names("customer", "month", "ticket", "ours"), better="lower")
    with pytest.raises(DeliveryError, match="One column cannot be two things"):
        read_impact(tmp_path / "tickets.csv", Names("customer", "month", "tickets", "Tickets"), better="lower")


def test_an_error_of_a_unit_names_the_line_in_which_it_starts(read: Read) -> None:
    found = read("bolt 1 7 0\nacme 1 9 0\nacme 2 3 1")
    assert "line 4, column ours: So it is. Do this." in str(found.error("acme", "So it is.", "Do this."))
