"""Goals by example: who has any, how far they have come, whether in time."""

from datetime import date, datetime

import pytest

from given import Rows, Value, World, given
from told import Row, of_period
from trueup.metrics.registry import built_in_facts

ACCOUNTS = """account_id  owner_id
              acme        ann
              globex      bob
              initech     bob
              umbra       ann"""
PEOPLE = """person_id  team   active_from  active_to
            ann        north  -            2026-05-31
            ann        south  2026-06-01   -
            bob        south  -            -"""
CONTRACTS = """contract_id  account_id  starts_on   ends_on
               c1           acme        2026-01-01  2026-12-31
               c2           globex      2026-01-01  2026-12-31
               c3           initech     2026-06-01  2026-06-30
               c4           umbra       2025-01-01  2025-12-31"""
GOAL: dict[str, Value] = {
    "account_id": "acme",
    "kind": "business",
    "direction": "increase",
    "weight": 1.0,
    "cadence_days": 45,
    "status": "agreed",
    "agreed_at": "2026-01-10T09:00",
}
TERMS: dict[str, Value] = {
    "revision": 1,
    "baseline_value": 100.0,
    "baseline_on": "2026-01-01",
    "target_value": 200.0,
    "target_on": "2026-07-10",
}
"""190 days for a hundred; 31 May is day 150."""


def customers(*goals: dict[str, Value], readings: Rows = "", as_of: str = "2026-06-30", **tables: Rows) -> World:
    """Customers with these goals: each as ``GOAL``, on ``TERMS``, but for what it says."""
    stated = [{**GOAL, **goal} for goal in goals]
    agreed = [{**TERMS, **goal} for goal in goals]
    entered: dict[str, Rows] = {
        "goals": [{name: value for name, value in goal.items() if name not in OF_TERMS} for goal in stated],
        "goal_terms": [{name: terms[name] for name in ("goal_id", *OF_TERMS) if name in terms} for terms in agreed],
        "readings": readings,
    }
    return given(accounts=ACCOUNTS, people=PEOPLE, contracts=CONTRACTS, as_of=as_of, **{**entered, **tables})


OF_TERMS = (*TERMS, "tolerance")


def standings(world: World, key: str, **parameters: bool | int) -> dict[Value, Row]:
    rows = world.rows(built_in_facts()["goal_standings"], parameters=parameters, periods=[key])
    return {row["fact_key"]: row for row in of_period(rows, key)}


def told(world: World, key: str, column: str, **parameters: bool | int) -> dict[Value, Value]:
    return {goal: row[column] for goal, row in standings(world, key, **parameters).items()}


def read(values: dict[str, float], *, on: str = "2026-05-20") -> list[dict[str, Value]]:
    """One reading of each goal."""
    return [
        {"reading_id": f"r-{goal}", "goal_id": goal, "observed_on": on, "value": value}
        for goal, value in values.items()
    ]


def test_a_customer_is_covered_once_a_business_goal_is_agreed_and_while_it_is() -> None:
    world = customers(
        {"goal_id": "g1", "status": "achieved", "agreed_at": "2026-02-10T09:00", "ended_at": "2026-04-10T09:00"},
        {"goal_id": "g2", "account_id": "globex", "kind": "personal"},
        {"goal_id": "g3", "account_id": "globex", "status": "draft", "agreed_at": None},
        {"goal_id": "g4", "account_id": "umbra"},
    )
    covered = world.metric("goal_coverage")
    assert [covered["company", f"2026-0{month}"] for month in range(1, 7)] == [0, 0.5, 0.5, 0, 0, 0]


def test_a_goal_that_lacks_its_baseline_target_or_date_covers_nobody() -> None:
    lacking = {"acme": "baseline_value", "globex": "target_value", "initech": "target_on"}
    world = customers(*({"goal_id": account, "account_id": account, name: None} for account, name in lacking.items()))
    assert set(world.metric("goal_coverage", by="account", period="2026-06").values()) == {0}
    assert set(told(world, "2026-06", "state").values()) == {"no_terms"}


