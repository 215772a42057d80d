"""A tiny company, written as text tables, in an engine of its own: facts in, numbers out.

    world = given(
        accounts='''account_id  segment
                    acme        smb''',
        interactions='''interaction_id  account_id  occurred_at       direction
                        i1              acme        2026-06-01T09:30  inbound''',
        as_of="2026-06-30",
    )
    world.rows(FACT)
    world.metric("response_time", by="account", period="month")

Tables of entries (goals, readings...) are given like canonical ones.

Columns are aligned, or every row has as many words as the header. ``-`` or nothing is null. Timestamps are UTC.
``recorded_at`` may be given; else it is the row's event time, and where there is none the row was always known. Several
versions of a key may be given: the newest recorded one counts.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypedDict, Unpack

import ibis
import pyarrow as pa
from ibis import Table

from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLE, FIRST_RECORDED
from trueup.canon.tables import PROVENANCE, CanonicalTable, Column, ColumnType
from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics import calendars
from trueup.metrics.cells import WORK_SCHEMA
from trueup.metrics.compute import Plan, plan
from trueup.metrics.fact import (
    CALENDAR_SCHEMA,
    FACT_SCHEMA,
    KNOWN_TABLES,
    STATE_SCHEMA,
    Context,
    Fact,
    Inputs,
    ParameterValue,
)
from trueup.metrics.instances import AnyFact, Selected
from trueup.metrics.metric import GRAINS, Grain, Metric
from trueup.metrics.places import CELL_SCHEMA, tidy
from trueup.metrics.registry import built_in_facts, built_in_metrics
from trueup.runs.folder import COMPILED
from trueup.runs.ground import lay_functions
from trueup.runs.kept_sql import KeptSql
from trueup.units.calendar import MONDAY_TO_FRIDAY, BusinessHours, parse_as_of
from trueup.units.period import InvalidPeriod, Period, PeriodRules, parse_kind, parse_period

Value = str | int | float | bool | Decimal | date | datetime | None
Rows = str | Sequence[Mapping[str, Value]]

ARROW_TYPES: Mapping[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "money": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "json": pa.string(),
}
TYPE_OF: Mapping[pa.DataType, ColumnType] = {arrow: kind for kind, arrow in ARROW_TYPES.items() if kind != "json"}
FLAGS = {"true": True, "yes": True, "false": False, "no": False}
READERS: Mapping[ColumnType, Callable[[str], Value]] = {
    "text": str,
    "integer": int,
    "number": float,
    "money": Decimal,
    "boolean": lambda word: FLAGS[word.lower()],
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "json": str,
}
ALWAYS = datetime.fromisoformat("0001-01-01")
MONTHS_QUARTERS_YEARS = ("month", "quarter", "year")


class Options(TypedDict, total=False):
    """What else a metric may be computed with: facts of the test's own, the workspace's settings, conditions."""

    using: Iterable[AnyFact]
    settings: Mapping[str, Mapping[str, ParameterValue]]
    where: Mapping[str, Sequence[str]]


@dataclass
class World:
    """A company as of one moment, ready for facts and metrics."""

    engine: DuckDBEngine
    horizon: calendars.Horizon
    rules: PeriodRules
    context: Context
    selects: KeptSql

    def rows(
        self,
        fact: Fact,
        *,
        parameters: Mapping[str, ParameterValue] | None = None,
        periods: Iterable[str] = MONTHS_QUARTERS_YEARS,
        using: Iterable[Fact] = (),
    ) -> list[dict[str, Value]]:
        """The fact's rows in the order of their keys; what it ``uses`` is taken from ``using``, then from our facts.

        ``periods``: kinds (``month``, ``P90D``) or keys (``2026-06``, ``2026-06-30/P90D``).
        """
        self.lay_periods(periods)
        selected = self._selected(fact, parameters or {}, {f.name: f for f in using})
        rows = self.engine.query(selected.sql).to_pylist()
        return sorted(
            rows, key=lambda row: (row["fact_key"] or "", str(row.get("period_kind")), str(row.get("period_key")))
        )

    def _selected(self, fact: Fact, parameters: Mapping[str, ParameterValue], using: Mapping[str, Fact]) -> Selected:
        used: dict[str, Selected] = {}
        for name in fact.uses:
            other = using[name] if name in using else built_in_facts()[name]
            shared = {key: value for key, value in parameters.items() if key in other.parameters}
            used[name] = self._selected(other, shared, using)
            self.engine.create_table(FACT_SCHEMA, name, used[name].sql)
        chosen = {**fact.parameters, **parameters}

        def build() -> Table:
            tables = {name: ibis.table(of.columns, name=name, database=FACT_SCHEMA) for name, of in used.items()}
            return fact.build(Inputs(chosen, tables))

        beneath = [(name, tuple(of.columns.items())) for name, of in used.items()]
        return self.selects.of_fact(fact, (sorted(chosen.items()), beneath), build)

    def metric(
        self, metric: str | Metric, *, by: Grain = "company", period: str = "month", **options: Unpack[Options]
    ) -> dict[tuple[str, str], float | None]:
        """The metric's values: (entity, period) -> value; ``period`` is a kind or a key."""
        rows = self.cells(metric, by=by, period=period, **options)
        return {(row["entity"], row["period"]): row["value"] for row in rows}

    def cells(
        self, metric: str | Metric, *, by: Grain = "company", period: str = "month", **options: Unpack[Options]
    ) -> list[dict[str, Any]]:
        """The metric's rows of the tidy table, with all columns, by entity and period."""
        wanted = self.known(metric)
        planned = self.compute([wanted], grains=[by], periods=[period], **options)
        places = [place for place in planned.places if place.metric == wanted.name]
        rows: list[dict[str, Any]] = self.engine.query(tidy(places)).to_pylist()
        return sorted(rows, key=lambda row: (row["entity"], row["period"]))

    @staticmethod
    def known(metric: str | Metric) -> Metric:
        """The metric, ours where it is given by name."""
        return built_in_metrics()[metric] if isinstance(metric, str) else metric

    def compute(
        self,
        metrics: Iterable[Metric],
        *,
        grains: Collection[Grain] = GRAINS,
        periods: Sequence[str] = MONTHS_QUARTERS_YEARS,
        **options: Unpack[Options],
    ) -> Plan:
        """Make everything that the metrics need; the plan that was carried out."""
        return self.carry_out(self.plan(metrics, grains=grains, periods=periods, **options))

    def plan(
        self,
        metrics: Iterable[Metric],
        *,
        grains: Collection[Grain] = GRAINS,
        periods: Sequence[str] = MONTHS_QUARTERS_YEARS,
        have: Collection[str] = (),
        **options: Unpack[Options],
    ) -> Plan:
        """What has to be made for the metrics; lays the calendar for it. ``have``: tables of facts that are there."""
        kinds = self.lay_periods(periods)
        facts = {**built_in_facts(), **{fact.name: fact for fact in options.get("using", ())}}
        settings, where = options.get("settings", {}), options.get("where", {})
        return plan(
            metrics,
            facts,
            context=self.context,
            grains=grains,
            kinds=kinds,
            settings=settings,
            where=where,
            have=have,
            selects=self.selects,
        )

    def carry_out(self, planned: Plan) -> Plan:
        """Make the plan's tables."""
        for step in planned.steps:
            select = step.select if isinstance(step.select, str) else self.engine.compile(step.select)
            step.make(self.engine, select)
        return planned

    def lay_periods(self, periods: Iterable[str]) -> list[str]:
        """Put the periods asked for into the calendar; their kinds."""
        found = [period for text in periods for period in self._periods(text)]
        for name, rows in calendars.period_tables(found, self.horizon, self.rules).items():
            self.engine.load(CALENDAR_SCHEMA, name, rows)
        return list(dict.fromkeys(calendars.kind_name(period) for period in found))

    def _periods(self, text: str) -> Sequence[Period]:
        try:
            kind = parse_kind(text)
        except InvalidPeriod:
            return [parse_period(text, self.rules)]
        return calendars.periods_of([kind], self.horizon, self.rules)


