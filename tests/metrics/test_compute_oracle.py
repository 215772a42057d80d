"""Cells against loops: every grain and period of random facts, computed once more in plain Python."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from math import isclose
from statistics import quantiles

import ibis
import pyarrow as pa
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from given import World, given
from trueup.metrics.compute import Plan
from trueup.metrics.fact import CALENDAR_SCHEMA, FACT_SCHEMA, Fact
from trueup.metrics.metric import Grain, Metric
from trueup.metrics.places import tidy
from trueup.units.period import Trailing, parse_kind, period_of

COLUMNS = {
    "fact_key": "string",
    "account_id": "string",
    "occurred_at": "timestamp(6)",
    "occurred_on": "date",
    "credit_id": "string",
    "credited_on": "date",
    "is_good": "boolean",
    "is_sure": "boolean",
    "hours": "float64",
}
ARROW = {"string": pa.string(), "timestamp(6)": pa.timestamp("us"), "date": pa.date32(), "boolean": pa.bool_(),
         "float64": pa.float64()}  # fmt: skip
SCHEMA = pa.schema({name: ARROW[kind] for name, kind in COLUMNS.items()})
AS_LOADED = ibis.table(COLUMNS, name="talks", database=FACT_SCHEMA)
TALKS = Fact("talks", "talks", lambda _: AS_LOADED, credit="participants")

COUNT = Metric("talks_held", "Talks", "sales", "activity", "higher", "count", "x", fact="talks", agg="count")
GOOD = replace(COUNT, name="good_share", agg="ratio", numerator="is_good", denominator="rows", maturity="is_sure")
MEAN = replace(COUNT, name="mean_hours", agg="mean", measure="hours")
P90 = replace(COUNT, name="p90_hours", agg="percentile", percentile=0.9, measure="hours", filter={"is_good": True})
ACCOUNTS = {"acme": "small", "globex": "large", "umbra": None}
TEAMS = {"ann": (("north", date(2026, 5, 15)), ("south", date.max)), "bob": (("south", date.max),), "cy": ()}
GRAINS: tuple[Grain, ...] = ("company", "account", "segment", "person", "team")
PERIODS = ("month", "quarter", "week", "2026-06-30/P20D", "2026-06-20/P20D")


@dataclass(frozen=True)
class Talk:
    """One fact: when, with which account, by which of our people, how it went and how long it took."""

    on: date
    account: str | None
    people: frozenset[str]
    is_good: bool | None
    is_sure: bool | None
    hours: float | None

    def row(self, key: str) -> dict[str, object]:
        return {
            "fact_key": key, "credit_id": key, "account_id": self.account, "occurred_on": self.on,
            "credited_on": self.on, "is_good": self.is_good, "is_sure": self.is_sure, "hours": self.hours,
        }  # fmt: skip

    def entities(self, grain: str) -> Iterable[str | None]:
        match grain:
            case "company":
                return ["company"]
            case "account":
                return [self.account]
            case "segment":
                return [ACCOUNTS.get(self.account or "")]
            case "person":
                return self.people
        return {self._team(person) for person in self.people}

    def _team(self, person: str) -> str | None:
        return next((team for team, until in TEAMS[person] if self.on <= until), None)


talks = st.lists(
    st.builds(
        Talk,
        on=st.dates(date(2026, 4, 25), date(2026, 6, 30)),
        account=st.sampled_from([None, *ACCOUNTS]),
        people=st.frozensets(st.sampled_from(list(TEAMS))),
        is_good=st.sampled_from([None, True, False]),
        is_sure=st.sampled_from([None, True, False]),
        hours=st.one_of(st.none(), st.integers(0, 40).map(float)),
    ),
    max_size=25,
)


@cache
def ground() -> tuple[World, Plan]:
    world = given(
        accounts=[{"account_id": account, "segment": segment} for account, segment in ACCOUNTS.items()],
        people="""person_id team  active_from active_to
                  ann       north -           2026-05-15
                  ann       south 2026-05-16  -
                  bob       south -           -
                  cy        -     -           -""",
        interactions="interaction_id occurred_at\ni0 2026-04-25T00:00",
    )
    world.engine.load(FACT_SCHEMA, "talks", pa.Table.from_pylist([], SCHEMA))
    return world, world.plan([COUNT, GOOD, MEAN, P90], grains=GRAINS, periods=PERIODS, using=[TALKS], have=["talks"])


def read(held: Iterable[Talk]) -> dict[tuple[str, ...], tuple[float | None, int, int]]:
    world, planned = ground()
    rows = [(f"t{number}", talk) for number, talk in enumerate(held)]
    credited = [
        {"interaction_id": key, "person_id": person, "is_alone": len(talk.people) == 1}
        for key, talk in rows
        for person in talk.people
    ]
    of_people = pa.schema({"interaction_id": pa.string(), "person_id": pa.string(), "is_alone": pa.bool_()})
    world.engine.load(CALENDAR_SCHEMA, "credited_people", pa.Table.from_pylist(credited, of_people))
    world.engine.load(FACT_SCHEMA, "talks", pa.Table.from_pylist([talk.row(key) for key, talk in rows], SCHEMA))
    world.carry_out(planned)
    found = world.engine.query(tidy(planned.places)).to_pylist()
    return {
        (row["metric"], row["grain"], row["entity"], row["period"]): (row["value"], row["n"], row["pending"])
        for row in found
    }


def looped(held: Iterable[Talk]) -> dict[tuple[str, ...], tuple[float | None, int, int]]:
    cells: dict[tuple[str, str, str], list[Talk]] = defaultdict(list)
    for talk in held:
        for grain in GRAINS:
            for entity in set(talk.entities(grain)) - {None}:
                for period in periods_with(talk.on):
                    cells[grain, str(entity), period].append(talk)
    return {
        (metric, *cell): numbers
        for cell, there in cells.items()
        for metric, numbers in measured(there)
        if numbers[1] or numbers[2]
    }


def periods_with(day: date) -> Iterator[str]:
    for text in PERIODS:
        if "/" not in text:
            yield period_of(day, parse_kind(text)).key
        elif day in period_of(date.fromisoformat(text[:10]), Trailing(20)):
            yield text


def measured(there: list[Talk]) -> Iterator[tuple[str, tuple[float | None, int, int]]]:
    yield "talks_held", (len(there), len(there), 0)
    sure = [talk for talk in there if talk.is_sure]
    good = sum(talk.is_good is True for talk in sure)
    yield "good_share", (good / len(sure) if sure else None, len(sure), len(there) - len(sure))
    hours = [talk.hours for talk in there if talk.hours is not None]
    yield "mean_hours", (sum(hours) / len(hours) if hours else None, len(hours), 0)
    good_hours = [talk.hours for talk in there if talk.hours is not None and talk.is_good]
    yield "p90_hours", (ninetieth(good_hours) if good_hours else None, len(good_hours), 0)


def ninetieth(hours: list[float]) -> float:
    return quantiles(hours, n=10, method="inclusive")[-1] if len(hours) > 1 else hours[0]


@whatever(talks)
@settings(max_examples=12, deadline=None)
def test_cells_are_what_loops_make_of_the_facts(held: list[Talk]) -> None:
    computed, expected = read(held), looped(held)
    assert computed.keys() == expected.keys()
    for cell, (value, n, pending) in expected.items():
        found = computed[cell]
        assert found[1:] == (n, pending), cell
        assert found[0] == value or isclose(found[0] or 0, value or 0, rel_tol=1e-9), cell
