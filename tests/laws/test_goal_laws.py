"""What facts in SQL say of goals is what the functions for one goal say, whatever was entered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from math import isclose
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import ibis
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st
from ibis import Table

from given import World, given
from imagined_entries import entered
from trueup.goals.attainment import attainment, first_reached_on
from trueup.goals.goal import Answer, Goal, Reading, Terms, terms_on
from trueup.goals.pace import Standing, standing
from trueup.goals.progress import Value, claimed, verified
from trueup.metrics.fact import FACT_SCHEMA, Inputs
from trueup.metrics.registry import built_in_facts

ACCOUNTS = ("acme", "globex", "initech")
CONTRACTS = """contract_id  account_id  starts_on   ends_on     cancelled_on
               c1           acme        2025-02-01  2026-12-31  -
               c2           globex      2025-01-10  2025-09-30  2025-08-01
               c3           globex      2026-01-10  2026-04-30  -
               c4           initech     2026-03-01  -           -"""
BEGUN_AND_LEFT = {"acme": ("2025-02-01", "2026-12-31"), "globex": ("2025-01-10", "2026-04-30"),
                  "initech": ("2026-03-01", "9998-12-31")}  # fmt: skip
AS_OF_ON = date(2026, 6, 30)
PERIODS = ("month", "2026-06-15/P200D")
FACTS = ("active_customers", "goal_standings", "customer_goals", "first_values")
BERLIN = ZoneInfo("Europe/Berlin")
Row = Mapping[str, Any]


@cache
def world_of(seed: int) -> World:
    tables: dict[str, list[Any]] = {}
    for account in ACCOUNTS:
        for name, rows in entered(account, Random(f"{seed} {account}"), goals=5).items():
            tables.setdefault(name, []).extend(rows)
    # An early row, so that every company begins on the same day and facts are compiled once.
    early = "interaction_id occurred_at\ni0 2024-06-01T00:00"
    owned = "account_id owner_id\n" + "\n".join(f"{account} ann" for account in ACCOUNTS)
    return given(accounts=owned, contracts=CONTRACTS, interactions=early, as_of=AS_OF_ON.isoformat(), **tables)


@cache
def compiled(*, verified_only: bool) -> Mapping[str, str]:
    facts = built_in_facts()
    made: dict[str, Table] = {}
    for name in FACTS:
        fact = facts[name]
        chosen = {"verified_only": verified_only} if "verified_only" in fact.parameters else {}
        used = {other: ibis.table(made[other].schema(), name=other, database=FACT_SCHEMA) for other in fact.uses}
        made[name] = fact.build(Inputs({**fact.parameters, **chosen}, used))
    return {name: str(ibis.to_sql(expression, dialect="duckdb")) for name, expression in made.items()}


def facts_of(world: World, *, verified_only: bool) -> Mapping[str, list[Row]]:
    world.lay_periods(PERIODS)
    for name, select in compiled(verified_only=verified_only).items():
        world.engine.create_table(FACT_SCHEMA, name, select)
    return {name: rows_of(world, f"facts.{name}") for name in FACTS}


def rows_of(world: World, table: str) -> list[Row]:
    return list(world.engine.query(f"SELECT * FROM {table}").to_pylist())


@dataclass(frozen=True)
class Book:
    """Everything entered of one goal, as plain values."""

    account: str
    goal: Goal
    terms: Sequence[Terms]
    claimed: Sequence[Value]
    verified: Sequence[Value]
    schedule: Sequence[date]

    def standing(self, day: date, *, verified_only: bool) -> Standing:
        values = self.verified if verified_only else self.claimed
        return standing(self.goal, terms_on(self.terms, day), values, on=day, schedule=self.schedule)


def books(world: World) -> list[Book]:
    """The business goals as the record's own functions see them."""
    of_goal: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for table in ("goal_terms", "readings", "answers", "milestones"):
        for row in rows_of(world, f"state.{table}"):
            of_goal[row["goal_id"]][table].append(row)
    return [
        _book(goal, of_goal[goal["goal_id"]]) for goal in rows_of(world, "state.goals") if goal["kind"] == "business"
    ]