DSO = {"goal_id": "dso", "direction": "decrease", "weight": 3.0, "baseline_value": 60.0, "target_value": 40.0,
       "target_on": "2026-12-31"}  # fmt: skip
NPS = {"goal_id": "nps", "baseline_value": 20.0, "target_value": 40.0, "target_on": "2026-12-31"}
READINGS = """reading_id  goal_id  observed_on  value  verification           verified_at
              r0          dso      2025-12-31   45     measured_by_system     2026-01-01T00:00
              r1          dso      2026-02-28   58     unverified             -
              r2          dso      2026-03-31   55     confirmed_by_customer  2026-04-02T10:00
              r3          dso      2026-05-31   50     unverified             -
              r4          nps      2026-05-15   50     measured_by_system     2026-05-15T00:00"""


def test_what_a_customer_attains_is_weighed_clipped_and_as_of_each_periods_last_day() -> None:
    world = customers(DSO, NPS, readings=READINGS)
    assert world.metric("goal_attainment", by="account") == pytest.approx({
        ("acme", "2026-02"): 0.1,
        ("acme", "2026-03"): 0.25,
        ("acme", "2026-04"): 0.25,
        ("acme", "2026-05"): (3 * 0.5 + 1) / 4,
        ("acme", "2026-06"): (3 * 0.5 + 1) / 4,
    })  # fmt: skip
    rows = world.rows(built_in_facts()["customer_goals"], periods=["2026-02", "2026-05"])
    found = {row["period_key"]: row for row in rows if row["account_id"] == "acme"}
    assert found["2026-05"]["attainment_unclipped"] == pytest.approx((3 * 0.5 + 1.5) / 4)
    assert found["2026-05"]["goal_ids"] == "dso, nps"
    assert [found[key]["goals_measured"] for key in found] == [1, 2]
    assert [found[key]["goals_unmeasured"] for key in found] == [1, 0]
    # Customers without a measured goal are not in the mean.
    [june] = world.cells("goal_attainment", period="2026-06")
    assert (june["value"], june["n"]) == (pytest.approx(0.625), 1)
    assert {team for team, _ in world.metric("goal_attainment", by="team", period="2026-05")} == {"north"}
    assert {team for team, _ in world.metric("goal_attainment", by="team", period="2026-06")} == {"south"}


def test_verified_values_alone_can_be_asked_for() -> None:
    world = customers(DSO, NPS, readings=READINGS)
    assert told(world, "2026-05", "progress", verified_only=True) == {"dso": 0.25, "nps": 1.5}
    assert told(world, "2026-05", "reading_id", verified_only=True) == {"dso": "r2", "nps": "r4"}
    settings = {"goal_attainment": {"verified_only": True}}
    attained = world.metric("goal_attainment", by="account", period="2026-05", settings=settings)
    assert attained["acme", "2026-05"] == pytest.approx((3 * 0.25 + 1) / 4)


def test_a_value_is_verified_by_the_last_word_said_to_it() -> None:
    # Each goal has a reading of 150 that the customer confirmed on 1 June, and one of 180 that nobody vouched for.
    goals = ("nothing", "same", "seen", "corrected", "disputed", "denied", "early", "late", "aside", "later")
    readings = [
        {"reading_id": f"{goal}-{value}", "goal_id": goal, "observed_on": f"2026-05-{day}", "value": value,
         "verification": verification, "verified_at": verified_at}
        for goal in goals
        for value, day, verification, verified_at in (
            (150, 10, "confirmed_by_customer", "2026-06-01T10:00"), (180, 20, "unverified", None))
    ]  # fmt: skip
    answers = """answer_id  goal_id    reading_id     verdict    answered_at       value
                 a1         same       same-180       confirmed  2026-06-02T10:00  -
                 a2         seen       seen-180       confirmed  2026-06-02T10:00  179
                 a3         corrected  corrected-180  corrected  2026-06-02T10:00  160
                 a4         disputed   disputed-180   disputed   2026-06-02T10:00  120
                 a5         denied     denied-150     disputed   2026-06-01T10:00  -
                 a6         early      early-150      disputed   2026-06-01T09:59  -
                 a7         late       late-180       disputed   2026-06-02T10:00  -
                 a8         late       late-180       confirmed  2026-06-03T10:00  -
                 a9         aside      -              disputed   2026-06-03T10:00  -
                 a10        later      later-180      confirmed  2026-07-01T10:00  -"""
    world = customers(*({"goal_id": goal} for goal in goals), readings=readings, answers=answers)
    assert told(world, "2026-06", "progress", verified_only=True) == {
        "nothing": 0.5, "same": 0.8, "seen": 0.79, "corrected": 0.6, "disputed": 0.5, "denied": None, "early": 0.5,
        "late": 0.8, "aside": 0.5, "later": 0.5,
    }  # fmt: skip
    assert set(told(world, "2026-06", "progress").values()) == {0.8}


