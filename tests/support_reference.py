"""Every support metric of a helpdesk in plain SQL, by month: definitions.md sections 3 and 8, one statement each.

Nothing here is shared with the product: everything is looked up where it is needed, with no windows and no calendars.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest

from given import ARROW_TYPES, Value, World
from trueup.canon.tables import TABLE
from trueup.metrics.metric import Grain
from trueup.metrics.places import tidy
from trueup.metrics.registry import built_in_metrics

Rows = Sequence[Mapping[str, Value]]
ONE_MONTH = timedelta(days=32)

# Readings 2 and 21: how each case stood at the moment t, and who closed it last.
STANDING = """
    CREATE TABLE closed_by_system AS
    SELECT DISTINCT e.case_id FROM case_events e
    WHERE e.kind = 'close' AND e.by = 'system' AND e.occurred_at <= {as_of} AND NOT EXISTS (
      SELECT 1 FROM case_events f WHERE f.case_id = e.case_id AND f.kind = 'close' AND f.by IS DISTINCT FROM 'system'
      AND f.occurred_at BETWEEN e.occurred_at AND {as_of});
    CREATE MACRO standing(t) AS TABLE
    SELECT c.case_id, c.account_id, c.issue_key, c.owner_id, c.opened_at,
      CASE
        WHEN c.resolved_at <= t THEN c.resolved_at
        WHEN c.resolved_at IS NULL AND c.closed_at <= t AND c.case_id NOT IN (FROM closed_by_system) THEN c.closed_at
        WHEN r.last_at IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM case_events e WHERE e.case_id = c.case_id AND e.kind = 'reopen'
          AND e.occurred_at > r.last_at AND e.occurred_at <= t) THEN r.last_at
        WHEN c.resolved_at IS NULL AND c.closed_at <= t AND {closing_counts} THEN c.closed_at
      END AS resolved_at
    FROM cases c LEFT JOIN (
      SELECT case_id, max(occurred_at) AS last_at FROM case_events
      WHERE kind = 'resolve' AND occurred_at <= t GROUP BY 1
    ) r USING (case_id)
    WHERE c.opened_at <= t"""

# Section 3 and readings 19, 20: a case begins an issue unless an earlier one of its account and key reaches it.
ISSUES = """
    CREATE TABLE now AS FROM standing({as_of});
    CREATE TABLE firsts AS
    SELECT b.* FROM now b WHERE NOT EXISTS (
      SELECT 1 FROM now a WHERE a.account_id = b.account_id AND a.issue_key = b.issue_key
      AND (a.opened_at, a.case_id) < (b.opened_at, b.case_id)
      AND (a.resolved_at IS NULL OR b.opened_at <= a.resolved_at + INTERVAL 30 DAY));
    CREATE TABLE chained AS
    SELECT n.*, coalesce((
      SELECT arg_max(f.case_id, (f.opened_at, f.case_id)) FROM firsts f
      WHERE f.account_id = n.account_id AND f.issue_key = n.issue_key
      AND (f.opened_at, f.case_id) <= (n.opened_at, n.case_id)), n.case_id) AS issue_id
    FROM now n;
    CREATE TABLE reopened AS
    SELECT DISTINCT case_id FROM case_events WHERE kind = 'reopen' AND occurred_at <= {as_of};
    CREATE TABLE contacts AS
    SELECT * FROM interactions WHERE kind IN ('call', 'email', 'chat', 'social', 'visit') AND occurred_at <= {as_of}
    AND is_automatic IS NOT TRUE;
    CREATE TABLE solved AS
    SELECT issue_id, min(account_id) AS account_id, arg_max(owner_id, (resolved_at, opened_at, case_id)) AS owner_id,
      min(opened_at) AS opened_at, max(resolved_at) AS resolved_at, list(case_id) AS cases
    FROM chained GROUP BY 1 HAVING bool_and(resolved_at IS NOT NULL)"""

RESOLVED_CASE = (
    "SELECT c.account_id, c.owner_id, c.resolved_at, {mature}, {above} FROM chained c WHERE resolved_at <= {as_of}"
)
OTHER_CASE = """EXISTS (SELECT 1 FROM chained o WHERE o.issue_id = c.issue_id AND o.case_id <> c.case_id
    AND o.opened_at > {after} AND o.opened_at <= {until})"""
SOLVED_ISSUE = """
    SELECT s.account_id, s.owner_id, s.resolved_at, s.resolved_at + INTERVAL 30 DAY <= {as_of}, {above} FROM solved s"""
CONTACTS = "(SELECT count(*) FROM contacts t WHERE t.case_id IN (SELECT unnest(s.cases)))"

Kind = Literal["ratio", "median", "count"]
METRICS: Mapping[str, tuple[Kind, str]] = {
    "repeat_contact_rate": (
        "ratio",
        RESOLVED_CASE.replace("{mature}", "c.resolved_at + INTERVAL 30 DAY <= {as_of}").replace(
            "{above}", OTHER_CASE.format(after="c.resolved_at", until="c.resolved_at + INTERVAL 30 DAY")
        ),
    ),
    "parallel_case_rate": (
        "ratio",
        RESOLVED_CASE.replace("{mature}", "true").replace(
            "{above}", OTHER_CASE.format(after="c.opened_at", until="c.resolved_at")
        ),
    ),
    "reopen_rate": (
        "ratio",
        RESOLVED_CASE.replace("{mature}", "true").replace("{above}", "c.case_id IN (FROM reopened)"),
    ),
    "interactions_per_issue": ("ratio", SOLVED_ISSUE.replace("{above}", CONTACTS)),
    "first_contact_resolution": (
        "ratio",
        SOLVED_ISSUE.replace(
            "{above}",
            f"""len(s.cases) = 1 AND s.cases[1] NOT IN (FROM reopened)
                AND {CONTACTS.replace("t WHERE", "t WHERE t.direction = 'inbound' AND")} = 1""",
        ),
    ),
    "time_to_permanent_solution": (
        "median",
        SOLVED_ISSUE.replace("{above}", "(epoch_us(s.resolved_at) - epoch_us(s.opened_at)) / 3600e6"),
    ),
    "cases_opened": ("count", "SELECT account_id, owner_id, opened_at, true, 1 FROM cases WHERE opened_at <= {as_of}"),
    "cases_closed": ("count", "SELECT account_id, owner_id, closed_at, true, 1 FROM cases WHERE closed_at <= {as_of}"),
    "cases_escalated": (
        "count",
        """SELECT account_id, owner_id, escalated_at, true, 1 FROM (
             SELECT *, coalesce((SELECT min(e.occurred_at) FROM case_events e WHERE e.case_id = c.case_id
                                 AND e.kind = 'escalation' AND e.occurred_at <= {as_of}),
                                CASE WHEN is_escalated THEN opened_at END) AS escalated_at FROM cases c
           ) WHERE escalated_at <= {as_of}""",
    ),
}
BACKLOG = "SELECT account_id, owner_id FROM standing({at}) WHERE resolved_at IS NULL"


class Cell(NamedTuple):
    """What a metric comes to for one entity and month."""

    value: float | None
    numerator: float | None
    denominator: float | None
    n: int
    pending: int


Cells = Mapping[tuple[str, str], Cell]


@dataclass(frozen=True)
class Helpdesk:
    """Cases with their history, as they are known at a moment (UTC), in a zone."""

    database: duckdb.DuckDBPyConnection
    as_of: datetime
    zone: ZoneInfo

    def cells(self, metric: str, by: Grain) -> Cells:
        """The metric by entity and local month."""
        kind, sql = METRICS.get(metric, ("count", ""))
        found = self._happened(sql) if sql else self._waiting()
        facts: dict[tuple[str, str], list[tuple[bool, float]]] = defaultdict(list)
        for account, person, month, is_mature, above in found:
            entity = {"company": "company", "account": account, "person": person}[by]
            if entity is not None:
                facts[entity, month].append((is_mature, above))
        return {key: _cell(kind, rows) for key, rows in facts.items()}

    def _happened(self, sql: str) -> Iterator[tuple[str | None, str | None, str, bool, float]]:
        for account, person, at, is_mature, above in self._query(sql):
            yield account, person, self._month(at), is_mature, above

    def _waiting(self) -> Iterator[tuple[str | None, str | None, str, bool, float]]:
        [(first,)] = self._query("SELECT min(opened_at) FROM cases")
        local = (
            first.replace(tzinfo=UTC).astimezone(self.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        )
        while (begins_at := local.astimezone(UTC).replace(tzinfo=None)) <= self.as_of:
            local = (local + ONE_MONTH).replace(day=1)
            last_moment = local.astimezone(UTC).replace(tzinfo=None) - timedelta(microseconds=1)
            for account, person in self._query(BACKLOG, at=min(last_moment, self.as_of)):
                yield account, person, self._month(begins_at), True, 1

    def _query(self, sql: str, *, at: datetime | None = None) -> list[tuple[Any, ...]]:
        asked = sql.format(as_of=_literal(self.as_of), at=_literal(at or self.as_of))
        return self.database.execute(asked).fetchall()

    def _month(self, at: datetime) -> str:
        return f"{at.replace(tzinfo=UTC).astimezone(self.zone):%Y-%m}"


def helpdesk(
    cases: Rows, case_events: Rows, interactions: Rows = (), *, as_of: datetime, zone: str, closing_counts: bool = False
) -> Helpdesk:
    """A helpdesk with these canonical rows."""
    database = duckdb.connect()
    for name, rows in (("cases", cases), ("case_events", case_events), ("interactions", interactions)):
        schema = pa.schema({column.name: ARROW_TYPES[column.type] for column in TABLE[name].columns})
        arrived = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
        database.register("arrived", arrived)
        database.execute(f"CREATE TABLE {name} AS FROM arrived")
    for sql in (STANDING, ISSUES):
        database.execute(sql.format(as_of=_literal(as_of), closing_counts=closing_counts))
    return Helpdesk(database, as_of, ZoneInfo(zone))


def _literal(moment: datetime) -> str:
    return f"TIMESTAMP '{moment.isoformat(sep=' ')}'"


def _cell(kind: Kind, rows: Sequence[tuple[bool, float]]) -> Cell:
    counted = [above for is_mature, above in rows if is_mature]
    n, pending = len(counted), len(rows) - len(counted)
    match kind:
        case "ratio":
            total = float(sum(counted))
            return Cell(total / n if n else None, total, float(n), n, pending)
        case "median":
            return Cell(median(counted) if n else None, None, None, n, pending)
        case "count":
            return Cell(float(n), float(n), None, n, pending)


SUPPORT = (*METRICS, "open_backlog")
"""Every metric that the reference knows: all of support's."""
_CASE_METRICS = frozenset(SUPPORT) - {"cases_opened", "cases_closed", "cases_escalated"}