def _book(goal: Row, of: Mapping[str, list[Row]]) -> Book:
    readings = [
        Reading(row["reading_id"], row["observed_on"], exact(row["value"]), row["first_recorded_at"],
                row["verification"], row["verified_at"])
        for row in of["readings"]
    ]  # fmt: skip
    answers = [
        Answer(row["answer_id"], row["reading_id"], row["verdict"], row["answered_at"], exact_or_none(row["value"]))
        for row in of["answers"]
        if row["reading_id"]
    ]
    terms = [
        Terms(row["revision"], local(row["recorded_at"]), exact_or_none(row["baseline_value"]), row["baseline_on"],
              exact_or_none(row["target_value"]), row["target_on"], exact_or_none(row["tolerance"]))
        for row in of["goal_terms"]
    ]  # fmt: skip
    agreed_on, ended_on = (None if goal[name] is None else local(goal[name]) for name in ("agreed_at", "ended_at"))
    values = Goal(goal["goal_id"], goal["direction"], goal["status"], agreed_on, ended_on, exact(goal["weight"]),
                  goal["cadence_days"])  # fmt: skip
    schedule = [row["planned_on"] for row in of["milestones"]]
    return Book(goal["account_id"], values, terms, claimed(readings), verified(readings, answers), schedule)


def exact(number: float) -> Decimal:
    return Decimal(str(number))


def exact_or_none(number: float | None) -> Decimal | None:
    return None if number is None else exact(number)


def local(moment: datetime) -> date:
    return moment.replace(tzinfo=UTC).astimezone(BERLIN).date()


def same(one: float | None, other: Decimal | None) -> bool:
    return one is other if one is None or other is None else isclose(one, float(other), rel_tol=1e-9, abs_tol=1e-9)


few = settings(max_examples=6, deadline=None)
seeds = st.integers(0, 10_000)


@few
@whatever(seeds, st.booleans())
def test_every_goal_stands_in_every_period_where_the_functions_say(seed: int, verified_only: bool) -> None:  # noqa: FBT001  a case
    world = world_of(seed)
    facts = facts_of(world, verified_only=verified_only)
    ends = {row["period_key"]: row["cut_on"] for row in rows_of(world, "calendar.periods")}
    found = {(row["fact_key"], row["period_key"]): row for row in facts["goal_standings"]}
    expected = {
        (book.goal.goal_id, key): book for book in books(world) for key, day in ends.items() if book.goal.counts_on(day)
    }
    assert found.keys() == expected.keys()
    for (goal, key), book in expected.items():
        row, day = found[goal, key], ends[key]
        says = book.standing(day, verified_only=verified_only)
        assert (row["state"], row["is_running"]) == (says.state, book.goal.status_on(day) == "agreed"), row
        assert row["reading_id"] == (says.progress.current and says.progress.current.reading_id), row
        assert same(row["progress"], says.progress.share), row
        assert same(row["clipped_progress"], says.progress.clipped), row
        assert same(row["pace"], says.pace), row
        assert same(row["expected"], says.expected), row


@few
@whatever(seeds, st.booleans())
def test_every_customer_attains_what_the_functions_say(seed: int, verified_only: bool) -> None:  # noqa: FBT001  a case
    world = world_of(seed)
    facts = facts_of(world, verified_only=verified_only)
    known = books(world)
    for row in facts["customer_goals"]:
        day = row["credited_on"]
        counted = [book for book in known if book.account == row["account_id"] and book.goal.counts_on(day)]
        says = attainment(
            (book.goal.weight, book.standing(day, verified_only=verified_only).progress) for book in counted
        )
        assert same(row["attainment"], says.share), row
        assert same(row["attainment_unclipped"], says.unclipped), row
        assert (row["goals_measured"], row["goals_unmeasured"]) == (says.measured, says.unmeasured), row


@few
@whatever(seeds)
def test_every_customer_has_its_first_value_when_the_functions_say(seed: int) -> None:
    world = world_of(seed)
    known = books(world)
    found = {row["account_id"]: row for row in facts_of(world, verified_only=False)["first_values"]}
    assert found.keys() == BEGUN_AND_LEFT.keys()
    for account, (begun, left) in BEGUN_AND_LEFT.items():
        begun_on, watched_to = date.fromisoformat(begun), min(date.fromisoformat(left), AS_OF_ON)
        days = [
            first_reached_on(book.goal.direction, book.terms, book.verified)
            for book in known
            if book.account == account and book.goal.status_on(AS_OF_ON) != "draft"
        ]
        reached = min((day for day in days if day is not None and day <= watched_to), default=None)
        until = watched_to if reached is None else max(reached, begun_on)
        assert (found[account]["is_reached"], found[account]["days"]) == (reached is not None, (until - begun_on).days)


def test_random_entries_hold_every_state() -> None:
    rows = [row for seed in (1, 2, 3) for row in facts_of(world_of(seed), verified_only=False)["goal_standings"]]
    assert {row["state"] for row in rows} == {
        "not_started", "no_reading", "stale", "on_track", "at_risk", "off_track", "reached", "over",
    }  # fmt: skip
    assert {row["is_running"] for row in rows} == {True, False}
