"""The customer's own measures, twice: as built, and by SQL that shares nothing with it."""

from functools import cache
from math import isclose
from typing import Any

import duckdb
import pytest

from given import World, given
from goal_reference import MACROS, STATEMENTS, TABLES, Cell, Numbers, cells, kaplan_meier_median
from imagined import imagined
from trueup.metrics.metric import GRAINS
from trueup.metrics.places import tidy
from trueup.metrics.registry import built_in_metrics

AS_OF = ("2026-06-30", "2026-02-11T14:30")
SETTINGS: dict[str, dict[str, Any]] = {
    "as defined": {},
    "verified only": {"goal_attainment": {"verified_only": True, "ended_days": 30},
                      "goals_on_track": {"verified_only": True}, "time_to_first_value": {"first_value": 0.9}},
}  # fmt: skip


@cache
def world_of(as_of: str) -> tuple[World, duckdb.DuckDBPyConnection]:
    """The imagined company, and a connection of its own that holds its tables and the periods."""
    accounts = tuple(f"account{number}" for number in range(9))
    world = given(as_of=as_of, **imagined(4, accounts))  # type: ignore[arg-type]
    connection = duckdb.connect()
    for name in TABLES:
        connection.register("arriving", world.engine.query(f"SELECT * FROM state.{name}"))
        connection.execute(f"CREATE TABLE {name} AS FROM arriving")
    connection.register("arriving", world.engine.query("SELECT * FROM calendar.periods"))
    connection.execute("CREATE TABLE periods AS FROM arriving")
    connection.execute(MACROS)
    return world, connection


@cache
def computed(as_of: str, how: str) -> dict[str, dict[Cell, Numbers]]:
    world, _ = world_of(as_of)
    planned = world.compute([built_in_metrics()[name] for name in STATEMENTS], grains=GRAINS, settings=SETTINGS[how])
    found: dict[str, dict[Cell, Numbers]] = {name: {} for name in STATEMENTS}
    for row in world.engine.query(tidy(planned.places)).to_pylist():
        found[row["metric"]][row["grain"], row["entity"], row["period"]] = Numbers(
            row["value"], row["n"], row["pending"]
        )
    return found


@pytest.mark.parametrize("how", SETTINGS)
@pytest.mark.parametrize("as_of", AS_OF)
@pytest.mark.parametrize("metric", STATEMENTS)
def test_each_number_is_what_plain_sql_makes_of_the_rows(metric: str, as_of: str, how: str) -> None:
    parameters = {"verified_only": False, "ended_days": 365, "first_value": 0.25, **SETTINGS[how].get(metric, {})}
    expected = cells(
        world_of(as_of)[1], metric, **parameters, as_of_on=f"DATE '{as_of[:10]}'", is_day_over="T" not in as_of
    )
    found = computed(as_of, how)[metric]
    assert found.keys() == expected.keys()
    assert len(found) > 50
    for cell, numbers in expected.items():
        assert found[cell][1:] == numbers[1:], cell
        assert same(found[cell].value, numbers.value), (cell, found[cell], numbers)


def same(one: float | None, other: float | None) -> bool:
    return one is other if one is None or other is None else isclose(one, other, rel_tol=1e-9)


def test_the_reference_knows_the_median_of_the_leukaemia_remissions() -> None:
    came = [(weeks, True) for weeks in (6, 6, 6, 7, 10, 13, 16, 22, 23)]
    waiting = [(weeks, False) for weeks in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)]
    assert kaplan_meier_median([*came, *waiting]) == 23
