"""Volvo IT's incidents and problems, up to May 2012: which clock is right, who closes cases, every support metric.

The problems come twice. ``bpi_2013_closed_problems.csv`` has the published log's instants in UTC; ``BPI13C.csv`` has
the same events as Brussels' clocks showed them, under the same label +00:00. Waits and periods are therefore taken from
the first, and what only the second knows (who, where, which product) is joined line by line.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from given import Value, given
from shared_data import shared_data
from support_reference import agree, helpdesk
from trueup.metrics.metric import Grain

pytestmark = pytest.mark.shared

ZONE = "Europe/Brussels"
LOG = """
    SELECT "case:concept:name" AS case_id, "concept:name" AS activity, row_number() OVER () AS line,
      "time:timestamp" AT TIME ZONE 'UTC' AS occurred_at, {more}
    FROM read_csv('{file}', types = {{'time:timestamp': 'TIMESTAMPTZ'}})"""
ATTRIBUTES = '"org:resource" AS person_id, product, "organization country" AS country, "org:role" AS line_of_support'
# A second 'Completed' is the closing; in the hour of the night run it is the system's. Anything else that follows
# 'Completed' is work taken up again.
STEPS = """
    SELECT *, activity = 'Completed' AND before = 'Completed' AS is_closing,
      occurred_at >= TIMESTAMP '2012-03-25' AS is_summer,
      is_closing AND hour(occurred_at) = CASE WHEN is_summer THEN 23 ELSE 22 END AS is_nightly,
      activity <> 'Completed' AND before = 'Completed' AS is_reopening
    FROM (SELECT *, lag(activity) OVER mine AS before, occurred_at - lag(occurred_at) OVER mine AS waited FROM {log}
          WINDOW mine AS (PARTITION BY case_id ORDER BY line))"""
CASE_EVENTS = """
    SELECT case_id, occurred_at, person_id, activity AS value,
      CASE WHEN is_nightly THEN 'system' ELSE 'us' END AS "by",
      CASE WHEN is_closing THEN 'close' WHEN activity = 'Completed' THEN 'resolve' ELSE 'status' END AS kind
    FROM {steps}
    UNION ALL
    SELECT case_id, occurred_at, person_id, activity, 'us', 'reopen' FROM {steps} WHERE is_reopening"""
CASES = """
    SELECT case_id, {account_id} AS account_id, {issue_key} AS issue_key, arg_max(person_id, line) AS owner_id,
      min(occurred_at) AS opened_at, arg_max(activity, line) AS status, {resolved_at} AS resolved_at,
      CASE WHEN bool_or(is_closing) AND max(line) FILTER (is_closing) > coalesce(max(line) FILTER (is_reopening), 0)
        THEN max(occurred_at) FILTER (is_closing) END AS closed_at,
      {is_escalated} AS is_escalated
    FROM {steps} GROUP BY 1"""


SOLVED = """CASE WHEN arg_max(activity, line) = 'Completed'
    THEN max(occurred_at) FILTER (activity = 'Completed' AND NOT is_closing) END"""
JOINED = """
    SELECT s.* REPLACE (u.occurred_at AS occurred_at)
    FROM problems_as_shown s JOIN problems_in_utc u USING (line)"""


@dataclass(frozen=True)
class Logs:
    """The exports: ``incidents``; ``problems_in_utc`` and ``problems_as_shown`` by the clock; ``problems`` joined."""

    database: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[Mapping[str, Value]]:
        return [*self.database.execute(sql).to_arrow_table().to_pylist()]


def _log(folder: Path, file: str, more: str = "NULL AS person_id") -> str:
    return LOG.format(file=folder / file, more=more)


@pytest.fixture(scope="module")
def logs() -> Logs:
    folder = shared_data("bpi2013_incidents")
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    for name, sql in (
        ("incidents", _log(folder, "bpi_2013_incidents.csv")),
        ("problems_in_utc", _log(folder, "bpi_2013_closed_problems.csv")),
        ("problems_as_shown", _log(folder, "BPI13C.csv", ATTRIBUTES)),
        ("problems", JOINED),
        ("incident_steps", STEPS.format(log="incidents")),
        ("problem_steps", STEPS.format(log="problems")),
    ):
        database.execute(f"CREATE TABLE {name} AS {sql}")
    return Logs(database)


def test_the_twins_are_the_same_events_and_one_of_them_shows_brussels_time(logs: Logs) -> None:
    apart = logs.rows(
        f"""SELECT s.case_id = u.case_id AND s.activity = u.activity AS is_same,
              s.occurred_at = u.occurred_at AT TIME ZONE 'UTC' AT TIME ZONE '{ZONE}' AS is_brussels_time,
              (epoch(s.occurred_at - u.occurred_at) / 3600)::INT AS hours, count(*) AS events
            FROM problems_as_shown s JOIN problems_in_utc u USING (line) GROUP BY ALL ORDER BY hours"""
    )
    assert apart == [
        {"is_same": True, "is_brussels_time": True, "hours": 1, "events": 3672},
        {"is_same": True, "is_brussels_time": True, "hours": 2, "events": 2988},
    ]


def test_the_source_closes_incidents_by_itself_in_a_night_run(logs: Logs) -> None:
    """The run comes at 22h in winter and at 23h in summer by the log's own UTC, which is then doubtful itself.

    A run bound to UTC would not move, one bound to Brussels' clocks would move the other way: summer looks an hour late
    in this copy, and two hours late in the copy that shows Brussels' clocks. Waits that span the change are that much
    too long; all others are right in both.
    """
    runs = Counter(
        (row["is_summer"], row["hour"])
        for row in logs.rows(
            """SELECT is_summer, hour(occurred_at) AS hour FROM incident_steps
               WHERE is_closing AND waited > INTERVAL 1 HOUR"""
        )
    )
    assert runs.most_common(2) == [((True, 23), 5349), ((False, 22), 13)]
    assert logs.rows(
        """SELECT count(*) AS closings, count(*) FILTER (is_nightly) AS nightly,
             count(*) FILTER (is_nightly AND waited BETWEEN INTERVAL 7 DAY AND INTERVAL 8 DAY) AS after_a_week
           FROM incident_steps WHERE is_closing"""
    ) == [{"closings": 5741, "nightly": 5374, "after_a_week": 3666}]


@pytest.mark.parametrize(
    ("resolved_at", "closing_counts", "as_of"),
    [
        (SOLVED, False, "2012-05-09T10:00:00"),
        ("NULL", False, "2012-05-09T10:00:00"),
        ("NULL", True, "2012-05-31T21:59:59.999999"),
    ],
    ids=["solved", "closing and history", "closing counts"],
)
def test_every_support_metric_of_incidents_agrees_with_plain_sql(
    logs: Logs, resolved_at: str, *, closing_counts: bool, as_of: str
) -> None:
    cases = logs.rows(
        CASES.format(
            steps="incident_steps", account_id="NULL", issue_key="NULL", resolved_at=resolved_at, is_escalated="NULL"
        )
    )
    events = logs.rows(CASE_EVENTS.format(steps="incident_steps"))
    moment = datetime.fromisoformat(as_of)
    reference = helpdesk(cases, events, as_of=moment, zone=ZONE, closing_counts=closing_counts)
    world = given(cases=cases, case_events=events, as_of=f"{as_of}Z", zone=ZONE)
    agree(world, reference, by="company", closing_counts=closing_counts)


@pytest.mark.parametrize("by", ["company", "account", "person"])
@pytest.mark.parametrize("closing_counts", [False, True])
def test_every_support_metric_of_problems_agrees_with_plain_sql(logs: Logs, by: Grain, *, closing_counts: bool) -> None:
    """A country's organisation stands for the account and the product for the issue, so that problems come again."""
    cases = logs.rows(
        CASES.format(
            steps="problem_steps",
            account_id="min(country)",
            issue_key="min(product)",
            resolved_at="NULL",
            is_escalated="bool_or(line_of_support LIKE '%3rd%')",
        )
    )
    events = logs.rows(CASE_EVENTS.format(steps="problem_steps"))
    as_of = "2012-04-30T21:59:59.999999"
    reference = helpdesk(cases, events, as_of=datetime.fromisoformat(as_of), zone=ZONE, closing_counts=closing_counts)
    agree(
        given(cases=cases, case_events=events, as_of=f"{as_of}Z", zone=ZONE),
        reference,
        by=by,
        closing_counts=closing_counts,
    )
    repeats = reference.cells("repeat_contact_rate", "company")
    assert sum(cell.numerator or 0 for cell in repeats.values()) > 100
