"""How long customers wait for a first value: by example, and by Kaplan and Meier's median."""

from given import World, given
from told import told
from trueup.metrics.explain import explain
from trueup.metrics.registry import built_in_facts
from trueup.units.period import parse_period

ACCOUNTS = "account_id owner_id\n" + "\n".join(f"a{number} ann" for number in range(1, 10))
CONTRACTS = """contract_id  account_id  starts_on   ends_on     cancelled_on
               c1           a1          2026-01-10  2026-12-31  -
               c1b          a1          2026-05-01  2027-12-31  -
               c2           a2          2026-01-10  -           -
               c3           a3          2026-01-10  2026-03-31  -
               c4           a4          2026-01-10  2026-12-31  2026-02-10
               c5           a5          2026-01-10  2026-12-31  2026-01-10
               c6           a6          2026-07-01  2026-12-31  -
               c7           a7          2026-02-01  2026-12-31  -"""


def customers(readings: str, *, terms: str = "", answers: str = "", as_of: str = "2026-06-30") -> World:
    """Each with one goal, g1 for a1 and so on, from 0 to 100; a1 also has a personal goal, p1."""
    goals = [
        {"goal_id": f"g{n}", "account_id": f"a{n}", "kind": "business", "direction": "increase", "weight": 1.0,
         "status": "agreed", "agreed_at": "2026-01-12T00:00"}
        for n in range(1, 8)
    ]  # fmt: skip
    goals.append({**goals[0], "goal_id": "p1", "kind": "personal"})
    goals.append({**goals[0], "goal_id": "d1", "status": "draft", "agreed_at": None})
    stated = [
        {
            "goal_id": goal["goal_id"],
            "revision": 1,
            "baseline_value": 0,
            "target_value": 100,
            "baseline_on": "2025-12-01",
        }
        for goal in goals
    ]
    return given(
        accounts=ACCOUNTS, contracts=CONTRACTS, goals=goals, goal_terms=terms or stated, as_of=as_of,
        answers=answers, readings="reading_id goal_id observed_on value verification\n" + readings,
    )  # fmt: skip


def waits(world: World, **parameters: float) -> dict[object, object]:
    rows = world.rows(built_in_facts()["first_values"], parameters=parameters)
    return {key: value for key, value in told(rows, "days", "is_reached").items() if key in {"a1", "a2", "a3", "a4"}}


def test_days_run_from_the_first_contract_to_the_first_verified_quarter_of_the_way() -> None:
    world = customers("""r1 g1 2026-01-31 30 unverified
                         r2 g1 2026-02-09 24 measured_by_system
                         r3 g1 2026-03-11 25 confirmed_by_customer
                         r4 g1 2026-02-01 99 unverified
                         r5 p1 2026-01-11 99 measured_by_system
                         r6 d1 2026-01-11 99 measured_by_system
                         r7 g2 2026-01-05 40 measured_by_system""")
    assert waits(world) == {"a1": (60, True), "a2": (0, True), "a3": (80, False), "a4": (30, False)}
    assert waits(world, first_value=0.2)["a1"] == (30, True)


def test_who_has_none_yet_was_watched_to_the_as_of_day_or_the_last_day_of_the_last_contract() -> None:
    late = "r1 g3 2026-04-01 80 measured_by_system\nr2 g1 2026-06-30 80 measured_by_system"
    assert waits(customers(late)) == {"a1": (171, True), "a2": (171, False), "a3": (80, False), "a4": (30, False)}
    assert waits(customers(late, as_of="2026-06-29")) == {
        "a1": (170, False), "a2": (170, False), "a3": (80, False), "a4": (30, False),
    }  # fmt: skip


def test_a_contract_that_never_ran_makes_no_customer_and_one_to_come_none_yet() -> None:
    rows = told(customers("").rows(built_in_facts()["first_values"]), "is_reached")
    assert set(rows) == {"a1", "a2", "a3", "a4", "a7"}


def test_what_the_customer_says_decides() -> None:
    readings = "r1 g1 2026-02-09 60 unverified\nr2 g2 2026-02-09 60 measured_by_system\nr3 g3 2026-02-09 60 unverified"
    answers = """answer_id goal_id reading_id verdict    answered_at       value
                 a1        g1      r1         confirmed  2026-02-20T00:00  -
                 a2        g2      r2         disputed   2026-02-20T00:00  -
                 a3        g3      r3         corrected  2026-02-20T00:00  20"""
    assert waits(customers(readings, answers=answers)) == {
        "a1": (30, True), "a2": (171, False), "a3": (80, False), "a4": (30, False),
    }  # fmt: skip


def test_a_value_is_judged_by_the_terms_of_its_day() -> None:
    terms = """goal_id  revision  baseline_value  baseline_on  target_value  recorded_at
               g1       1         0               2026-01-01   100           2026-01-12T00:00
               g1       2         0               2026-01-01   200           2026-02-10T00:00"""
    readings = "r1 g1 2026-02-09 20 measured_by_system\nr2 g1 2026-02-10 40 measured_by_system\n"
    assert waits(customers(readings + "r3 g1 2026-03-11 50 measured_by_system", terms=terms))["a1"] == (60, True)
    assert waits(customers(readings.replace("2026-02-10", "2026-02-09"), terms=terms))["a1"] == (30, True)


def test_the_median_of_the_customers_that_began_in_a_period() -> None:
    # January: a1 after 30 days, a2 after 60, a3 left after 80 and a4 after 30 without. Of 4, 3/4 still wait after 30
    # days; of the 2 that are watched at 60, one gets there: 3/8. February: a7 still waits.
    world = customers("r1 g1 2026-02-09 60 measured_by_system\nr2 g2 2026-03-11 60 measured_by_system")
    found = {row["period"]: row for row in world.cells("time_to_first_value")}
    assert {key: (row["value"], row["n"], row["status"]) for key, row in found.items()} == {
        "2026-01": (60, 4, "thin"),
        "2026-02": (None, 1, "not_reached"),
    }
    # Of all five 4/5 wait after 30 days, and after 60 days 2/3 of those.
    assert world.metric("time_to_first_value", by="person", period="quarter") == {("ann", "2026-Q1"): None}


def test_the_customers_behind_it_say_who_still_waits() -> None:
    world = customers("r1 g1 2026-02-09 60 measured_by_system\nr2 g2 2026-03-11 60 measured_by_system")
    [bound] = world.compute([world.known("time_to_first_value")], grains=["company"]).metrics
    asked = explain(bound, grain="company", entity="company", period=parse_period("2026-01"), kind="month")
    rows = world.engine.query(asked.rows_sql).to_pylist()
    assert {row["fact_key"]: row["counted_as"] for row in rows} == {
        "a1": "measured", "a2": "measured", "a3": "still waiting", "a4": "still waiting",
    }  # fmt: skip
