"""The build's calendars: business days, periods, who was where when, who took part, what money was worth.

What follows from the data is an Ibis expression over the canonical tables; what follows from the settings is an Arrow
table. An engine puts each under its own name into the schema ``calendar``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import cast

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis import Table

from trueup.metrics.cells import base_of
from trueup.metrics.fact import BUSINESS_DAYS, Context, state_table
from trueup.metrics.sql import constant
from trueup.units.calendar import BusinessHours, end_of_day, local_date, offset_table, start_of_day
from trueup.units.period import CIVIL, FIRST_DAY, LAST_DAY, Kind, Period, PeriodKind, PeriodRules, periods_between

MICROSECOND = timedelta(microseconds=1)
_ALWAYS = datetime.fromisoformat("0001-01-01")
HORIZON_DAYS = 400
"""How far beyond the as-of day the calendars reach: due dates and waiting times lie in the future."""

PERIOD_SCHEMA = pa.schema(
    {
        "period_kind": pa.string(),
        "period_key": pa.string(),
        "first_on": pa.date32(),
        "last_on": pa.date32(),
        "starts_at": pa.timestamp("us"),
        "ends_at": pa.timestamp("us"),
        "cut_at": pa.timestamp("us"),
        "cut_on": pa.date32(),
        "is_over": pa.bool_(),
    }
)
ISSUE_MATCH_SCHEMA = pa.schema({"case_id": pa.string(), "matched_key": pa.string(), "score": pa.float64()})
VALUE_CLAIM_SCHEMA = pa.schema(
    {
        "claim_id": pa.string(),
        "goal_id": pa.string(),
        "account_id": pa.string(),
        "measure": pa.string(),
        "lever": pa.string(),
        "ended_on": pa.date32(),
        "point": pa.decimal128(18, 4),
        "low": pa.decimal128(18, 4),
        "currency": pa.string(),
        "state": pa.string(),
        "counts": pa.bool_(),
    }
)


def people_spans() -> Table:
    """Our people's dated rows free of overlap: a row ends at the latest on the day before the next one begins."""
    people = state_table("people")
    dated = people.filter(people.person_id.notnull()).select(
        "person_id",
        "team",
        "department",
        from_on=people.active_from.fill_null(ibis.literal(FIRST_DAY)),
        stated_to=people.active_to.fill_null(ibis.literal(LAST_DAY)),
    )
    next_from = dated.from_on.lead().over(group_by=dated.person_id, order_by=dated.from_on)
    spans = dated.mutate(before_next=_day_before(next_from).fill_null(ibis.literal(LAST_DAY)))
    spans = spans.mutate(to_on=ibis.least(spans.stated_to, spans.before_next))
    return spans.filter(spans.to_on >= spans.from_on).select("person_id", "from_on", "to_on", "team", "department")


def credited_people() -> Table:
    """Every interaction with each person of ours who took part in it, once; and whether that one was alone."""
    participants = state_table("participants")
    came = participants.attended.isnull() | participants.attended
    took_part = participants.filter(participants.person_id.notnull(), came).select("interaction_id", "person_id")
    # One cheap pass finds the many interactions with one person; only the rest has to be made distinct.
    by_interaction = took_part.group_by("interaction_id").agg(
        first_id=took_part.person_id.min(), last_id=took_part.person_id.max()
    )
    alone = by_interaction.filter(by_interaction.first_id == by_interaction.last_id)
    shared = by_interaction.filter(by_interaction.first_id != by_interaction.last_id)
    of_shared = took_part.semi_join(shared, "interaction_id").distinct()
    return alone.select("interaction_id", person_id="first_id", is_alone=ibis.literal(value=True)).union(
        of_shared.mutate(is_alone=ibis.literal(value=False))
    )


def rates(currency: str) -> Table:
    """What one unit of each currency was worth in ``currency``, by stretch of days; the currency itself is worth 1.

    A currency quoted only the other way round is taken as the inverse of that quote.
    """
    quotes = state_table("fx_rates")
    quotes = quotes.filter(quotes.rate > 0, quotes.currency != quotes.base)
    direct = quotes.filter(quotes.base == currency).select("currency", "rate", from_on=quotes.valid_from)
    inverse = quotes.filter(quotes.currency == currency).select(
        currency=quotes.base, rate=1 / quotes.rate, from_on=quotes.valid_from
    )
    known = direct.union(inverse.anti_join(direct, "currency"))
    known = known.mutate(from_on=known.from_on.fill_null(ibis.literal(FIRST_DAY)))
    next_from = known.from_on.lead().over(group_by=known.currency, order_by=known.from_on)
    known = known.mutate(to_on=_day_before(next_from).fill_null(ibis.literal(LAST_DAY)))
    own = ibis.literal(currency).name("currency").as_table()
    own = own.mutate(from_on=ibis.literal(FIRST_DAY), to_on=ibis.literal(LAST_DAY), rate=ibis.literal(1.0))
    return known.select("currency", "from_on", "to_on", "rate").union(own)


