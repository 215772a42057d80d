"""Laws that every metric of the catalogue obeys, whatever it measures."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from math import isclose
from random import Random
from typing import Any

import pytest
from ibis import Table, to_sql

from given import MONTHS_QUARTERS_YEARS, World, given
from imagined import ACCOUNTS, Tables, imagined
from trueup.canon.entries import ENTRY_TABLE
from trueup.metrics.audit import sample_audit
from trueup.metrics.compute import Plan, Step, plan
from trueup.metrics.metric import ADDITIVE, Grain, Metric
from trueup.metrics.places import tidy
from trueup.metrics.registry import built_in_facts, built_in_metrics

GRAINS: tuple[Grain, ...] = ("account", "person", "team", "segment", "company")
METRICS = sorted(built_in_metrics())
AS_OF = "2026-06-30"
LATER = datetime.fromisoformat("2026-07-03T00:00")
ADDING = [name for name in METRICS if built_in_metrics()[name].agg in ADDITIVE]
DATED = [name for name in ADDING if built_in_facts()[built_in_metrics()[name].fact].timing == "event"]
BY_KEY = ("quota_attainment", "market_share")
"""Metrics of periods that somebody named in the data: a quota's quarter, a market's period."""

Cell = tuple[str, str, str, str]
Numbers = Mapping[str, Any]
EXACT = ("n", "pending", "status")
MEASURED = ("value", "numerator", "denominator")


def computed(tables: Tables, periods: tuple[str, ...] = MONTHS_QUARTERS_YEARS) -> tuple[World, Plan]:
    """A world in which every metric is computed for every grain."""
    world = given(as_of=AS_OF, **tables)
    kinds = tuple(world.lay_periods(periods))
    planned, steps = compiled(kinds)
    for step, select in steps:
        step.make(world.engine, select)
    return world, planned


@cache
def compiled(kinds: tuple[str, ...]) -> tuple[Plan, list[tuple[Step, str]]]:
    """The plan and its SQL: moments, zones and currencies are the calendar's, and so they are every company's."""
    context = given().context
    planned = plan(built_in_metrics().values(), built_in_facts(), context=context, grains=GRAINS, kinds=kinds)
    facts = fact_sql()
    return planned, [(s, s.select if isinstance(s.select, str) else facts[s.name]) for s in planned.steps]


@cache
def fact_sql() -> Mapping[str, str]:
    """The facts' queries; they are the same for all kinds of period, which are rows of the calendar."""
    planned = plan(built_in_metrics().values(), built_in_facts(), context=given().context, grains=GRAINS)
    selects = {step.name: step.select for step in planned.steps}
    return {name: str(to_sql(of, dialect="duckdb")) for name, of in selects.items() if isinstance(of, Table)}


def cells(world: World, planned: Plan) -> dict[Cell, Numbers]:
    rows = world.engine.query(tidy(planned.places)).to_pylist()
    return {(row["metric"], row["grain"], row["entity"], row["period"]): row for row in rows}


@cache
def original() -> tuple[World, Plan, dict[Cell, Numbers]]:
    world, planned = computed(imagined(1))
    return world, planned, cells(world, planned)


@cache
def changed(how: str) -> dict[Cell, Numbers]:
    tables = {"shuffled": shuffled, "joined by another": joined_by_another, "told later": told_later}[how]()
    return cells(*computed(tables))


def shuffled() -> Tables:
    chance = Random(7)
    return {name: chance.sample(rows, len(rows)) for name, rows in imagined(1).items()}


def joined_by_another() -> Tables:
    return imagined(1, (*ACCOUNTS, "hooli"))


