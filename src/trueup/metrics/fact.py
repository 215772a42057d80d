"""Facts: one row per thing measured, as table expressions over the canonical model as it was known at one moment.

A fact is declared once and interpreted by any engine: its ``build`` takes unbound Ibis tables and returns an unbound
expression; nothing here runs a query. Built-in facts live in ``metrics/facts/``; a workspace adds its own in SQL.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import ibis
from ibis import Table

from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLE, FIRST_RECORDED
from trueup.canon.tables import PROVENANCE, TABLE, CanonicalTable, ColumnType
from trueup.metrics import metric

ParameterValue = metric.ParameterValue
Credit = Literal["person", "participants", "none"]
"""Who is credited: the row's own ``person_id``; everyone of ours in the interaction ``credit_id``; nobody."""
Timing = Literal["event", "period"]
"""An event fact happens at ``occurred_at``; a period fact has one row per period of ``context.periods``."""

IBIS_TYPES: Mapping[ColumnType, str] = {
    "text": "string",
    "integer": "int64",
    "number": "float64",
    "money": "decimal(18, 4)",
    "boolean": "boolean",
    "timestamp": "timestamp(6)",
    "date": "date",
    "json": "string",
}

STATE_SCHEMA = "state"
"""The engine's schema of canonical tables, and of entries, as of the build: one newest row per key, nothing recorded
later."""
KNOWN_TABLES: Mapping[str, CanonicalTable] = {**TABLE, **ENTRY_TABLE}
"""What facts may be made of: what was delivered, and what people entered."""
FACT_SCHEMA = "facts"
"""The engine's schema into which facts are materialised."""
CALENDAR_SCHEMA = "calendar"
"""The engine's schema of the build's calendars: ``business_days``, ``periods``, ``days``, ``people_spans``..."""

BUSINESS_DAYS = ibis.table(
    {
        "local_date": "date",
        "starts_at": "timestamp(6)",
        "ends_at": "timestamp(6)",
        "opens_at": "timestamp(6)",
        "closes_at": "timestamp(6)",
        "is_business_day": "boolean",
        "seconds_before": "int64",
        "business_day_number": "int64",
        "weekday_number": "int64",
    },
    name="business_days",
    database=CALENDAR_SCHEMA,
)
"""Every local date: its bounds and opening hours in UTC; business seconds, business days and weekdays before it."""
PERIODS = ibis.table(
    {
        "period_kind": "string",
        "period_key": "string",
        "first_on": "date",
        "last_on": "date",
        "starts_at": "timestamp(6)",
        "ends_at": "timestamp(6)",
        "cut_at": "timestamp(6)",
        "cut_on": "date",
        "is_over": "boolean",
    },
    name="periods",
    database=CALENDAR_SCHEMA,
)
"""The periods asked for. ``ends_at`` is exclusive (UTC); ``cut_at`` = the earlier of the period's last microsecond and
the as-of instant, ``cut_on`` its local date; ``is_over``: that instant cuts nothing off. Periods that begin after the
as-of instant are not in the table."""
PEOPLE_SPANS = ibis.table(
    {"person_id": "string", "from_on": "date", "to_on": "date", "team": "string", "department": "string"},
    name="people_spans",
    database=CALENDAR_SCHEMA,
)
"""Our people's dated rows, made free of overlap; ``to_on`` is inclusive; open ends are far dates, never null."""
CREDITED_PEOPLE = ibis.table(
    {"interaction_id": "string", "person_id": "string", "is_alone": "boolean"},
    name="credited_people",
    database=CALENDAR_SCHEMA,
)
"""Distinct people of ours who took part in an interaction (``attended`` is not false); alone: no one else of ours."""
RATES = ibis.table(
    {"currency": "string", "from_on": "date", "to_on": "date", "rate": "float64"},
    name="rates",
    database=CALENDAR_SCHEMA,
)
"""Units of the workspace's currency per unit of ``currency``, in force from ``from_on`` to ``to_on`` inclusive;
the workspace's own currency is in it with rate 1 for all time."""
ISSUE_MATCHES = ibis.table(
    {"case_id": "string", "matched_key": "string", "score": "float64"},
    name="issue_matches",
    database=CALENDAR_SCHEMA,
)
"""Cases without a key of their own that were matched by text: the key given to them and the match's score."""