def test_of_two_readings_of_a_day_the_one_better_vouched_for_counts_then_the_later() -> None:
    readings = """reading_id  goal_id  observed_on  value  verification        recorded_at
                  r1          g1       2026-05-20   150    measured_by_system  2026-05-20T00:00
                  r2          g1       2026-05-20   160    unverified          2026-05-21T00:00
                  r3          g2       2026-05-20   150    unverified          2026-05-22T00:00
                  r4          g2       2026-05-20   160    unverified          2026-05-21T00:00"""
    world = customers({"goal_id": "g1"}, {"goal_id": "g2"}, readings=readings)
    assert told(world, "2026-05", "reading_id") == {"g1": "r1", "g2": "r3"}


def test_on_track_is_nine_tenths_of_the_pace_and_at_risk_six() -> None:
    # 0.789 are expected on 31 May, 0.7105 are nine tenths of it, 0.474 six tenths.
    values = {"a": 171.06, "b": 171.05, "c": 147.37, "d": 147.36, "e": 90.0}
    world = customers(*({"goal_id": goal} for goal in values), readings=read(values))
    assert told(world, "2026-05", "state") == {
        "a": "on_track", "b": "at_risk", "c": "at_risk", "d": "off_track", "e": "off_track",
    }  # fmt: skip
    assert world.metric("goals_on_track", period="2026-05") == {("company", "2026-05"): 0.2}


def test_a_goal_nobody_has_read_for_longer_than_its_cadence_is_stale_and_not_on_track() -> None:
    world = customers({"goal_id": "g"}, readings=read({"g": 200}, on="2026-03-01"))
    states = [told(world, f"2026-0{month}", "state")["g"] for month in range(1, 5)]
    assert states == ["no_reading", "stale", "on_track", "stale"]
    cells = {row["period"]: (row["value"], row["n"], row["pending"]) for row in world.cells("goals_on_track")}
    assert [cells[f"2026-0{month}"] for month in range(1, 5)] == [(None, 0, 1), (0, 1, 0), (1, 1, 0), (0, 1, 0)]


def test_past_its_date_a_goal_counts_until_somebody_closes_it() -> None:
    late = {"target_on": "2026-04-30"}
    world = customers(
        {"goal_id": "reached", **late},
        {"goal_id": "over", "account_id": "globex", **late},
        {"goal_id": "closed", "account_id": "initech", "status": "missed", "ended_at": "2026-05-25T10:00", **late},
        readings=read({"reached": 200, "over": 199, "closed": 199}),
    )
    assert told(world, "2026-05", "state") == {"reached": "reached", "over": "over", "closed": "over"}
    on_track = world.metric("goals_on_track", by="account", period="2026-05")
    assert on_track == {("acme", "2026-05"): 1, ("globex", "2026-05"): 0}


def test_success_does_not_lower_what_a_customer_attains() -> None:
    # Achieved on the last day of May in Berlin.
    achieved = {**DSO, "status": "achieved", "ended_at": "2026-05-31T21:59"}
    world = customers(achieved, NPS, readings=READINGS)
    assert standings(world, "2026-05")["dso"]["is_running"] is False
    attained = world.metric("goal_attainment", by="account", period="2026-06")
    assert attained["acme", "2026-06"] == pytest.approx((3 * 0.5 + 1) / 4)
    month_only = {"goal_attainment": {"ended_days": 30}}
    assert world.metric("goal_attainment", by="account", period="2026-06", settings=month_only)["acme", "2026-06"] == 1


