"""Kaplan-Meier medians: by hand, against loops, and where they are not reached."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from fractions import Fraction
from functools import cache
from statistics import median_low

import ibis
import pyarrow as pa
import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from given import World, given
from trueup.metrics.audit import sample_audit
from trueup.metrics.compute import Plan
from trueup.metrics.explain import explain, formula
from trueup.metrics.fact import FACT_SCHEMA, Fact
from trueup.metrics.instances import DefinitionError
from trueup.metrics.metric import Grain, Metric
from trueup.metrics.places import tidy
from trueup.units.period import parse_period

COLUMNS = {
    "fact_key": "string",
    "account_id": "string",
    "person_id": "string",
    "occurred_at": "timestamp(6)",
    "occurred_on": "date",
    "credited_on": "date",
    "days": "float64",
    "has_come": "boolean",
    "is_known": "boolean",
}
ARROW = {"string": pa.string(), "timestamp(6)": pa.timestamp("us"), "date": pa.date32(), "boolean": pa.bool_(),
         "float64": pa.float64()}  # fmt: skip
SCHEMA = pa.schema({name: ARROW[kind] for name, kind in COLUMNS.items()})
WAITS = Fact("waits", "waits", lambda _: ibis.table(COLUMNS, name="waits", database=FACT_SCHEMA), credit="person")
MEDIAN = Metric(
    "median_wait", "Median wait", "success", "customer_outcome", "lower", "days", "x",
    fact="waits", agg="survival_median", measure="days", event="has_come", maturity="is_known",
)  # fmt: skip
LONGEST = replace(MEDIAN, name="longest_tenth", agg="percentile", percentile=0.9, event=None, maturity=None)
GRAINS: tuple[Grain, ...] = ("company", "account", "segment", "person", "team")
PERIODS = ("month", "quarter")

Wait = tuple[float, bool]


@cache
def ground() -> tuple[World, Plan]:
    world = given(
        accounts="account_id segment\nacme small\nglobex large",
        people="person_id team\nann north\nbob north\ncy -",
        interactions="interaction_id occurred_at\ni0 2026-04-01T00:00",
    )
    world.engine.load(FACT_SCHEMA, "waits", pa.Table.from_pylist([], SCHEMA))
    return world, world.plan([MEDIAN, LONGEST], grains=GRAINS, periods=PERIODS, using=[WAITS], have=["waits"])


def load(waits: Iterable[dict[str, object]]) -> World:
    world, planned = ground()
    rows = []
    for number, wait in enumerate(waits):
        day = wait.pop("on", date(2026, 5, 3))
        rows.append({"fact_key": f"w{number}", "account_id": "acme", "person_id": "ann", "is_known": True, **wait,
                     "occurred_on": day, "credited_on": day, "occurred_at": datetime.combine(day, time())})  # fmt: skip
    world.engine.load(FACT_SCHEMA, "waits", pa.Table.from_pylist(rows, SCHEMA))
    world.carry_out(planned)
    return world


def cells(world: World) -> dict[tuple[str, str, str], tuple[float | None, int, int, str]]:
    rows = world.engine.query(tidy(ground()[1].places)).to_pylist()
    return {
        (row["grain"], row["entity"], row["period"]): (row["value"], row["n"], row["pending"], row["status"])
        for row in rows
        if row["metric"] == MEDIAN.name
    }


def of(*waits: Wait) -> tuple[float | None, int, int, str]:
    return cells(load({"days": days, "has_come": came} for days, came in waits))["company", "company", "2026-05"]


def test_who_still_waits_is_neither_left_out_nor_counted_as_done() -> None:
    # At 6: 3 of 21 got there. 7: 1 of 17. 10: 1 of 15. 13: 1 of 12. 16: 1 of 11. 22: 1 of 7. 23: 1 of 6.
    # Still waiting then: .857, .807, .753, .690, .627, .538, .448. (Freireich's leukaemia remissions, 1963.)
    came = (6, 6, 6, 7, 10, 13, 16, 22, 23)
    waiting = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
    assert of(*((days, True) for days in came), *((days, False) for days in waiting)) == (23, 21, 0, "ok")


def test_without_anyone_waiting_it_is_the_time_by_which_half_got_there() -> None:
    assert of((10, True), (40, True), (20, True))[0] == 20
    assert of((10, True), (40, True), (20, True), (30, True))[0] == 20


def test_where_most_still_wait_there_is_no_median_and_the_reason_is_told() -> None:
    assert of((10, True), (20, False), (30, False)) == (None, 3, 0, "not_reached")
    assert of((10, False)) == (None, 1, 0, "not_reached")


def test_who_stopped_being_watched_on_the_day_another_got_there_was_still_watched_on_it() -> None:
    assert of((10, True), (10, False))[0] == 10
    assert of((10, True), (10, False), (10, False))[0] is None


def test_rows_that_are_not_measured_or_not_sure_yet_count_nowhere() -> None:
    unknown = {"days": None, "has_come": True}
    unsure = {"days": 1, "has_come": True, "is_known": False}
    unsaid = {"days": 9, "has_come": None}
    world = load([unknown, unsure, unsaid, {"days": 4, "has_come": True}])
    assert cells(world)["company", "company", "2026-05"] == (4, 2, 1, "ok")


def test_the_rows_behind_it_say_who_still_waits() -> None:
    world = load([{"days": 4, "has_come": True}, {"days": 9, "has_come": False}, {"days": None, "has_come": False}])
    bound = next(bound for bound in ground()[1].metrics if bound.metric.name == MEDIAN.name)
    told = explain(bound, grain="account", entity="acme", period=parse_period("2026-Q2"), kind="quarter")
    rows = world.engine.query(told.rows_sql).to_pylist()
    assert [row["counted_as"] for row in rows] == ["measured", "still waiting", "not counted"]
    assert world.engine.query(told.cell_sql).to_pylist() == [
        {"median_wait__pending": 0, "median_wait__n": 2, "median_wait__value": 4.0}
    ]
    assert formula(MEDIAN).startswith("the Kaplan-Meier median of days over rows of waits; without has_come")


def test_the_event_must_be_a_flag() -> None:
    with pytest.raises(DefinitionError, match="days is no flag"):
        ground()[0].plan([replace(MEDIAN, event="days")], using=[WAITS])
    with pytest.raises(DefinitionError, match="no column 'has_com'; did you mean has_come"):
        ground()[0].plan([replace(MEDIAN, event="has_com")], using=[WAITS])


def naive(waits: Sequence[Wait]) -> float | None:
    """The textbook's product, in exact fractions."""
    waiting = Fraction(1)
    for time_of in sorted({days for days, came in waits if came}):
        watched = sum(days >= time_of for days, _ in waits)
        waiting *= 1 - Fraction(sum(days == time_of and came for days, came in waits), watched)
        if waiting <= Fraction(1, 2):
            return time_of
    return None