def told_later() -> Tables:
    """The same company, and what became known after the as-of day: other versions of its rows, and new rows."""
    chance, tables = Random(9), imagined(1)
    dated = {"deals", "interactions", "cases", "contracts", "promotions", "leads", *ENTRY_TABLE}
    for name, rows in imagined(2).items():
        if name in dated:
            versions = [{**row, "recorded_at": LATER} for row in chance.sample(rows, len(rows) // 2)]
            tables[name] = [*tables[name], *versions]
    return tables


def same(left: Numbers, right: Numbers) -> bool:
    return all(close(left[part], right[part]) for part in MEASURED) and all(left[part] == right[part] for part in EXACT)


def close(left: float | None, right: float | None) -> bool:
    """Sums of float64 may differ by the order of their terms."""
    return left == right if left is None or right is None else isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


def of(found: Mapping[Cell, Numbers], metric: str, *grains: str) -> dict[Cell, Numbers]:
    return {cell: numbers for cell, numbers in found.items() if cell[0] == metric and (not grains or cell[1] in grains)}


def assert_same(left: Mapping[Cell, Numbers], right: Mapping[Cell, Numbers]) -> None:
    assert left.keys() == right.keys()
    for cell, numbers in left.items():
        assert same(numbers, right[cell]), (numbers, right[cell])


@cache
def nothing() -> dict[Cell, Numbers]:
    """A company that has but a currency."""
    return cells(*computed({"fx_rates": imagined(1)["fx_rates"]}))


@pytest.mark.parametrize("metric", METRICS)
def test_of_nothing_there_is_nothing(metric: str) -> None:
    assert not of(nothing(), metric)


@pytest.mark.parametrize("metric", METRICS)
def test_the_imagined_company_has_something_to_measure(metric: str) -> None:
    assert of(original()[2], metric)


@pytest.mark.parametrize("metric", METRICS)
def test_the_order_of_the_rows_changes_nothing(metric: str) -> None:
    assert_same(of(original()[2], metric), of(changed("shuffled"), metric))


@pytest.mark.parametrize("metric", METRICS)
def test_another_accounts_rows_leave_this_one_alone(metric: str) -> None:
    more = of(changed("joined by another"), metric, "account")
    assert_same(of(original()[2], metric, "account"), {cell: more[cell] for cell in more if cell[2] != "hooli"})


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_recorded_later_changes_no_value_as_of_before(metric: str) -> None:
    assert_same(of(original()[2], metric), of(changed("told later"), metric))


def parts(world: World, planned: Plan, metric: str, grain: str) -> dict[str, tuple[float, ...]]:
    """The metric's parts by period, added up over all entities of a grain, rows of no account among them."""
    [place] = [p for p in planned.places if (p.metric, p.grain) == (metric, grain)]
    columns = [
        column for column in (place.numerator or place.value, place.denominator, place.n, place.pending) if column
    ]
    sums = ", ".join(f'CAST(COALESCE(SUM("{column}"), 0) AS DOUBLE)' for column in columns)
    rows = world.engine.query(f"SELECT period_key, {sums} FROM cells.{place.table} GROUP BY period_key").to_pylist()
    return {str(key): tuple(numbers) for key, *numbers in (row.values() for row in rows)}


@pytest.mark.parametrize("metric", [name for name in ADDING if "account" in built_in_metrics()[name].grains])
def test_what_accounts_add_up_to_is_the_companys(metric: str) -> None:
    world, planned, _ = original()
    company = parts(world, planned, metric, "company")
    accounts = parts(world, planned, metric, "account")
    assert accounts.keys() == company.keys()
    for period, numbers in company.items():
        assert accounts[period] == pytest.approx(numbers, rel=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_a_ratio_is_its_pooled_numerator_over_its_pooled_denominator(metric: str) -> None:
    for numbers in of(original()[2], metric).values():
        if built_in_metrics()[metric].agg != "ratio":
            continue
        if numbers["denominator"]:
            assert numbers["value"] == pytest.approx(numbers["numerator"] / numbers["denominator"])
        else:
            assert (numbers["value"], numbers["status"]) == (None, "no_denominator")


@pytest.mark.parametrize("metric", DATED)
def test_the_months_of_a_quarter_add_up_to_it(metric: str) -> None:
    world, planned, _ = original()
    for grain in {place.grain for place in planned.places if place.metric == metric}:
        periods = parts(world, planned, metric, grain)
        for quarter, months in (("2026-Q1", ("01", "02", "03")), ("2026-Q2", ("04", "05", "06"))):
            there = [periods[f"2026-{month}"] for month in months if f"2026-{month}" in periods]
            together = tuple(map(sum, zip(*there, strict=True)))
            assert together == pytest.approx(periods.get(quarter, ()), rel=1e-9)


@cache
def last_thirty_days() -> dict[Cell, Numbers]:
    return cells(*computed(imagined(1), ("2026-06-30/P30D",)))


@pytest.mark.parametrize("metric", [name for name in METRICS if name not in BY_KEY])
def test_the_thirty_days_of_june_say_what_june_says(metric: str) -> None:
    june = {cell: n for cell, n in of(original()[2], metric).items() if cell[3] == "2026-06"}
    window = {(*cell[:3], "2026-06"): n for cell, n in of(last_thirty_days(), metric).items()}
    assert_same(june, window)


def test_every_cell_follows_from_its_facts() -> None:
    world, planned, _ = original()
    assert sample_audit(planned, world.engine, cells=300, seed=3) > 200


def test_every_metric_states_where_its_numbers_lie() -> None:
    planned = original()[1]
    wanted: dict[str, Metric] = dict(built_in_metrics())
    assert {place.metric for place in planned.places} == wanted.keys()
