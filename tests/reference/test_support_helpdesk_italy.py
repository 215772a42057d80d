"""An Italian software company's help desk, 2010 to 2014: its clock, its automatic closings, every support metric."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pytest

from given import Value, World, given
from shared_data import shared_data
from support_reference import Helpdesk, agree, helpdesk
from trueup.metrics.metric import Grain

pytestmark = pytest.mark.shared

ZONE = "Europe/Rome"
EVENTS = """
    CREATE TABLE log AS
    SELECT "case:concept:name" AS case_id, "concept:name" AS activity, "org:resource" AS person_id,
      "time:timestamp" AT TIME ZONE 'UTC' AS occurred_at, row_number() OVER () AS line
    FROM read_csv('{folder}/helpdesk.csv', types = {{'time:timestamp': 'TIMESTAMPTZ'}})"""
# The source closes a ticket by itself 15 local days after 'Resolve ticket', within a minute.
STEPS = f"""
    CREATE TABLE steps AS
    SELECT *, lag(activity) OVER mine AS before,
      last_value(CASE WHEN activity = 'Resolve ticket' THEN occurred_at END IGNORE NULLS) OVER mine AS solved_at,
      (occurred_at AT TIME ZONE 'UTC' AT TIME ZONE '{ZONE}')
      - (solved_at AT TIME ZONE 'UTC' AT TIME ZONE '{ZONE}') AS waited,
      activity = 'Closed' AND waited BETWEEN INTERVAL 15 DAY AND INTERVAL '15 days 1 minute' AS is_automatic
    FROM log WINDOW mine AS (PARTITION BY case_id ORDER BY line)"""
CASE_EVENTS = """
    SELECT case_id, occurred_at, CASE WHEN is_automatic THEN 'system' ELSE 'us' END AS "by", person_id,
      activity AS value, CASE
        WHEN activity IN ('Resolve ticket', 'RESOLVED') THEN 'resolve'
        WHEN activity = 'Closed' THEN 'close'
        WHEN activity IN ('Assign seriousness', 'Take in charge ticket') THEN 'assignment'
        ELSE 'status' END AS kind
    FROM steps
    UNION ALL
    SELECT case_id, occurred_at, 'us', person_id, activity, 'reopen' FROM steps
    WHERE before IN ('Resolve ticket', 'RESOLVED', 'Closed') AND activity IN (
      'Assign seriousness', 'Take in charge ticket', 'Wait', 'Require upgrade', 'Schedule intervention')"""
CASES = """
    SELECT case_id, arg_max(person_id, line) FILTER (activity <> 'Closed') AS owner_id, min(occurred_at) AS opened_at,
      max(occurred_at) FILTER (activity = 'Closed') AS closed_at, arg_max(activity, line) AS status,
      {resolved_at} AS resolved_at
    FROM steps GROUP BY 1"""
SOLVED = "max(occurred_at) FILTER (activity = 'Resolve ticket')"


@dataclass(frozen=True)
class Log:
    """The export, and the canonical rows made of it."""

    database: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[Mapping[str, Value]]:
        return [*self.database.execute(sql).to_arrow_table().to_pylist()]

    def cases(self, *, resolved_at: str) -> list[Mapping[str, Value]]:
        return self.rows(CASES.format(resolved_at=resolved_at))


@pytest.fixture(scope="module")
def log() -> Log:
    folder = shared_data("helpdesk_italy")
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute(EVENTS.format(folder=folder))
    database.execute(STEPS)
    database.execute(f"CREATE TABLE twin AS FROM read_csv('{folder}/helpdesk_tpot.csv')")
    return Log(database)


def test_both_copies_tell_the_same_events_on_the_same_clock(log: Log) -> None:
    of_copy = 'SELECT "concept:name" AS activity, "time:timestamp" AS occurred_at FROM twin'
    ours = "SELECT activity, occurred_at FROM log"
    assert log.rows(f"({ours} EXCEPT ALL {of_copy}) UNION ALL ({of_copy} EXCEPT ALL {ours})") == []
    assert log.rows("SELECT count(*) AS events, count(DISTINCT case_id) AS cases FROM log") == [
        {"events": 21348, "cases": 4580}
    ]


def test_the_clock_is_utc_because_automatic_closings_keep_the_local_hour_over_daylight_saving(log: Log) -> None:
    """Waits of 15 days that span a change of Rome's clocks are an hour off in the file's clock, and none in Rome's."""
    hours_off = Counter(
        (row["hours"], row["in_rome"])
        for row in log.rows(
            """SELECT round((epoch(occurred_at - solved_at) - 15 * 86400) / 3600)::INT AS hours,
                       round((epoch(waited) - 15 * 86400) / 3600)::INT AS in_rome
                FROM steps WHERE is_automatic"""
        )
    )
    assert hours_off == {(0, 0): 1295, (1, 0): 49, (-1, 0): 54}


def test_a_third_of_the_closings_are_automatic(log: Log) -> None:
    [row] = log.rows(
        "SELECT count(*) FILTER (is_automatic) AS automatic, count(*) AS all FROM steps WHERE activity = 'Closed'"
    )
    assert row == {"automatic": 1398, "all": 4574}


@pytest.fixture(scope="module", params=["solved", "closing counts", "closing and history"])
def helpdesks(request: pytest.FixtureRequest, log: Log) -> tuple[World, Helpdesk, bool]:
    """The same help desk for the product and for the reference, in the middle of its history.

    What is delivered: when each ticket was solved; or only its closing and its history.
    """
    counting = request.param == "closing counts"
    cases = log.cases(resolved_at=SOLVED if request.param == "solved" else "NULL")
    events = log.rows(CASE_EVENTS)
    world = given(cases=cases, case_events=events, as_of="2012-06-30", zone=ZONE)
    as_of = datetime.fromisoformat("2012-06-30T21:59:59.999999")
    return world, helpdesk(cases, events, as_of=as_of, zone=ZONE, closing_counts=counting), counting


@pytest.mark.parametrize("by", ["company", "person"])
def test_every_support_metric_agrees_with_plain_sql(helpdesks: tuple[World, Helpdesk, bool], by: Grain) -> None:
    world, reference, counting = helpdesks
    agree(world, reference, by=by, closing_counts=counting)