waits = st.lists(
    st.fixed_dictionaries({
        "days": st.integers(0, 12).map(float),
        "has_come": st.sampled_from([True, True, False]),
        "account_id": st.sampled_from([None, "acme", "globex"]),
        "person_id": st.sampled_from([None, "ann", "bob", "cy"]),
        "on": st.dates(date(2026, 4, 2), date(2026, 6, 30)),
    }),
    max_size=40,
)  # fmt: skip


@whatever(waits)
@settings(max_examples=15, deadline=None)
def test_cells_are_what_the_textbook_makes_of_the_rows(held: list[dict[str, object]]) -> None:
    found = cells(load(map(dict, held)))
    groups: dict[tuple[str, str, str], list[Wait]] = {}
    segments, teams = {"acme": "small", "globex": "large"}, {"ann": "north", "bob": "north"}
    for wait in held:
        account, person, day = wait["account_id"], wait["person_id"], wait["on"]
        entities = {"company": "company", "account": account, "segment": segments.get(account), "person": person,
                    "team": teams.get(person)}  # fmt: skip
        for grain, entity in entities.items():
            for period in (f"{day:%Y-%m}", f"2026-Q{(day.month + 2) // 3}") if entity else ():
                groups.setdefault((grain, entity, period), []).append((wait["days"], wait["has_come"]))
    assert found.keys() == groups.keys()
    for group, there in groups.items():
        expected = naive(there)
        assert found[group] == (expected, len(there), 0, "not_reached" if expected is None else "ok"), group
    planned, engine = ground()[1], ground()[0].engine
    assert bool(sample_audit(planned, engine, cells=10)) == bool(held)


@whatever(st.lists(st.integers(0, 50).map(float), min_size=1, max_size=30))
@settings(max_examples=8, deadline=None)
def test_with_nobody_waiting_it_is_the_lower_median(days: list[float]) -> None:
    assert of(*((each, True) for each in days))[0] == median_low(days)


@whatever(st.lists(st.tuples(st.integers(0, 30).map(float), st.booleans()), min_size=1, max_size=30), st.integers(1, 9))
@settings(max_examples=8, deadline=None)
def test_the_unit_of_time_is_only_a_unit(held: list[Wait], factor: int) -> None:
    value, *rest = of(*held)
    assert of(*((days * factor, came) for days, came in held)) == (None if value is None else value * factor, *rest)
