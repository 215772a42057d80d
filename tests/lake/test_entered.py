"""Entries as they were known at a moment: newest versions, nothing entered later, merged accounts under one id."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from entered import entries
from trueup.canon.entries import ENTRY_TABLES
from trueup.lake.duckdb import DuckDBEngine
from trueup.lake.entered import create_state_of_entries, filled_counts, fingerprint, load_entries
from trueup.lake.state import Moment

JANUARY, MARCH, MAY = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (1, 3, 5))
READ = {"goal_id": "g1", "verification": "unverified"}
READINGS = entries(
    readings=[
        {**READ, "reading_id": "r1", "observed_on": date(2026, 1, 9), "value": Decimal("41.5"),
         "recorded_at": JANUARY, "superseded_at": MARCH},
        {**READ, "reading_id": "r1", "observed_on": date(2026, 1, 9), "value": Decimal("42.1"),
         "recorded_at": MARCH, "superseded_at": MAY},
        {**READ, "reading_id": "r1", "observed_on": date(2026, 1, 9), "recorded_at": MAY, "is_deleted": True},
        {**READ, "reading_id": "r2", "observed_on": date(2026, 4, 1), "value": Decimal(40), "recorded_at": MARCH},
    ]
)  # fmt: skip


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(threads=1)
    made.create_schema("entered")
    yield made
    made.close()


def state(
    engine: DuckDBEngine, table: str, moment: datetime, *, merged: tuple[str, ...] = ()
) -> list[dict[str, object]]:
    as_of = moment.replace(tzinfo=None)
    create_state_of_entries(engine, Moment(as_of, as_of.date()), loaded="entered", merged=merged)
    return engine.query(f"SELECT * FROM state.{table} ORDER BY 1").to_pylist()


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (datetime(2026, 1, 10, 11, 59), {}),
        (datetime(2026, 1, 10, 12), {"r1": 41.5}),
        (datetime(2026, 3, 10, 11, 59), {"r1": 41.5}),
        (datetime(2026, 3, 10, 12), {"r1": 42.1}),
        (datetime(2026, 4, 1), {"r1": 42.1, "r2": 40}),
        (datetime(2026, 5, 10, 12), {"r2": 40}),
    ],
    ids=str,
)
def test_a_version_counts_from_its_entry_to_the_next_ones(
    engine: DuckDBEngine, day: datetime, known: dict[str, float]
) -> None:
    load_entries(engine, READINGS, schema="entered")
    assert {row["reading_id"]: row["value"] for row in state(engine, "readings", day)} == known


def test_the_newest_version_says_when_the_first_was_entered(engine: DuckDBEngine) -> None:
    load_entries(engine, READINGS, schema="entered")
    [row] = state(engine, "readings", datetime(2026, 3, 20))
    assert (row["recorded_at"], row["first_recorded_at"]) == (MARCH.replace(tzinfo=None), JANUARY.replace(tzinfo=None))


def test_entries_speak_of_the_account_and_contact_that_theirs_were_merged_into(engine: DuckDBEngine) -> None:
    load_entries(
        engine,
        entries(
            stakeholders=[{"stakeholder_id": "s1", "account_id": "acme-2", "contact_id": "kim-2"}],
            goals=[{"goal_id": "g1", "account_id": "acme-2"}, {"goal_id": "g2", "account_id": "globex"}],
        ),
        schema="entered",
    )
    engine.create_schema("identity")
    for table, name in (("accounts", "acme"), ("contacts", "kim")):
        engine.load("identity", table, pa.table({"id": [f"{name}-2"], "entity_id": [name]}))
    day = datetime(2026, 3, 1)
    goals = state(engine, "goals", day, merged=("accounts", "contacts"))
    assert [row["account_id"] for row in goals] == ["acme", "globex"]
    [stakeholder] = state(engine, "stakeholders", day, merged=("accounts", "contacts"))
    assert (stakeholder["account_id"], stakeholder["contact_id"]) == ("acme", "kim")
    assert [row["account_id"] for row in state(engine, "goals", day)] == ["acme-2", "globex"]


def test_where_nothing_was_entered_the_tables_are_there_and_empty(engine: DuckDBEngine) -> None:
    load_entries(engine, {}, schema="entered")
    for table in ENTRY_TABLES:
        assert state(engine, table.name, MAY) == []


def test_a_table_that_is_none_of_entries_is_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(ValueError, match="no tables of entries: gaols; there are stakeholders, goals"):
        load_entries(engine, {"gaols": pa.table({})}, schema="entered")


def test_the_fingerprint_tells_versions_apart_and_not_their_order(engine: DuckDBEngine) -> None:
    seen = []
    for rows in (READINGS["readings"], READINGS["readings"][::-1], READINGS["readings"][:3]):
        load_entries(engine, {"readings": rows.combine_chunks()}, schema="entered")
        seen.append(fingerprint(engine, loaded="entered"))
    assert seen[0] == seen[1] != seen[2]


def test_what_is_filled_is_counted_in_the_newest_versions() -> None:
    rows, filled = filled_counts(READINGS)["readings"]
    assert (rows, filled["reading_id"], filled["value"], filled["verified_at"]) == (1, 1, 1, 0)