def _day_before(day: ir.Value) -> ir.DateValue:
    # Ibis calls date - interval a date, DuckDB a timestamp; only by way of a timestamp do both agree.
    return cast("ir.DateValue", (day.cast("timestamp") - ibis.interval(days=1)).cast("date"))


@dataclass(frozen=True)
class Horizon:
    """The local days that the calendars cover, and the moment at which knowledge ends.

    ``as_of``: UTC, naive, the last microsecond that counts; ``as_of_on``: its local date in ``zone``.
    """

    zone: str
    first_on: date
    last_on: date
    as_of: datetime
    as_of_on: date


def horizon(first_on: date, as_of: datetime, zone: str) -> Horizon:
    """The horizon of data that begin on ``first_on`` and are known up to ``as_of`` (an aware instant)."""
    as_of_on = local_date(as_of, zone)
    last_on = as_of_on + timedelta(days=HORIZON_DAYS)
    return Horizon(zone, min(first_on, as_of_on), last_on, as_of.astimezone(UTC).replace(tzinfo=None), as_of_on)


def context(within: Horizon, currency: str) -> Context:
    """What facts may know of the build."""
    stretches = offset_table(within.zone, within.first_on, within.last_on).to_pylist()
    starts = [_ALWAYS, *(stretch["starts_at"] for stretch in stretches[1:])]
    offsets = tuple(zip(starts, (stretch["offset_seconds"] for stretch in stretches), strict=True))
    return Context(within.as_of, within.as_of_on, offsets, currency)


@dataclass(frozen=True)
class Function:
    """A function of the calendar in SQL: the names of what it takes, and what it yields."""

    takes: tuple[str, ...]
    yields: str


def functions(known: Context) -> Mapping[str, Function]:
    """What facts ask the calendar by name instead of being told it, so that their SQL is the same at every moment."""
    eastward = [east for _, east in known.offsets]
    begun = [start for start, _ in known.offsets]
    begun_there = [start + timedelta(seconds=east) for start, east in known.offsets[1:]]
    return {
        "as_of": Function((), constant(known.as_of)),
        "as_of_on": Function((), constant(known.as_of_on)),
        "last_day_over": Function((), constant(_last_day_over(known))),
        "local": Function(("instant",), _moved("instant", begun[1:], eastward)),
        "start_of_day": Function(
            ("day",), _moved("CAST(day AS TIMESTAMP)", begun_there, [-seconds for seconds in eastward])
        ),
        "own_currency": Function((), constant(known.currency)),
    }


def _moved(instant: str, changes: Sequence[datetime], seconds: Sequence[int]) -> str:
    """``instant`` moved by the first seconds before the first change, by the next from it on, and so on."""
    moved = [f"{instant} + INTERVAL '{each}' SECOND" for each in seconds]
    newest_first = reversed(list(zip(changes, moved[1:], strict=True)))
    branches = "".join(f" WHEN {instant} >= {constant(change)} THEN {then}" for change, then in newest_first)
    return f"CASE{branches} ELSE {moved[0]} END" if branches else moved[0]


def _last_day_over(known: Context) -> date:
    """The last local day that is wholly over as of the build."""
    next_instant = known.as_of + MICROSECOND
    begun = [east for start, east in known.offsets if start <= next_instant]
    east = begun[-1] if begun else known.offsets[0][1]
    return (next_instant + timedelta(seconds=east)).date() - timedelta(days=1)


def periods_of(kinds: Iterable[Kind], within: Horizon, rules: PeriodRules = CIVIL) -> tuple[Period, ...]:
    """Every period of these kinds that begins within the data and not after the as-of day; ``all`` once."""
    found = (p for kind in kinds for p in periods_between(within.first_on, within.as_of_on, kind, rules))
    return tuple(p for p in found if p.first <= within.as_of_on)


def period_tables(periods: Sequence[Period], within: Horizon, rules: PeriodRules = CIVIL) -> Mapping[str, pa.Table]:
    """The tables ``calendar.periods``, ``days`` and ``rollups`` by name.

    Kinds and keys are dictionary-encoded, with the same words in order everywhere: engines then keep, join and group a
    small number per row where there would be two strings, in every table that is made of these.
    """
    tables = {
        "periods": period_rows(periods, within),
        "days": day_rows(periods, within, rules),
        "rollups": rollup_rows(periods, within, rules),
    }
    for columns in (("period_kind", "base_kind"), ("period_key", "base_key")):
        used = (rows[name] for rows in tables.values() for name in columns if name in rows.column_names)
        words = pa.array(sorted({word for column in used for word in column.to_pylist()}), pa.string())
        tables = {name: _encoded(rows, columns, words) for name, rows in tables.items()}
    return tables


