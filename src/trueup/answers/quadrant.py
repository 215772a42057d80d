"""Who are you pleasing: accounts on the map of a quarter, where they came from, and where our effort went.

Effort is counted in touches, and in hours where the calls and meetings among them say how long they took.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trueup.answers.cells import places
from trueup.answers.effort import By, EffortOf, Spent, effort_table, is_laid, laid_effort
from trueup.answers.gradings import gradings, sheet_of
from trueup.answers.opened import opened
from trueup.grades.quadrant import (
    NOT_PLACED,
    NOWHERE,
    PARTS,
    QUARTERS,
    Effort,
    Measured,
    Numbers,
    Part,
    Placed,
    Quarter,
    Touches,
    Wholes,
    place,
    reason,
)
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot
from trueup.metrics.places import Only, tidy
from trueup.metrics.sql import quoted
from trueup.runs.grade_tables import GRADE_SCHEMA, LAID, read_table
from trueup.runs.grading import FOLLOWING, grades_of

COLUMNS = {
    "account_id": pa.string(),
    "period": pa.string(),
    "giving": pa.float64(),
    "receiving": pa.float64(),
    "quarter": pa.string(),
    "revenue": pa.decimal128(38, 2),
    "attainment": pa.float64(),
    "moved_from": pa.string(),
    "reason": pa.string(),
    "touches": pa.int64(),
    "calls_and_meetings": pa.int64(),
    "lengths_known": pa.int64(),
    "hours": pa.float64(),
    "hours_reason": pa.string(),
}
"""The columns of ``trueup grades pleasing``."""
WORST = 2
"""How many criteria are named that cost a grade most."""
_KIND = "quarter"
_FACTS = "facts"
_QUARTERLY = (
    "CAST(sum(amount) FILTER ({which}) AS DECIMAL(38, 2)) AS revenue{suffix},"
    " CAST(sum(credit) FILTER ({which}) AS DECIMAL(38, 2)) AS credit{suffix},"
    " max(attained) FILTER ({which}) AS attained{suffix}"
)


class NoQuarterError(Exception):
    """A quarter of which nothing is known; the message names those of which something is, or the cure."""


@dataclass(frozen=True)
class Standing:
    """A quarter of the year that has a map."""

    key: str
    first_on: date
    last_on: date
    is_over: bool


@dataclass(frozen=True)
class Spot:
    """One account on the map, or beside it. ``part_before``: where it stood a quarter ago; None where it did not.

    ``credit``: what its deals filled of quotas. ``short`` and ``revenue_short``: what is missing to the lines of
    receiving and of giving.
    """

    account_id: str
    giving: float | None
    receiving: float | None
    part: Part
    revenue: Decimal | None
    credit: Decimal
    touches: Touches
    giving_before: float | None
    receiving_before: float | None
    part_before: Quarter | None
    short: float | None
    revenue_short: float | None

    @property
    def reason(self) -> str:
        """Why it is not placed; nothing where it is."""
        return reason(None if self.revenue is None else float(self.revenue), self.receiving)

    @property
    def has_moved(self) -> bool:
        """Whether it is on the map as it was a quarter ago, in another corner."""
        return self.part_before is not None and self.part not in {self.part_before, NOT_PLACED}


@dataclass(frozen=True)
class Quadrant:
    """The map of a quarter, of the accounts that were asked for; the arrays are columns over ``account_ids``."""

    standing: Standing
    before: str | None
    periods: tuple[Standing, ...]
    currency: str
    has_plan: bool
    account_ids: pa.ChunkedArray
    revenue: pa.ChunkedArray
    credit: pa.ChunkedArray
    now: Placed
    then: Placed
    spent: Spent
    effort: Effort
    teams: tuple[EffortOf, ...]
    people: tuple[EffortOf, ...]

    @cached_property
    def counts(self) -> Mapping[Part, int]:
        """How many accounts are in each part."""
        counted = np.bincount(self.now.part, minlength=len(PARTS))
        return dict(zip(PARTS, counted.tolist(), strict=True))

    @property
    def placed(self) -> int:
        """How many accounts are on the map."""
        return sum(self.counts[quarter] for quarter in QUARTERS)

    @property
    def moved(self) -> int:
        """How many stand in another corner than a quarter ago."""
        return int(np.sum((self.now.part != self.then.part) & (self.now.part < NOWHERE) & (self.then.part < NOWHERE)))

    def revenue_of(self, part: Part) -> Decimal:
        """The revenue of all accounts in a part."""
        found = pc.sum(self.revenue.filter(pa.array(self.now.part == PARTS.index(part)))).as_py()
        return found or Decimal(0)

    def largest(self, limit: int) -> list[Spot]:
        """The accounts on the map that bring most revenue."""
        return self._spots(np.flatnonzero(self.now.part < NOWHERE), self._amounts, limit)

    def by_revenue(self, part: Part, limit: int) -> list[Spot]:
        """The accounts in a part that bring most revenue."""
        return self._spots(self._in(part), self._amounts, limit)

    def by_touches(self, part: Part, limit: int) -> list[Spot]:
        """The accounts in a part that took most of our effort."""
        return self._spots(self._in(part), self.spent.counts.astype(np.float64), limit)

    def spot(self, at: int) -> Spot:
        """One account, by its place in the columns."""
        now, then = self.now, self.then
        before = int(then.part[at])
        was = QUARTERS[before] if before < NOWHERE else None
        return Spot(
            account_id=self.account_ids[at].as_py(),
            giving=_known(now.giving, at),
            receiving=_known(now.receiving, at),
            part=PARTS[int(now.part[at])],
            revenue=self.revenue[at].as_py(),
            credit=self.credit[at].as_py() or Decimal(0),
            touches=self.spent.of(at),
            giving_before=_known(then.giving, at) if was else None,
            receiving_before=_known(then.receiving, at) if was else None,
            part_before=was,
            short=_known(now.receiving_short, at),
            revenue_short=_known(now.revenue_short, at),
        )

    def table(self) -> pa.Table:
        """A row per account in the columns ``COLUMNS``, by account."""
        parts = np.array([*QUARTERS, None], dtype=object)
        at = pa.array(self.now.part < NOWHERE)
        receiving, revenue = pa.array(self.now.receiving, from_pandas=True), self.revenue
        reasons = [
            reason(None if amount is None else 1.0, attained)
            for amount, attained in zip(revenue.to_pylist(), receiving.to_pylist(), strict=True)
        ]
        has_stayed = self.now.part == self.then.part
        columns = {
            "account_id": self.account_ids,
            "period": pa.array([self.standing.key] * len(self.account_ids), pa.string()),
            "giving": pc.if_else(at, pa.array(self.now.giving, from_pandas=True), None),
            "receiving": pc.if_else(at, receiving, None),
            "quarter": pa.array(parts[self.now.part], pa.string()),
            "revenue": revenue,
            "attainment": receiving,
            "moved_from": pa.array(parts[np.where(has_stayed, NOWHERE, self.then.part)], pa.string()),
            "reason": pa.array([each or None for each in reasons], pa.string()),
            **self.spent.columns(),
        }
        return pa.table({name: columns[name] for name in COLUMNS}).cast(pa.schema(COLUMNS))

    def effort_by(self, by: By) -> pa.Table:
        """A row per team, person or everybody, and corner in the columns of effort; most effort first."""
        everybody = (EffortOf("company", "everybody", "", self.effort),)
        whose: Mapping[By, Sequence[EffortOf]] = {"company": everybody, "team": self.teams, "person": self.people}
        return effort_table(whose[by], self.standing.key)

    @cached_property
    def _amounts(self) -> Numbers:
        return _floats(self.revenue)

    def _in(self, part: Part) -> Wholes:
        return np.flatnonzero(self.now.part == PARTS.index(part))

    def _spots(self, among: Wholes, by: Numbers, limit: int) -> list[Spot]:
        order = np.lexsort((among, -self._amounts[among], -by[among]))
        return [self.spot(int(at)) for at in among[order][:limit]]


def pleasing(snapshot: Snapshot, period: str | None = None, *, account_ids: Sequence[str] | None = None) -> Quadrant:
    """The map of a quarter, by default of the last one that is over; of these accounts only, where named.

    Where they stand is against all customers, whoever looks. NoQuarterError names the quarters there are.
    """
    if not is_laid(snapshot):
        raise NoQuarterError("This was built by an earlier Trueup. Run `trueup build`.")
    with opened(snapshot) as mart:
        periods = _periods(mart)
        standing = _chosen(periods, period)
        before = _before(mart, standing)
        rows = _measured(mart, snapshot, standing.key, before)
        plan = _plan(mart, standing.key)
        now, then = _placed(rows, "", plan), _placed(rows, "_before", _plan(mart, before))
        mine = None if account_ids is None else pa.array(account_ids, pa.string())
        is_asked = _asked(rows, mine)
        rows, now, then = rows.filter(pa.array(is_asked)), _only(now, is_asked), _only(then, is_asked)
        spent, effort, teams, people = laid_effort(
            mart, snapshot, standing.key, accounts=rows.column("account_id"), part=now.part, mine=mine
        )
        return Quadrant(
            standing=standing,
            before=before,
            periods=periods,
            currency=snapshot.manifest.currency,
            has_plan=plan > 0,
            account_ids=rows.column("account_id"),
            revenue=rows.column("revenue"),
            credit=rows.column("credit"),
            now=now,
            then=then,
            spent=spent,
            effort=effort,
            teams=teams,
            people=people,
        )


def worst_of(snapshot: Snapshot, period: str, account_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """What costs the quarterly grades of accounts most, besides attainment itself; empty where they have none."""
    grading = next((each for each in gradings(snapshot, "quarterly") if each.period == period), None)
    if grading is None or not account_ids:
        return {}
    sheet = sheet_of(snapshot, grading)
    with opened(snapshot) as mart:
        inputs = mart.query(
            f"SELECT * EXCLUDE (period, {', '.join(FOLLOWING)}) FROM {GRADE_SCHEMA}.{quoted(read_table(sheet))}"
            f" WHERE period = {literal(period)} AND account_id IN ({', '.join(map(literal, account_ids))})"
        )
    made = grades_of(sheet, inputs)
    others = [each for each in sheet.criteria if each.reads != "goal_attainment"]
    found = {}
    for at, account_id in enumerate(inputs.column("account_id").to_pylist()):
        lost = {
            each.label: made.most[each.name] - int(made.points[each.name][at])
            for each in others
            if made.known[each.name][at]
        }
        ranked = sorted(lost, key=lambda label: -lost[label])
        found[account_id] = tuple(label for label in ranked[:WORST] if lost[label])
    return found


def _known(column: Numbers, at: int) -> float | None:
    return None if np.isnan(column[at]) else float(column[at])


def _floats(column: pa.ChunkedArray) -> Numbers:
    found: Numbers = column.cast(pa.float64()).to_numpy()
    return found


def _periods(mart: DuckDBEngine) -> tuple[Standing, ...]:
    """The quarters in which anybody brought revenue, oldest first."""
    if not (revenue := [each for each in places(mart) if (each.metric, each.grain) == ("revenue", "account")]):
        return ()
    rows = mart.query(
        "SELECT period_key AS key, first_on, last_on, is_over FROM calendar.periods"
        f" WHERE period_kind = '{_KIND}' AND period_key IN (SELECT DISTINCT period_key"
        f" FROM cells.{quoted(revenue[0].table)} WHERE period_kind = '{_KIND}') ORDER BY first_on"
    )
    return tuple(Standing(**row) for row in rows.to_pylist())


def _chosen(periods: Sequence[Standing], period: str | None) -> Standing:
    if not periods:
        raise NoQuarterError("No quarter has any revenue yet. Import contracts, then run `trueup build`.")
    if period is None:
        return next((each for each in reversed(periods) if each.is_over), periods[-1])
    for each in periods:
        if each.key == period:
            return each
    raise NoQuarterError(f"Nothing is known of {period}. There are {', '.join(each.key for each in periods)}.")


def _before(mart: DuckDBEngine, standing: Standing) -> str | None:
    found = mart.query(
        f"SELECT period_key FROM calendar.periods WHERE period_kind = '{_KIND}'"
        f" AND last_on < DATE '{standing.first_on}' ORDER BY last_on DESC LIMIT 1"
    )
    return str(found.column(0)[0].as_py()) if found.num_rows else None


def _measured(mart: DuckDBEngine, snapshot: Snapshot, key: str, before: str | None) -> pa.Table:
    """What each account gave and attained in a quarter and in the one before, by account."""
    only = Only(kinds=(_KIND,), periods=tuple(filter(None, (key, before))))
    of_metric = {each.metric: each for each in places(mart) if each.grain == "account"}
    sources = [_source(f"({tidy([of_metric['revenue']], only)})", account="entity", amount="amount")]
    if goals := of_metric.get("goal_attainment"):
        sources.append(_source(f"({tidy([goals], only)})", account="entity", attained="value"))
    if mart.has_table(_FACTS, "quota_credits"):
        listed = ", ".join(map(literal, only.periods))
        deals = (
            f"(SELECT *, period_key AS period FROM {_FACTS}.quota_credits WHERE account_id IS NOT NULL"
            f" AND period_kind = '{_KIND}' AND period_key IN ({listed}))"
        )
        sources.append(_source(deals, credit="booked"))
    if LAID in snapshot.manifest.rows:
        theirs = f"(SELECT * FROM {LAID} WHERE cadence = 'quarterly' AND period = {literal(key)})"
        sources.append(_source(theirs, is_graded="TRUE"))
    clocks = ((f"period = {literal(key)}", ""), (f"period <> {literal(key)}", "_before"))
    columns = ", ".join(_QUARTERLY.format(which=which, suffix=suffix) for which, suffix in clocks)
    return mart.query(
        f"SELECT account_id, bool_or(is_graded) AS is_graded, {columns} FROM ({' UNION ALL '.join(sources)})"
        " GROUP BY 1 ORDER BY 1"
    )


def _source(rows: str, *, account: str = "account_id", **told: str) -> str:
    """Accounts and periods of rows with one thing told of them, in columns that all sources share."""
    columns = {"amount": "NULL", "attained": "NULL", "credit": "NULL", "is_graded": "FALSE"} | told
    listed = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    return f"SELECT {account} AS account_id, period, {listed} FROM {rows}"


def _plan(mart: DuckDBEngine, key: str | None) -> float:
    """The sum of all quotas of a quarter; 0 where none are known."""
    if key is None or not mart.has_table(_FACTS, "quota_credits"):
        return 0.0
    found = mart.query(
        "SELECT CAST(sum(quota) AS DOUBLE) FROM facts.quota_credits"
        f" WHERE period_kind = '{_KIND}' AND period_key = {literal(key)}"
    )
    return found.column(0)[0].as_py() or 0.0


def _placed(rows: pa.Table, suffix: str, plan: float) -> Placed:
    revenue, credit, attained = (_floats(rows.column(f"{name}{suffix}")) for name in ("revenue", "credit", "attained"))
    return place(Measured(revenue, credit, attained, plan))


def _asked(rows: pa.Table, mine: pa.Array | None) -> npt.NDArray[np.bool_]:
    """Which rows are of accounts that were asked for, and are anything in this quarter."""
    is_known = pc.or_(pc.is_valid(rows.column("revenue")), pc.is_valid(rows.column("attained")))
    is_asked = pc.or_(is_known, rows.column("is_graded"))
    if mine is not None:
        is_asked = pc.and_(is_asked, pc.is_in(rows.column("account_id"), mine))
    found: npt.NDArray[np.bool_] = is_asked.to_numpy()
    return found


def _only(placed: Placed, is_asked: npt.NDArray[np.bool_]) -> Placed:
    return Placed(**{name: column[is_asked] for name, column in vars(placed).items()})