def nine_to_five(zone: str, *holidays: str) -> BusinessHours:
    """Open Monday to Friday from nine to five, but not on these days."""
    days_off = frozenset(date.fromisoformat(day) for day in holidays)
    return BusinessHours(zone, MONDAY_TO_FRIDAY, time(9), time(17), days_off)


def given(
    *,
    as_of: str = "2026-06-30",
    zone: str = "Europe/Berlin",
    currency: str = "EUR",
    business_hours: BusinessHours | None = None,
    rules: PeriodRules | None = None,
    issue_matches: Rows = (),
    value_claims: Rows = (),
    **tables: Rows,
) -> World:
    """A company with these rows in these tables, canonical or of entries, every other empty, known up to ``as_of``.

    Business hours are nine to five, Monday to Friday, unless given.
    """
    if unknown := sorted(tables.keys() - KNOWN_TABLES.keys()):
        raise ValueError(f"no canonical tables: {', '.join(unknown)}; there are {', '.join(KNOWN_TABLES)}")
    moment = parse_as_of(as_of, zone)
    engine = DuckDBEngine(threads=1)
    for schema in (STATE_SCHEMA, CALENDAR_SCHEMA, FACT_SCHEMA, WORK_SCHEMA, CELL_SCHEMA):
        engine.create_schema(schema)
    first = date.max
    for name, table in KNOWN_TABLES.items():
        rows = list(_known(table, _typed(table, tables.get(name, ())), moment.replace(tzinfo=None)))
        first = min([first, *_days(rows)])
        engine.load(STATE_SCHEMA, name, pa.Table.from_pylist(rows, schema=_arrow_schema(table)))
    begin = first - timedelta(days=7) if first < date.max else moment.date()
    horizon = calendars.horizon(begin, moment, zone)
    shared = os.environ.get(COMPILED)
    selects = KeptSql(engine, Path(shared) if shared else None)
    world = World(engine, horizon, rules or PeriodRules(), lay_functions(engine, horizon, currency), selects)
    _lay_calendars(world, business_hours or nine_to_five(zone))
    _lay_found(world, "issue_matches", issue_matches, calendars.ISSUE_MATCH_SCHEMA)
    _lay_found(world, "value_claims", value_claims, calendars.VALUE_CLAIM_SCHEMA)
    return world