def _encoded(rows: pa.Table, columns: Iterable[str], words: pa.Array) -> pa.Table:
    for place, name in enumerate(rows.column_names):
        if name in columns:
            places = pc.index_in(rows[name].combine_chunks(), value_set=words)
            rows = rows.set_column(place, name, pa.DictionaryArray.from_arrays(places, words))
    return rows


def period_rows(periods: Sequence[Period], within: Horizon) -> pa.Table:
    """The table ``calendar.periods``: the bounds of each period, and where knowledge cuts it.

    ``all`` covers the days from the first of the data to the as-of day. Periods that begin later are left out.
    """
    rows = [_period_row(p, within) for p in dict.fromkeys(periods) if p.first <= within.as_of_on]
    return pa.Table.from_pylist(rows, schema=PERIOD_SCHEMA)


def _period_row(period: Period, within: Horizon) -> Mapping[str, str | date | datetime | bool]:
    everything = period.kind is PeriodKind.ALL
    first, last = (within.first_on, within.as_of_on) if everything else (period.first, period.last)
    last_moment = _naive(end_of_day(last, within.zone))
    return {
        "period_kind": kind_name(period),
        "period_key": period.key,
        "first_on": first,
        "last_on": last,
        "starts_at": _naive(start_of_day(first, within.zone)),
        "ends_at": last_moment + MICROSECOND,
        "cut_at": min(last_moment, within.as_of),
        "cut_on": min(last, within.as_of_on),
        "is_over": everything or last_moment <= within.as_of,
    }


DAY_SCHEMA = pa.schema({"local_date": pa.date32(), "period_kind": pa.string(), "period_key": pa.string()})
ROLLUP_SCHEMA = pa.schema(
    {"base_kind": pa.string(), "base_key": pa.string(), "period_kind": pa.string(), "period_key": pa.string()}
)


def day_rows(periods: Sequence[Period], within: Horizon, rules: PeriodRules = CIVIL) -> pa.Table:
    """The table ``calendar.days``: each local day with the periods it lies in, and the month or day they are made of.

    Days after the as-of day are left out. Columns: local_date date, period_kind, period_key.
    """
    asked = {(kind_name(period), period.key): _days_of(period, within) for period in periods}
    bases = {(kind, period.key): _days_of(period, within) for kind, period in _bases(periods, within, rules)}
    rows = [
        {"local_date": day, "period_kind": kind, "period_key": key}
        for (kind, key), days in {**bases, **asked}.items()
        for day in days
    ]
    return pa.Table.from_pylist(rows, schema=DAY_SCHEMA)


def rollup_rows(periods: Sequence[Period], within: Horizon, rules: PeriodRules = CIVIL) -> pa.Table:
    """The table ``calendar.rollups``: which months, or days, add up to which period; a month adds up to itself."""
    rows = [
        {
            "base_kind": base_of(kind_name(period)),
            "base_key": base.key,
            "period_kind": kind_name(period),
            "period_key": period.key,
        }
        for period in dict.fromkeys(periods)
        for base in _made_of(period, within, rules)
    ]
    return pa.Table.from_pylist(rows, schema=ROLLUP_SCHEMA)


def _bases(periods: Sequence[Period], within: Horizon, rules: PeriodRules) -> Iterable[tuple[str, Period]]:
    return ((str(base.kind), base) for period in periods for base in _made_of(period, within, rules))


def _made_of(period: Period, within: Horizon, rules: PeriodRules) -> tuple[Period, ...]:
    first, last = max(period.first, within.first_on), min(period.last, within.as_of_on)
    return periods_between(first, last, PeriodKind(base_of(kind_name(period))), rules)


def _days_of(period: Period, within: Horizon) -> Iterable[date]:
    first, last = max(period.first, within.first_on), min(period.last, within.as_of_on)
    return (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))


def kind_name(period: Period) -> str:
    """What the period's kind is called in tables: ``month``, ``all``, or ``P90D`` for a trailing window."""
    return f"P{period.days}D" if period.kind is PeriodKind.TRAILING else str(period.kind)


def business_day_rows(hours: BusinessHours, within: Horizon) -> pa.Table:
    """The table ``calendar.business_days``: every local date of the horizon, with what was open before it.

    Closed days open and close at their start. ``weekday_number`` counts the weekdays of the opening hours before the
    date, holidays included.
    """
    days = hours.open_intervals(within.first_on, within.last_on)
    is_weekday = [day.weekday() in hours.days for day in days["local_date"].to_pylist()]
    before = list(accumulate(map(int, is_weekday), initial=0))[:-1]
    numbered = days.append_column("weekday_number", pa.array(before, pa.int64()))
    return numbered.select(list(BUSINESS_DAYS.columns))


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