def test_a_withdrawn_goal_counts_nowhere_from_the_day_it_was_withdrawn() -> None:
    withdrawn = {"goal_id": "g", "status": "withdrawn", "ended_at": "2026-03-31T21:59"}
    world = customers(withdrawn, readings=read({"g": 190}, on="2026-02-20"))
    assert world.metric("goal_attainment", by="account") == {("acme", "2026-02"): 0.9}


def test_the_terms_in_force_on_a_day_are_those_entered_by_then_and_before_all_the_first() -> None:
    revisions = [
        {**TERMS, "goal_id": "g", "recorded_at": "2026-02-20T10:00"},
        {**TERMS, "goal_id": "g", "revision": 2, "target_value": 300, "recorded_at": "2026-05-31T22:30"},
    ]
    world = customers({"goal_id": "g"}, goal_terms=revisions, readings=read({"g": 180}))
    found = [standings(world, key)["g"] for key in ("2026-01", "2026-05", "2026-06")]
    assert [(row["revision"], row["progress"]) for row in found] == [(1, None), (1, 0.8), (2, 0.4)]


def test_milestones_say_how_much_is_expected_when() -> None:
    planned = """milestone_id  account_id  goal_id  planned_on
                 m1            acme        late     2026-06-20
                 m2            acme        late     2026-06-30
                 m3            acme        late     2026-07-10"""
    world = customers(
        {"goal_id": "evenly"}, {"goal_id": "late"}, readings=read({"evenly": 140, "late": 140}), milestones=planned
    )
    assert told(world, "2026-05", "state") == {"evenly": "off_track", "late": "on_track"}
    assert told(world, "2026-05", "expected") == pytest.approx({"evenly": 150 / 190, "late": 150 / 170 / 3})
    assert told(world, "2026-06", "expected") == pytest.approx({"evenly": 180 / 190, "late": 2 / 3})


def test_a_goal_to_maintain_holds_or_does_not() -> None:
    uptime = {"direction": "maintain", "baseline_value": 99.9, "target_value": 99.9, "tolerance": 0.1}
    values = {"above": 100.0, "below": 99.8, "under": 99.79}
    world = customers(*({**uptime, "goal_id": goal} for goal in values), readings=read(values))
    assert told(world, "2026-05", "progress") == {"above": 1, "below": 1, "under": 0}
    assert told(world, "2026-05", "state") == {"above": "on_track", "below": "on_track", "under": "off_track"}


def test_a_goal_whose_baseline_is_still_to_come_does_not_run_yet() -> None:
    world = customers({"goal_id": "g", "baseline_on": "2026-06-10"}, readings=read({"g": 150}))
    assert told(world, "2026-05", "state") == {"g": "not_started"}
    assert told(world, "2026-06", "state") == {"g": "no_reading"}
    assert [(row["period"], row["n"], row["pending"]) for row in world.cells("goals_on_track")] == [("2026-06", 0, 1)]


def test_what_is_entered_later_changes_nothing_as_of_before() -> None:
    rows = [
        {"reading_id": "r1", "goal_id": "g", "observed_on": "2026-05-20", "value": 150.0, "recorded_at": None},
        {"reading_id": "r2", "goal_id": "g", "observed_on": "2026-05-25", "value": 160.0, "recorded_at": None},
    ]
    entered_in_june = datetime(2026, 6, 1, 10)
    later = [
        {**rows[0], "value": 190.0, "recorded_at": entered_in_june},
        {**rows[1], "is_deleted": True, "recorded_at": entered_in_june},
        {**rows[1], "reading_id": "r3", "observed_on": date(2026, 5, 28), "recorded_at": entered_in_june},
    ]
    before, after, known = (
        customers({"goal_id": "g"}, readings=readings, as_of=as_of)
        for readings, as_of in ((rows, "2026-05-31"), ([*rows, *later], "2026-05-31"), ([*rows, *later], "2026-06-30"))
    )
    assert standings(after, "2026-05") == standings(before, "2026-05")
    assert told(known, "2026-05", "reading_id") == {"g": "r3"}