@cache
def _calendar_selects(currency: str) -> Mapping[str, str]:
    expressions = {
        "people_spans": calendars.people_spans(),
        "credited_people": calendars.credited_people(),
        "rates": calendars.rates(currency),
    }
    return {name: str(ibis.to_sql(expression, dialect="duckdb")) for name, expression in expressions.items()}


def _lay_calendars(world: World, hours: BusinessHours) -> None:
    engine = world.engine
    engine.load(CALENDAR_SCHEMA, "business_days", calendars.business_day_rows(hours, world.horizon))
    for name, select in _calendar_selects(world.context.currency).items():
        engine.create_table(CALENDAR_SCHEMA, name, select)
    world.lay_periods(MONTHS_QUARTERS_YEARS)


def _lay_found(world: World, name: str, rows: Rows, schema: pa.Schema) -> None:
    """A table of what the product found by itself, as it lays it beside the calendar."""
    found = _cells(rows, {field.name: TYPE_OF[field.type] for field in schema})
    world.engine.load(CALENDAR_SCHEMA, name, pa.Table.from_pylist(found, schema=schema))


def _arrow_schema(table: CanonicalTable) -> pa.Schema:
    return pa.schema({c.name: ARROW_TYPES[c.type] for c in _columns(table)})


def _columns(table: CanonicalTable) -> tuple[Column, ...]:
    provenance = (*ENTRY_PROVENANCE, FIRST_RECORDED) if table.name in ENTRY_TABLE else PROVENANCE
    return (*table.columns, *provenance)


