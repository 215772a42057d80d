"""What improvements were worth to customers, and what levers did for customers alike."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gained import MEANT, SETTINGS, company
from given import World
from trueup.runs.customer_effects import KeptEffects
from trueup.runs.customer_value import Value, customers_value, lay_claims, lay_value
from trueup.runs.progress import Silence
from trueup.runs.settings import Settings

AGREED = replace(SETTINGS, levers=MEANT)
EARLY = datetime(2024, 1, 10, tzinfo=UTC).replace(tzinfo=None)


def value_of(world: World, file: Path, settings: Settings = AGREED) -> Value:
    return customers_value(world.engine, settings, KeptEffects(file), Silence(), as_of_on=world.horizon.as_of_on)


def goal(name: str, account: str, **more: object) -> dict[str, Any]:
    return {
        "goal_id": name,
        "account_id": account,
        "kind": "business",
        "measure": "On-time delivery",
        "unit": "%",
        "direction": "increase",
        "status": "agreed",
        "agreed_at": EARLY,
        "value_per_unit": Decimal(1000),
        "currency": "EUR",
        **more,
    }


def claims(
    tmp_path: Path, *goals: Mapping[str, Any], settings: Settings = AGREED, **tables: Any
) -> list[dict[str, Any]]:
    world = company(adopters={"c03": 28}, goals=list(goals), **tables)
    rows: list[dict[str, Any]] = value_of(world, tmp_path / "effects", settings).claims.to_pylist()
    return rows


def test_a_gain_is_worth_what_the_goal_says(tmp_path: Path) -> None:
    (one,) = claims(tmp_path, goal("g", "c03"))
    assert one["point"] == pytest.approx(Decimal(4000), abs=700)
    assert 2500 < one["low"] < one["point"]
    assert one["point"] == one["point"].quantize(Decimal("0.01"))
    assert (one["state"], one["counts"], one["blocked_by"]) == ("confirmed", True, [])
    assert (one["ended_on"].isoformat(), one["currency"]) == ("2025-10-31", "EUR")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"value_per_unit": None, "currency": None}, "no_value_per_unit"),
        ({"account_id": "c04"}, "no_effect"),
        ({"value_per_unit": Decimal(90_000_000_000_000)}, "too_great"),
        ({"unit": "parcels"}, "goal_in_other_unit"),
        ({"measure": "Returns"}, "no_effect"),
    ],
)
def test_why_a_goal_has_no_claim(tmp_path: Path, more: Mapping[str, object], why: str) -> None:
    (one,) = claims(tmp_path, goal("g", "c03") | dict(more))
    assert (one["why"], one["point"]) == (why, None)


@pytest.mark.parametrize(
    "more", [{"status": "draft", "agreed_at": None}, {"direction": "maintain"}, {"kind": "personal"}]
)
def test_goals_that_claim_nothing(tmp_path: Path, more: Mapping[str, object]) -> None:
    assert claims(tmp_path, goal("g", "c03") | dict(more)) == []


def test_what_a_unit_is_worth_is_of_the_goals_own_unit(tmp_path: Path) -> None:
    (one,) = claims(tmp_path, goal("g", "c03"))
    (share,) = claims(tmp_path, goal("g", "c03", unit="share", value_per_unit=Decimal(100_000)))
    assert share["point"] == one["point"]


def test_a_goal_that_wants_the_measure_to_fall_claims_nothing_of_its_rise(tmp_path: Path) -> None:
    others = [goal(f"o{n}", "c04") for n in range(2)]
    told = claims(tmp_path, goal("g", "c03", direction="decrease"), *others)
    assert [each["why"] for each in told if each["goal_id"] == "g"] == ["other_direction"]


def test_what_was_gained_is_claimed_once(tmp_path: Path) -> None:
    later = goal("a", "c03", agreed_at=datetime(2024, 6, 1))
    one, other = claims(tmp_path, later, goal("b", "c03"))
    assert (one["goal_id"], one["why"]) == ("b", None)
    assert (other["goal_id"], other["why"]) == ("a", "claimed_with_another_goal")


def test_a_goal_agreed_on_after_the_start_counts_and_is_not_paid(tmp_path: Path) -> None:
    (one,) = claims(tmp_path, goal("g", "c03", agreed_at=datetime(2025, 6, 1)))
    assert one["blocked_by"] == ["goal_agreed_after_start"]
    assert (one["low"], one["counts"]) == (0, True)


def test_what_nobody_had_said_is_meant_for_it_neither_counts_nor_is_paid(tmp_path: Path) -> None:
    (one,) = claims(tmp_path, goal("g", "c03"), settings=SETTINGS)
    assert one["blocked_by"] == ["lever_not_agreed"]
    assert (one["low"], one["counts"]) == (0, False)
    named = [{"goal_id": "g", "lever": "planner"}]
    (said,) = claims(tmp_path, goal("g", "c03"), settings=SETTINGS, goal_levers=named)
    assert said["counts"]


def test_a_goal_that_names_other_levers_does_not_claim_it(tmp_path: Path) -> None:
    named = [{"goal_id": "g", "lever": "portal"}]
    (one,) = claims(tmp_path, goal("g", "c03"), goal_levers=named)
    assert one["why"] == "no_effect"


def test_facts_know_the_claims_that_have_a_value(tmp_path: Path) -> None:
    world = company(adopters={"c03": 28}, goals=[goal("g", "c03"), goal("h", "c04")])
    lay_claims(world.engine, value_of(world, tmp_path / "effects"))
    rows = world.engine.query("SELECT goal_id, measure FROM calendar.value_claims").to_pylist()
    assert rows == [{"goal_id": "g", "measure": "on_time_delivery"}]


ADOPTERS = {"c02": 22, "c05": 24, "c09": 26, "c11": 28, "c14": 30}


def test_of_customers_alike_a_lever_is_told(tmp_path: Path) -> None:
    found = value_of(company(adopters=ADOPTERS, customers=36), tmp_path / "effects")
    (one,) = found.insights.to_pylist()
    assert (one["lever"], one["segment"]) == ("planner", None)
    assert 3 <= one["customers"] == sum(found.effects.column("is_sound").to_pylist())
    assert one["low"] <= 4.0 <= one["high"]
    assert one["without_gain"] == 0


def insights(tmp_path: Path, adopters: Mapping[str, int], segments: tuple[str, ...]) -> list[tuple[str | None, int]]:
    found = value_of(company(adopters=adopters, segments=segments, customers=36), tmp_path / "effects").insights
    return [(row["segment"], row["customers"]) for row in found.to_pylist()]


def test_of_two_customers_nothing_is_told(tmp_path: Path) -> None:
    assert insights(tmp_path, {"c02": 22, "c05": 24}, ("smb",)) == []


def test_of_a_segment_nothing_is_told_that_would_tell_of_the_one_who_is_left(tmp_path: Path) -> None:
    of_smb = {"c00": 22, "c02": 24, "c04": 26}
    told = insights(tmp_path, {**of_smb, "c01": 28}, ("smb", "large"))
    assert told == [(None, 4)]


def test_an_open_goal_is_told_what_moved_it_elsewhere(tmp_path: Path) -> None:
    world = company(
        adopters=ADOPTERS, customers=36, goals=[goal("g", "c03"), goal("h", "c02"), goal("p", "c04", kind="personal")]
    )
    (one,) = value_of(world, tmp_path / "effects").suggestions.to_pylist()
    assert (one["goal_id"], one["lever"], one["place"], one["currency"]) == ("g", "planner", 1, "EUR")
    assert one["value"] == pytest.approx(Decimal(repr(one["low"])) * 1000, abs=Decimal("0.01"))


def test_a_build_lays_its_tables(tmp_path: Path) -> None:
    world = company(adopters={"c03": 28}, goals=[goal("g", "c03")])
    rows = lay_value(world.engine, value_of(world, tmp_path / "effects"))
    assert rows == {
        "value.effects": 1,
        "value.bodies": 1,
        "value.claims": 1,
        "value.insights": 0,
        "value.suggestions": 0,
        "value.notes": 0,
        "value.delivered_uses": 1,
    }


def test_where_nobody_uses_anything_there_is_nothing(tmp_path: Path) -> None:
    found = value_of(company(adopters={}, goals=[goal("g", "c03")]), tmp_path / "effects")
    assert (found.effects.num_rows, found.insights.num_rows) == (0, 0)
    assert found.claims.column("why").to_pylist() == ["no_effect"]


def test_a_goal_that_wants_the_measure_to_fall_is_told_of_nothing_that_raises_it(tmp_path: Path) -> None:
    goals = [goal("g", "c03", direction="decrease"), goal("h", "c02"), goal("i", "c05")]
    found = value_of(company(adopters=ADOPTERS, customers=36, goals=goals), tmp_path / "effects")
    assert found.suggestions.num_rows == 0