VALUE_CLAIMS = ibis.table(
    {
        "claim_id": "string",
        "goal_id": "string",
        "account_id": "string",
        "measure": "string",
        "lever": "string",
        "ended_on": "date",
        "point": "decimal(18, 4)",
        "low": "decimal(18, 4)",
        "currency": "string",
        "state": "string",
        "counts": "boolean",
    },
    name="value_claims",
    database=CALENDAR_SCHEMA,
)
"""What improvements were worth to customers, once the time compared after a start was over on ``ended_on``; empty where
nobody asked for it."""


def state_table(name: str) -> Table:
    """The table ``name``, canonical or of entries, as of the build, unbound: its own columns and its provenance."""
    provenance = PROVENANCE if name in TABLE else (*ENTRY_PROVENANCE, FIRST_RECORDED)
    columns = (*KNOWN_TABLES[name].columns, *provenance)
    return ibis.table({c.name: IBIS_TYPES[c.type] for c in columns}, name=name, database=STATE_SCHEMA)


@dataclass(frozen=True)
class Context:
    """What a fact may know besides its tables: functions of the calendar tell it, so that its SQL is always the same.

    ``as_of``: UTC, naive, the last microsecond that counts. ``offsets``: the zone's constant-offset stretches as
    (first UTC instant, seconds east of UTC), ascending; nobody asks when the first began.
    """

    as_of: datetime
    as_of_on: date
    offsets: tuple[tuple[datetime, int], ...]
    currency: str


@dataclass(frozen=True)
class Inputs:
    """What a fact's ``build`` is given: tables by name, and its parameters."""

    parameters: Mapping[str, ParameterValue]
    facts: Mapping[str, Table] = field(default_factory=dict)

    def canon(self, name: str) -> Table:
        """A canonical table as of the build; deleted rows are gone, rows recorded later are not there."""
        return state_table(name)

    def entries(self, name: str) -> Table:
        """A table of entries as of the build, like a canonical one."""
        return state_table(name)

    def fact(self, name: str) -> Table:
        """Another fact that this one declared in ``uses``, already materialised."""
        return self.facts[name]

    def number(self, name: str) -> float:
        """The parameter ``name`` as a number; TypeError where it is none."""
        value = self.parameters[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"parameter {name} is {value!r}, a number is needed")
        return value

    def flag(self, name: str) -> bool:
        """The parameter ``name`` as yes or no; TypeError where it is neither."""
        value = self.parameters[name]
        if not isinstance(value, bool):
            raise TypeError(f"parameter {name} is {value!r}, true or false is needed")
        return value


@dataclass(frozen=True)
class Fact:
    """A fact's declaration.

    ``build(inputs)`` returns a table with the columns

    - ``fact_key`` (string): identifies the row; for facts that are rows of one canonical table, that row's key;
    - ``account_id`` (string, null for facts without account);
    - event facts: ``occurred_at`` (UTC timestamp) and ``occurred_on`` (local date): the moment that decides the period;
    - period facts: ``period_kind`` and ``period_key`` instead, one row per entity and period of ``PERIODS``;
    - ``credited_on`` (date): the local date on which the person's team is looked up;
    - credit ``person``: ``person_id``; credit ``participants``: ``credit_id`` (an interaction's id);
    - ``segment`` only where the fact has no account (market share): overrides the account's;
    - measures: booleans (counted as 0/1, null = not known: counts as no), and numbers.

    Never filter on a parameter-dependent maturity: give it as a boolean measure that a metric names in ``maturity``.
    """

    name: str
    description: str
    build: Callable[[Inputs], Table]
    credit: Credit
    timing: Timing = "event"
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Tables (canonical, or of entries) and columns without which the fact has no rows worth counting."""
    uses: tuple[str, ...] = ()
    """Other facts it builds on; they are materialised first, with the parameters of theirs that this one shares."""
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    """Names and defaults; a metric or a workspace may set others, which makes another instance of the fact."""
    is_one_per_account: bool = False
    """Whether a period fact has an account at most once in a period: then its rows are its accounts' cells."""
    row_of: str | None = None
    """The table whose key ``fact_key`` is, where it is one: lets a number be traced to the row or the entry."""
