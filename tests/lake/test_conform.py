"""What an import does to the canonical tables: new rows, new versions, nothing twice, nothing lost."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trueup.canon.tables import TABLE
from trueup.lake.conform import Arrival, Conformed, MappingError, add_stubs, conform
from trueup.lake.state import Moment, create_state
from trueup.lake.store import Lake, open_lake

FIRST_IMPORT = datetime(2026, 1, 10)
SECOND_IMPORT = datetime(2026, 2, 10)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with open_lake(tmp_path / "lake.duckdb") as opened:
        yield opened


def arrive(
    lake: Lake, table: str, select: str, *, at: datetime = FIRST_IMPORT, load: int = 1, source: str = "crm"
) -> Conformed:
    arrival = Arrival(TABLE[table], source, select, load, at, is_complete=False, noon="12:00:00", zone="UTC")
    return conform(lake.engine, arrival, files={})


def rows(lake: Lake, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in lake.engine.query(sql).to_pylist()]


def cases(*values: str) -> str:
    listed = ", ".join(f"({value})" for value in values)
    return f"SELECT * FROM (VALUES {listed}) AS t(case_id, opened_at, status, _load, _row)"


def test_the_same_file_twice_changes_nothing(lake: Lake) -> None:
    export = cases("'c1', TIMESTAMP '2026-01-02 09:00', 'open', 1, 1")
    first = arrive(lake, "cases", export)
    second = arrive(lake, "cases", export, at=SECOND_IMPORT)
    assert (first.new_rows, first.new_versions) == (1, 0)
    assert (second.new_rows, second.new_versions) == (0, 0)
    assert rows(lake, "SELECT count(*) FROM canon.cases") == [(1,)]


def test_a_changed_row_is_a_new_version_known_from_the_second_import(lake: Lake) -> None:
    arrive(lake, "cases", cases("'c1', TIMESTAMP '2026-01-02 09:00', 'open', 1, 1"))
    changed = arrive(
        lake, "cases", cases("'c1', TIMESTAMP '2026-01-02 09:00', 'solved', 2, 1"), at=SECOND_IMPORT, load=2
    )
    assert (changed.new_rows, changed.new_versions) == (0, 1)
    assert rows(lake, "SELECT status, recorded_at, superseded_at FROM canon.cases ORDER BY recorded_at") == [
        ("open", datetime(2026, 1, 2, 9), SECOND_IMPORT),
        ("solved", SECOND_IMPORT, None),
    ]


def test_what_goes_back_to_how_it_first_was_is_a_new_version(lake: Lake) -> None:
    """A quota has no time of its own: its first version was always so."""
    amounts = ["9000", "7000", "9000"]
    for load, amount in enumerate(amounts, start=1):
        found = arrive(lake, "quotas", quota(amount, load), at=datetime(2026, load, 10), load=load)
        assert (found.new_rows, found.new_versions) == ((1, 0) if load == 1 else (0, 1))
    kept = (
        "SELECT CAST(amount AS INTEGER), recorded_at, superseded_at FROM canon.quotas ORDER BY recorded_at NULLS FIRST"
    )
    assert rows(lake, kept) == [
        (9000, None, datetime(2026, 2, 10)),
        (7000, datetime(2026, 2, 10), datetime(2026, 3, 10)),
        (9000, datetime(2026, 3, 10), None),
    ]
    for load, amount in ((1, "9000"), (3, "9000")):
        again = arrive(lake, "quotas", quota(amount, load), at=datetime(2026, 4, 10), load=4)
        assert (again.new_rows, again.new_versions) == (0, 0)


def quota(amount: str, load: int) -> str:
    return f"SELECT 'ann' AS person_id, '2026-Q1' AS period, {amount} AS amount, 'EUR' AS currency, {load} AS _load"


def test_as_of_before_the_change_shows_what_was_known_then(lake: Lake) -> None:
    arrive(lake, "cases", cases("'c1', TIMESTAMP '2026-01-02 09:00', 'open', 1, 1"))
    arrive(lake, "cases", cases("'c1', TIMESTAMP '2026-01-02 09:00', 'solved', 2, 1"), at=SECOND_IMPORT, load=2)
    for as_of, status in ((datetime(2026, 2, 1), "open"), (datetime(2026, 3, 1), "solved")):
        create_state(lake.engine, Moment(as_of, as_of.date()), catalog="lake")
        assert rows(lake, "SELECT status FROM state.cases") == [(status,)]


def test_a_source_that_says_when_it_changed_is_believed(lake: Lake) -> None:
    arrive(
        lake,
        "cases",
        "SELECT * FROM (VALUES ('c1', TIMESTAMP '2026-01-02', 'open', TIMESTAMP '2026-01-02', 1, 1),"
        " ('c1', TIMESTAMP '2026-01-02', 'solved', TIMESTAMP '2026-01-05', 1, 2))"
        " AS t(case_id, opened_at, status, recorded_at, _load, _row)",
    )
    assert rows(lake, "SELECT status, superseded_at FROM canon.cases ORDER BY recorded_at") == [
        ("open", datetime(2026, 1, 5)),
        ("solved", None),
    ]


def test_a_key_twice_in_one_file_keeps_the_last_row_and_says_so(lake: Lake) -> None:
    arrived = arrive(
        lake,
        "cases",
        cases("'c1', TIMESTAMP '2026-01-02', 'open', 1, 1", "'c1', TIMESTAMP '2026-01-02', 'solved', 1, 2"),
    )
    assert rows(lake, "SELECT status FROM canon.cases") == [("solved",)]
    assert [finding.code for finding in arrived.findings] == ["duplicate_key"]


def test_rows_of_another_source_are_left_alone(lake: Lake) -> None:
    arrive(lake, "cases", cases("'c1', TIMESTAMP '2026-01-02', 'open', 1, 1"))
    arrive(lake, "cases", cases("'z1', TIMESTAMP '2026-01-03', 'open', 2, 1"), source="helpdesk", load=2)
    assert rows(lake, "SELECT source, case_id FROM canon.cases ORDER BY 1") == [("crm", "c1"), ("helpdesk", "z1")]


def test_a_bare_date_is_noon_so_that_it_stays_that_day_in_the_workspace(lake: Lake) -> None:
    arrive(lake, "deals", "SELECT 'd1' AS deal_id, DATE '2026-03-01' AS closed_at")
    assert rows(lake, "SELECT closed_at FROM canon.deals") == [(datetime(2026, 3, 1, 12),)]


def test_an_unknown_kind_counts_as_other_and_is_found(lake: Lake) -> None:
    arrived = arrive(lake, "interactions", "SELECT 'i1' AS interaction_id, 'fax' AS kind, now() AS occurred_at")
    assert rows(lake, "SELECT kind FROM canon.interactions") == [("other",)]
    assert [(f.code, f.value) for f in arrived.findings] == [("unknown_value", "fax")]


def test_an_account_referred_to_but_not_delivered_becomes_a_stub_until_it_arrives(lake: Lake) -> None:
    arrive(lake, "cases", "SELECT 'c1' AS case_id, 'acme' AS account_id, TIMESTAMP '2026-01-02' AS opened_at")
    (finding,) = add_stubs(lake.engine)
    assert (finding.code, finding.value) == ("referred_not_delivered", "acme")
    assert rows(lake, "SELECT account_id, is_stub FROM canon.accounts") == [("acme", True)]
    arrive(
        lake, "accounts", "SELECT 'acme' AS account_id, 'Acme' AS name, TIMESTAMP '2025-01-01' AS created_at", load=2
    )
    moment = datetime.now(UTC).replace(tzinfo=None)
    create_state(lake.engine, Moment(moment, moment.date()), catalog="lake")
    assert rows(lake, "SELECT account_id, name, is_stub FROM state.accounts") == [("acme", "Acme", False)]


def test_columns_without_a_place_are_kept_in_extra(lake: Lake) -> None:
    arrive(lake, "accounts", "SELECT 'a' AS account_id, 'gold' AS tier")
    assert rows(lake, "SELECT extra FROM canon.accounts") == [('{"tier":"gold"}',)]


def test_a_mapping_without_the_key_is_refused(lake: Lake) -> None:
    with pytest.raises(MappingError, match="yields no column case_id"):
        arrive(lake, "cases", "SELECT 'x' AS subject")


def test_a_deleted_row_is_gone_from_then_on(lake: Lake) -> None:
    arrive(lake, "accounts", "SELECT 'a' AS account_id, TIMESTAMP '2025-01-01' AS created_at")
    arrive(
        lake,
        "accounts",
        "SELECT 'a' AS account_id, TIMESTAMP '2025-01-01' AS created_at, true AS is_deleted",
        at=SECOND_IMPORT,
        load=2,
    )
    for as_of, count in ((datetime(2026, 1, 20), 1), (datetime(2026, 3, 1), 0)):
        create_state(lake.engine, Moment(as_of, as_of.date()), catalog="lake")
        assert rows(lake, "SELECT count(*) FROM state.accounts") == [(count,)]
