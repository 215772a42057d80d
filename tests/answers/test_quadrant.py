"""The map of a quarter as a snapshot has it: where accounts stand, how they moved, and where our effort went."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pleased import BEFORE, QUARTER, published
from trueup.answers.quadrant import COLUMNS, NoQuarterError, Quadrant, Spot, pleasing, worst_of
from trueup.grades.quadrant import NO_CALL, NO_LENGTH, PARTS, Effort, Part, Touches
from trueup.mart.snapshot import Snapshot
from trueup.runs.effort_tables import ACCOUNTS

DEALS = """deal_id  account_id  owner_id  kind  outcome  created_at        closed_at         net_amount
           d1       initech     alice     new   won      2026-04-01T12:00  2026-05-20T12:00  900"""
QUOTAS = """person_id  period   amount
            alice      2026-Q2  1000"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return published(tmp_path_factory.mktemp("pleased") / "mart")


def spots(found: Quadrant) -> dict[str, Spot]:
    return {spot.account_id: spot for spot in map(found.spot, range(len(found.account_ids)))}


def effort(found: Quadrant) -> dict[str, dict[Part, int]]:
    return {each.key: counted(each.effort) for each in found.teams + found.people}


def counted(of: Effort) -> dict[Part, int]:
    return {part: touches.count for part, touches in of.by_part.items() if touches.count}


def hours(of: Effort) -> dict[Part, float | None]:
    return {part: touches.hours for part, touches in of.by_part.items() if touches.count}


def test_everybody_stands_where_revenue_and_attainment_put_them(snapshot: Snapshot) -> None:
    found = pleasing(snapshot)
    assert (found.standing.key, found.before) == (QUARTER, BEFORE)
    assert {each: (spot.part, spot.giving, spot.receiving) for each, spot in spots(found).items()} == {
        "acme": ("neglected_giver", 0.75, pytest.approx(0.2)),
        "globex": ("partner", 0.5, pytest.approx(0.8)),
        "umbra": ("generous_service", 0.25, pytest.approx(0.9)),
        "initech": ("chased_rabbit", 0, pytest.approx(0.1)),
        "hooli": ("not_placed", 1, None),
    }
    assert found.counts == dict.fromkeys(PARTS, 1)
    assert spots(found)["acme"].revenue == Decimal("910.00")
    assert spots(found)["hooli"].reason == "no goal read"


def test_where_they_stood_a_quarter_ago_is_told(snapshot: Snapshot) -> None:
    found = spots(pleasing(snapshot))
    assert found["acme"].part_before == "partner"
    assert found["acme"].receiving_before == pytest.approx(0.6)
    assert [each for each, spot in found.items() if spot.has_moved] == ["acme"]
    assert found["umbra"].part_before is None
    assert pleasing(snapshot).moved == 1


def test_an_earlier_quarter_and_the_one_that_runs_can_be_asked_for(snapshot: Snapshot) -> None:
    assert spots(pleasing(snapshot, BEFORE))["acme"].part == "partner"
    running = pleasing(snapshot, "2026-Q3")
    assert not running.standing.is_over
    assert spots(running)["umbra"].part_before == "generous_service"


def test_a_quarter_of_which_nothing_is_known_is_refused_by_name(snapshot: Snapshot) -> None:
    with pytest.raises(NoQuarterError, match=r"Nothing is known of 2019-Q1\. There are 2026-Q1, 2026-Q2, 2026-Q3"):
        pleasing(snapshot, "2019-Q1")


def test_a_touch_counts_once_for_all_and_for_a_team_and_for_everyone_who_took_part(snapshot: Snapshot) -> None:
    found = pleasing(snapshot)
    assert {each: spot.touches.count for each, spot in spots(found).items()} == {
        "acme": 1, "globex": 1, "umbra": 0, "initech": 2, "hooli": 0,
    }  # fmt: skip
    assert counted(found.effort) == {
        "partner": 1, "neglected_giver": 1, "chased_rabbit": 2, "not_placed": 1,
    }  # fmt: skip
    assert effort(found) == {
        "north": {"neglected_giver": 1, "chased_rabbit": 1, "not_placed": 1},
        "south": {"partner": 1, "chased_rabbit": 1},
        "alice": {"neglected_giver": 1, "chased_rabbit": 1, "not_placed": 1},
        "tom": {"chased_rabbit": 1},
        "charlie": {"partner": 1, "chased_rabbit": 1},
    }
    assert {(each.name, each.team) for each in found.people} == {
        ("Alice", "north"), ("Tom", "north"), ("Charlie", "south"),
    }  # fmt: skip