def _typed(table: CanonicalTable, rows: Rows) -> list[dict[str, Value]]:
    try:
        return _cells(rows, {c.name: c.type for c in _columns(table)})
    except ValueError as error:
        raise ValueError(f"{table.name}: {error}") from error


def _known(table: CanonicalTable, rows: list[dict[str, Value]], as_of: datetime) -> Iterator[dict[str, Value]]:
    """The newest version of each key recorded by ``as_of``, unless that one is deleted or has not happened yet."""
    newest: dict[tuple[Value, ...], dict[str, Value]] = {}
    first: dict[tuple[Value, ...], datetime] = {}
    for number, row in enumerate(rows, start=1):
        recorded_at = row.get("recorded_at") or _moment(row.get(table.event_time or ""))
        if table.name in ENTRY_TABLE:
            recorded_at = recorded_at or ALWAYS
        version = {"_row": number, "_seq": 1, "is_deleted": False, "is_stub": False, **row, "recorded_at": recorded_at}
        key = tuple(row.get(name) for name in table.key)
        first[key] = min(_recorded(version), first.get(key, _recorded(version)))
        if _recorded(version) <= as_of and (key not in newest or _recorded(newest[key]) <= _recorded(version)):
            newest[key] = version
    return (
        {**row, FIRST_RECORDED.name: first[key]} if table.name in ENTRY_TABLE else row
        for key, row in newest.items()
        if not row["is_deleted"] and _happened(table, row) <= as_of
    )


def _happened(table: CanonicalTable, row: Mapping[str, Value]) -> datetime:
    return _moment(row.get(table.event_time or "")) or ALWAYS


def _recorded(version: Mapping[str, Value]) -> datetime:
    return _moment(version["recorded_at"]) or ALWAYS


def _moment(value: Value) -> datetime | None:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time()) if isinstance(value, date) else None


def _days(rows: Iterable[Mapping[str, Value]]) -> Iterator[date]:
    for value in (value for row in rows for value in row.values() if value != ALWAYS):
        if isinstance(value, datetime):
            yield value.date()
        elif isinstance(value, date):
            yield value


def _cells(rows: Rows, types: Mapping[str, ColumnType]) -> list[dict[str, Value]]:
    listed = _text_rows(rows) if isinstance(rows, str) else rows
    if unknown := sorted({name for row in listed for name in row} - types.keys()):
        raise ValueError(f"no such columns: {', '.join(unknown)}; there are {', '.join(types)}")
    return [{name: _value(value, types[name]) for name, value in row.items()} for row in listed]


def _value(value: Value, kind: ColumnType) -> Value:
    return READERS[kind](value) if isinstance(value, str) else value


def _text_rows(text: str) -> list[dict[str, Value]]:
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    # The first line may start right behind the quotes, the others are indented: a lone indent of the others is theirs.
    indent = min((len(line) - len(line.lstrip()) for line in lines[1:]), default=0)
    header, *body = [lines[0].lstrip(), *(line[indent:] for line in lines[1:])]
    starts = [match.start() for match in re.finditer(r"\S+", header)]
    names = header.split()
    return [dict(zip(names, _words(line, names, starts), strict=True)) for line in body]


def _words(line: str, names: Sequence[str], starts: Sequence[int]) -> list[str | None]:
    words = line.split()
    if len(words) != len(names):
        if any(line[start - 1 : start].strip() for start in starts[1:]):
            raise ValueError(f"this row has {len(words)} words, not under the {len(names)} columns {names}: {line!r}")
        words = [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return [None if word in {"", "-"} else word for word in words]