def computed(world: World, *, by: Grain, closing_counts: bool = False) -> Mapping[str, Mapping[tuple[str, str], Cell]]:
    """What the product makes of the same metrics: metric -> (entity, month) -> cell."""
    metrics = built_in_metrics()
    settings = {name: {"closing_counts": closing_counts} for name in _CASE_METRICS}
    plan = world.compute([metrics[name] for name in SUPPORT], grains=[by], periods=["month"], settings=settings)
    found: dict[str, dict[tuple[str, str], Cell]] = {name: {} for name in SUPPORT}
    for row in world.engine.query(tidy(plan.places)).to_pylist():
        cell = Cell(*(row[column] for column in Cell._fields))
        found[row["metric"]][row["entity"], row["period"]] = cell
    return found


def agree(world: World, reference: Helpdesk, *, by: Grain, closing_counts: bool = False) -> None:
    """Every cell of every support metric is the same by both ways; exactly, a median to the last bit or two."""
    for metric, cells in computed(world, by=by, closing_counts=closing_counts).items():
        expected = reference.cells(metric, by)
        assert cells.keys() == expected.keys(), metric
        for place, cell in cells.items():
            other = expected[place]
            assert cell._replace(value=None) == other._replace(value=None), (metric, place)
            assert cell.value == (other.value and pytest.approx(other.value, rel=1e-15, abs=0)), (metric, place)