def test_hours_are_of_calls_and_meetings_that_say_how_long_they_took(snapshot: Snapshot) -> None:
    found = pleasing(snapshot)
    assert {each: spot.touches.hours for each, spot in spots(found).items()} == {
        "acme": 0.5, "globex": None, "umbra": None, "initech": 1.25, "hooli": None,
    }  # fmt: skip
    assert found.effort.whole == Touches(count=5, live=4, timed=2, seconds=6300, wrong=1)
    assert hours(found.effort) == {
        "partner": None, "neglected_giver": 0.5, "chased_rabbit": 1.25, "not_placed": None,
    }  # fmt: skip
    assert {each.key: hours(each.effort) for each in found.teams + found.people} == {
        "north": {"neglected_giver": 0.5, "chased_rabbit": 1.25, "not_placed": None},
        "south": {"partner": None, "chased_rabbit": None},
        "alice": {"neglected_giver": 0.5, "chased_rabbit": 1.25, "not_placed": None},
        "tom": {"chased_rabbit": 1.25},
        "charlie": {"partner": None, "chased_rabbit": None},
    }
    assert pleasing(snapshot, BEFORE).effort.whole.hours == 1


def test_a_company_that_does_not_say_how_long_anything_took_has_no_hours(tmp_path: Path) -> None:
    calls = """interaction_id  account_id  occurred_at       kind
               i1              acme        2026-05-04T09:00  call"""
    found = pleasing(published(tmp_path / "mart", interactions=calls))
    assert (found.effort.total, found.effort.whole.hours, found.effort.whole.no_hours) == (1, None, NO_LENGTH)


def test_a_snapshot_of_an_earlier_trueup_says_what_to_do(snapshot: Snapshot) -> None:
    rows = {name: n for name, n in snapshot.manifest.rows.items() if name != ACCOUNTS}
    with pytest.raises(NoQuarterError, match="Run `trueup build`"):
        pleasing(replace(snapshot, manifest=replace(snapshot.manifest, rows=rows)))


def test_of_some_accounts_nothing_of_others_is_told_but_they_stand_as_among_all(snapshot: Snapshot) -> None:
    found = pleasing(snapshot, account_ids=["acme", "umbra", "unheard of"])
    every = spots(pleasing(snapshot))
    assert spots(found) == {each: every[each] for each in ("acme", "umbra")}
    assert found.effort.total == 1
    assert effort(found) == {"north": {"neglected_giver": 1}, "alice": {"neglected_giver": 1}}
    nobody = pleasing(snapshot, account_ids=[])
    assert (nobody.placed, nobody.effort.total, nobody.teams, nobody.table().num_rows) == (0, 0, (), 0)


def test_lists_have_the_most_revenue_or_the_most_effort_first(snapshot: Snapshot) -> None:
    found = pleasing(snapshot)
    assert [spot.account_id for spot in found.largest(3)] == ["acme", "globex", "umbra"]
    assert [spot.account_id for spot in found.by_touches("chased_rabbit", 9)] == ["initech"]
    assert found.revenue_of("neglected_giver") == Decimal("910.00")
    assert found.revenue_of("not_placed") == Decimal("1820.00")


def test_the_table_has_a_row_per_account(snapshot: Snapshot) -> None:
    rows = pleasing(snapshot).table()
    assert rows.column_names == list(COLUMNS)
    acme, _, hooli, *_ = rows.to_pylist()
    assert acme == {
        "account_id": "acme",
        "period": QUARTER,
        "giving": 0.75,
        "receiving": pytest.approx(0.2),
        "quarter": "neglected_giver",
        "revenue": Decimal("910.00"),
        "attainment": pytest.approx(0.2),
        "moved_from": "partner",
        "reason": None,
        "touches": 1,
        "calls_and_meetings": 1,
        "lengths_known": 1,
        "hours": 0.5,
        "hours_reason": None,
    }
    assert (hooli["touches"], hooli["hours"], hooli["hours_reason"]) == (0, None, NO_CALL)
    assert (hooli["giving"], hooli["quarter"], hooli["reason"]) == (None, None, "no goal read")


def test_what_costs_a_grade_most_is_named_but_not_attainment_itself(snapshot: Snapshot) -> None:
    assert worst_of(snapshot, QUARTER, ["acme"])["acme"][0] == "Goals on track"
    assert worst_of(snapshot, "2019-Q1", ["acme"]) == {}
    assert worst_of(snapshot, QUARTER, []) == {}


def test_deals_that_fill_quotas_are_giving_too(tmp_path: Path) -> None:
    found = pleasing(published(tmp_path / "mart", deals=DEALS, quotas=QUOTAS))
    initech = spots(found)["initech"]
    assert (initech.part, initech.giving, initech.credit) == ("neglected_giver", 1, Decimal("900.00"))
    assert found.has_plan


def test_without_contracts_it_is_said_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NoQuarterError, match="Import contracts"):
        pleasing(published(tmp_path / "mart", contracts=()))
