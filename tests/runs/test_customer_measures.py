"""Customers' own measures on one calendar: from series and readings, in one unit, and nothing filled."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from math import isnan
from typing import Any

import pytest

from given import Rows, given
from trueup import workspace
from trueup.impact.episodes import Started
from trueup.runs.customer_measures import VOUCHED, CustomersMeasure, customers_measures, folded_key, unheard
from trueup.runs.settings import Settings

SETTINGS = workspace.defaults()
ACCOUNTS = """account_id  segment  employees
              acme        smb      100
              bolt        smb      120"""
USED = """account_id  lever    adopted_on
          acme        Planner  2026-03-02"""


def measures(*, as_of: str = "2026-06-30", settings: Settings = SETTINGS, **tables: Rows) -> list[CustomersMeasure]:
    world = given(as_of=as_of, **{"accounts": ACCOUNTS, "adoptions": USED, **tables})
    return customers_measures(world.engine, settings, as_of_on=world.horizon.as_of_on)


def one(**asked: Any) -> CustomersMeasure:
    (found,) = measures(**asked)
    return found


def told(found: CustomersMeasure, account: str) -> Mapping[str, float]:
    """What an account told, by time."""
    row = found.measured.values[found.measured.place_of[account]]
    return {time: value for time, value in zip(found.measured.times, row.tolist(), strict=True) if not isnan(value)}


def series(*rows: tuple[str, str, float], measure: str = "on_time_delivery", unit: str = "%") -> Rows:
    return [
        {
            "account_id": account,
            "measure": measure,
            "observed_on": date.fromisoformat(day),
            "value": value,
            "unit": unit,
        }
        for account, day, value in rows
    ]


def goal(
    name: str = "g1", *, account: str = "acme", measure: str = "On-time delivery", **more: object
) -> dict[str, Any]:
    return {
        "goal_id": name,
        "account_id": account,
        "kind": "business",
        "measure": measure,
        "unit": "%",
        "direction": "increase",
        "status": "agreed",
        **more,
    }


def reading(day: str, value: float, *, verification: str = "unverified", name: str = "") -> dict[str, Any]:
    on = date.fromisoformat(day)
    return {
        "reading_id": name or f"r{day}",
        "goal_id": "g1",
        "observed_on": on,
        "value": value,
        "verification": verification,
    }


def test_values_of_a_month_are_averaged() -> None:
    found = one(kpi_series=series(("acme", "2026-03-05", 80), ("acme", "2026-03-19", 84), ("acme", "2026-04-30", 90)))
    assert told(found, "acme") == {"2026-03": 82, "2026-04": 90}


def test_a_month_that_is_not_over_does_not_count() -> None:
    rows = series(("acme", "2026-05-31", 80), ("acme", "2026-06-12", 84))
    assert told(one(kpi_series=rows, as_of="2026-06-29"), "acme") == {"2026-05": 80}
    assert told(one(kpi_series=rows, as_of="2026-06-30"), "acme") == {"2026-05": 80, "2026-06": 84}


def test_what_is_told_by_the_quarter_is_compared_by_the_quarter() -> None:
    rows = series(
        *(("acme", f"{year}-{month:02}-28", 70 + year - 2024) for year in (2024, 2025) for month in (3, 6, 9, 12))
    )
    found = one(kpi_series=rows)
    assert (found.step, found.measured.times[0]) == (3, "2024-Q1")
    assert told(found, "acme")["2025-Q4"] == 71


def test_a_gap_stays_a_gap() -> None:
    found = one(kpi_series=series(("acme", "2026-01-31", 80), ("acme", "2026-02-28", 81), ("acme", "2026-04-30", 82)))
    assert list(told(found, "acme")) == ["2026-01", "2026-02", "2026-04"]


def test_values_in_other_units_are_converted_and_what_cannot_be_is_told_apart() -> None:
    rows = [
        *series(("acme", "2026-03-31", 82.0), ("acme", "2026-04-30", 83.0), ("acme", "2026-05-31", 83.5)),
        *series(("bolt", "2026-03-31", 0.75), unit="share"),
        *series(("corvo", "2026-03-31", 12), unit="parcels"),
    ]
    found = one(kpi_series=rows)
    assert found.measured.unit == "%"
    assert told(found, "bolt") == {"2026-03": pytest.approx(75)}
    assert told(found, "corvo") == {}
    assert found.measured.odd == {"corvo"}


def test_where_an_account_changes_to_another_unit_its_measure_was_defined_otherwise() -> None:
    rows = [
        *series(("acme", "2026-01-31", 82.0), ("acme", "2026-02-28", 82.5), ("acme", "2026-03-31", 83.0)),
        *series(("acme", "2026-04-30", 12), ("acme", "2026-05-31", 13), unit="parcels"),
    ]
    assert one(kpi_series=rows).measured.definition_changes == {"acme": (3,)}


def test_goals_readings_are_values_of_the_measure_that_their_name_says() -> None:
    found = one(
        kpi_series=series(("bolt", "2026-03-31", 75)),
        goals=[goal()],
        readings=[reading("2026-03-31", 80), reading("2026-04-30", 81)],
    )
    assert found.label == "On-time delivery"
    assert told(found, "acme") == {"2026-03": 80, "2026-04": 81}


def test_goals_of_one_name_are_about_the_series_that_most_of_them_are_bound_to() -> None:
    found = one(
        kpi_series=series(("bolt", "2026-03-31", 75), measure="otd"),
        goals=[goal(), goal("g2", account="bolt", bound_to="series:OTD")],
        readings=[reading("2026-03-31", 80)],
    )
    assert found.measured.measure == "otd"
    assert set(found.measured.accounts) == {"acme", "bolt"}


def test_personal_goals_are_no_measures_of_the_customer() -> None:
    assert measures(goals=[goal(kind="personal")], readings=[reading("2026-03-31", 80)]) == []


@pytest.mark.parametrize(
    ("verdict", "value", "expected", "state"),
    [
        ("confirmed", None, 80, "confirmed"),
        ("corrected", 77.0, 77, "confirmed"),
        ("disputed", None, 80, "disputed"),
    ],
)
def test_what_the_customer_says_to_a_reading_counts(
    verdict: str, value: float | None, expected: float, state: str
) -> None:
    answer = {
        "answer_id": "a1",
        "account_id": "acme",
        "goal_id": "g1",
        "reading_id": "r2026-03-31",
        "verdict": verdict,
        "value": value,
        "answered_at": datetime(2026, 4, 5, 9),
    }
    found = one(goals=[goal()], readings=[reading("2026-03-31", 80)], answers=[answer])
    assert told(found, "acme") == {"2026-03": expected}
    assert VOUCHED[found.vouched[0, 0]] == state


def test_a_system_stands_before_what_we_claim() -> None:
    found = one(kpi_series=series(("acme", "2026-03-31", 79)), goals=[goal()], readings=[reading("2026-03-31", 85)])
    assert told(found, "acme") == {"2026-03": 79}
    assert VOUCHED[found.vouched[0, 0]] == "system"


def test_which_way_is_better_is_told_by_the_workspace_then_goals_then_the_library() -> None:
    otd, odd = series(("acme", "2026-03-31", 79)), series(("acme", "2026-03-31", 79), measure="wobble")
    assert (one(kpi_series=otd).measured.better, one(kpi_series=otd).is_better_told) == ("higher", True)
    assert not one(kpi_series=odd).is_better_told
    assert one(kpi_series=otd, goals=[goal(direction="decrease")]).measured.better == "lower"
    said = replace(SETTINGS, better={"On-time delivery": "decrease"})
    assert one(kpi_series=otd, settings=said).measured.better == "lower"


def test_of_as_many_goals_either_way_the_library_decides() -> None:
    named = "Days sales outstanding"
    both = [goal(measure=named), goal("g2", account="bolt", measure=named, direction="decrease")]
    rows = series(("acme", "2026-03-31", 40), measure="days_sales_outstanding", unit="days")
    assert one(kpi_series=rows, goals=both).measured.better == "lower"


@pytest.mark.parametrize(("day", "first"), [("2026-03-01", 2), ("2026-03-16", 2), ("2026-03-18", 3)])
def test_a_start_counts_from_the_month_of_which_it_was_there_the_greater_part(day: str, first: int) -> None:
    rows = series(*(("acme", f"2026-{month:02}-28", 80.0) for month in range(1, 6)))
    found = one(
        kpi_series=rows, adoptions=[{"account_id": "acme", "lever": "planner", "adopted_on": date.fromisoformat(day)}]
    )
    assert found.measured.starts == {"acme": (Started(first, "planner"),)}


def test_the_same_use_delivered_and_entered_is_one() -> None:
    entered = [
        {"adoption_id": "a", "account_id": "acme", "lever": "planner", "adopted_on": date(2026, 3, 9)},
        {"adoption_id": "b", "account_id": "bolt", "lever": "Planner", "adopted_on": date(2026, 4, 1)},
    ]
    found = one(kpi_series=series(("acme", "2026-03-31", 79), ("bolt", "2026-03-31", 79)), entered_adoptions=entered)
    assert {account: len(spells) for account, spells in found.spells.items()} == {"acme": 1, "bolt": 1}
    assert {spell.lever for spells in found.spells.values() for spell in spells} == {"Planner"}


def test_who_gave_up_and_began_again_began_twice() -> None:
    used = [
        {"account_id": "acme", "lever": "planner", "adopted_on": date(2025, 3, 1), "ended_on": date(2025, 6, 30)},
        {"account_id": "acme", "lever": "planner", "adopted_on": date(2026, 3, 1), "ended_on": None},
    ]
    found = one(kpi_series=series(("acme", "2026-03-31", 79)), adoptions=used)
    assert len(found.spells["acme"]) == 2


def test_a_lever_is_meant_for_what_goals_and_the_workspace_say() -> None:
    rows = [*series(("acme", "2026-03-31", 79)), *series(("acme", "2026-03-31", 9), measure="order_cycle_time")]
    named = [{"goal_id": "g1", "lever": "planner"}]
    by_goal = measures(kpi_series=rows, goals=[goal()], goal_levers=named)
    assert {each.measured.measure: set(each.meant) for each in by_goal} == {"on_time_delivery": {"Planner"}}
    said = replace(SETTINGS, levers={"planner": ("Order cycle time",)})
    both = measures(kpi_series=rows, goals=[goal()], goal_levers=named, settings=said)
    assert {each.measured.measure for each in both} == {"on_time_delivery", "order_cycle_time"}


def test_what_the_customer_did_itself_is_taken_out_once_it_is_approved() -> None:
    rows = series(*(("acme", f"2026-{month:02}-28", 80.0) for month in range(1, 6)))
    moved = {
        "adjustment_id": "x",
        "account_id": "acme",
        "measure": "On-time delivery",
        "kind": "change_of_level",
        "starts_on": date(2026, 2, 1),
        "ends_on": date(2026, 3, 31),
        "amount": 5.0,
    }
    proposed = one(kpi_series=rows, adjustments=[{**moved, "status": "proposed"}])
    assert set(told(proposed, "acme").values()) == {80}
    approved = one(kpi_series=rows, adjustments=[{**moved, "status": "approved"}])
    assert list(told(approved, "acme").values()) == [80, 75, 75, 80, 80]


def test_a_definition_that_the_customer_changed_is_known() -> None:
    rows = series(*(("acme", f"2026-{month:02}-28", 80.0) for month in range(1, 6)))
    changed = {
        "adjustment_id": "x",
        "account_id": "acme",
        "measure": "on_time_delivery",
        "kind": "change_of_definition",
        "starts_on": date(2026, 3, 1),
        "status": "approved",
    }
    assert one(kpi_series=rows, adjustments=[changed]).measured.definition_changes == {"acme": (2,)}


def test_without_anybody_who_uses_anything_there_is_nothing_to_compare() -> None:
    assert measures(kpi_series=series(("acme", "2026-03-31", 79)), adoptions=()) == []


@pytest.mark.parametrize("name", ["On-time delivery", "on_time_delivery", "ON TIME  Delivery!"])
def test_ways_of_writing_are_one_name(name: str) -> None:
    assert folded_key(name) == "on_time_delivery"


def test_a_name_in_the_settings_that_nobody_knows_is_told_with_the_nearest() -> None:
    world = given(accounts=ACCOUNTS, adoptions=USED, kpi_series=series(("acme", "2026-03-31", 79)))
    mistyped = replace(SETTINGS, levers={"Planer": ("on_tme_delivery",)}, better={"On-time delivery": "increase"})
    assert unheard(world.engine, mistyped) == [
        "trueup.toml, [levers] Planer: no customer uses it; did you mean Planner?",
        "trueup.toml, [levers] Planer: no customer tells 'on_tme_delivery'; did you mean on_time_delivery?",
    ]
    known = replace(SETTINGS, levers={"planner": ("On-time delivery",)})
    assert unheard(world.engine, known) == []
