"""The ground a computation stands on: the canonical tables as of a moment, and the calendars, in one engine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pyarrow as pa

from trueup.canon.entities import merges, resolve
from trueup.canon.identity import account_links
from trueup.canon.individuals import contact_links, person_links
from trueup.canon.issues import match_issues
from trueup.canon.tables import TABLE, TABLES
from trueup.lake.duckdb import DuckDBEngine, quoted
from trueup.lake.entered import NO_ENTRIES, Entries, create_state_of_entries, load_entries
from trueup.lake.state import MERGEABLE, Moment, create_state
from trueup.metrics import calendars
from trueup.metrics.cells import WORK_SCHEMA
from trueup.metrics.fact import CALENDAR_SCHEMA, FACT_SCHEMA, Context
from trueup.metrics.places import CELL_SCHEMA
from trueup.runs.folder import Folder
from trueup.runs.kept_sql import KeptSql
from trueup.runs.settings import Settings
from trueup.units.calendar import parse_as_of
from trueup.units.period import Period

EARLIEST = date(1990, 1, 1)
"""Events dated before this are data errors (findings say so); calendars do not reach back for them."""
IDENTITY_SCHEMA = "identity"
ENTERED_SCHEMA = "entered"
"""The engine's schema of entries with all their versions; nobody keeps it."""
_SHARED_FROM = 16 * 2**20
"""The size of a lake in bytes from which on threads share its statements; before that, each waits for the others."""
_LINKS: Mapping[str, Callable[[pa.Table], pa.Table]] = {
    "accounts": account_links,
    "contacts": contact_links,
    "people": person_links,
}
_SCHEMAS = (CALENDAR_SCHEMA, FACT_SCHEMA, CELL_SCHEMA)


class NothingImportedError(Exception):
    """There is no lake yet: nothing was imported."""


@dataclass(frozen=True)
class Ground:
    """An engine with ``state`` and ``calendar`` laid out, what facts may know, and the SQL that is kept of them."""

    engine: DuckDBEngine
    horizon: calendars.Horizon
    context: Context
    selects: KeptSql


@contextmanager
def ground(
    folder: Folder,
    settings: Settings,
    *,
    as_of: datetime,
    file: Path | None = None,
    entries: Entries = NO_ENTRIES,
) -> Iterator[Ground]:
    """The lake and the entries as of an instant (aware), in an engine on ``file`` (None: in memory).

    Raises NothingImportedError before the first import.
    """
    if not folder.lake.is_file():
        raise NothingImportedError(
            f"Nothing was imported into {folder.root} yet. Import your exports with `trueup import PATH`."
        )
    folder.scratch.mkdir(parents=True, exist_ok=True)
    threads = 1 if folder.lake.stat().st_size < _SHARED_FROM else None
    engine = DuckDBEngine(file, memory_limit=settings.memory_limit, spill=folder.scratch, threads=threads)
    try:
        engine.attach(folder.lake, "lake", read_only=True)
        yield _laid(engine, settings, as_of, entries, KeptSql(engine, folder.compiled))
    finally:
        engine.close()


def lay_state(
    engine: DuckDBEngine, moment: Moment, settings: Settings, *, merging: Sequence[str] = MERGEABLE
) -> Sequence[str]:
    """Make ``state`` over the attached lake, with what is the same thing merged; the tables where something was.

    ``merging``: the tables to look through, accounts before contacts.
    """
    engine.create_schema(IDENTITY_SCHEMA)
    create_state(engine, moment)
    merged: list[str] = []
    for table in merging:
        # Contacts are told apart within their account, so accounts must be one before contacts are looked at.
        if _merge(engine, table, settings):
            merged.append(table)
            create_state(engine, moment, merged=merged)
    return merged


def lay_periods(on: Ground, periods: Sequence[Period], settings: Settings) -> tuple[str, ...]:
    """Put the periods asked for into the calendar; their kinds."""
    for name, rows in calendars.period_tables(periods, on.horizon, settings.rules).items():
        on.engine.load(CALENDAR_SCHEMA, name, rows)
    return tuple(dict.fromkeys(calendars.kind_name(period) for period in periods))


def lay_functions(engine: DuckDBEngine, within: calendars.Horizon, currency: str) -> Context:
    """Let the calendar tell facts the moment, the zone and the currency; these as they are."""
    known = calendars.context(within, currency)
    for name, each in calendars.functions(known).items():
        engine.create_function(CALENDAR_SCHEMA, name, each.takes, each.yields)
    return known


def moment_of(text: str | None, settings: Settings) -> datetime:
    """The as-of instant (aware) that a person wrote; now if nothing was written."""
    return datetime.now(UTC) if text is None else parse_as_of(text, settings.zone)


def _laid(engine: DuckDBEngine, settings: Settings, as_of: datetime, entries: Entries, selects: KeptSql) -> Ground:
    for schema in _SCHEMAS:
        engine.create_schema(schema)
    engine.create_scratch(WORK_SCHEMA)
    engine.create_scratch(ENTERED_SCHEMA)
    load_entries(engine, entries, schema=ENTERED_SCHEMA)
    first_on = min(first_day(engine, as_of), _first_entered_day(engine, as_of))
    within = calendars.horizon(first_on, as_of, settings.zone)
    moment = Moment(within.as_of, within.as_of_on)
    merged = lay_state(engine, moment, settings)
    create_state_of_entries(engine, moment, loaded=ENTERED_SCHEMA, merged=merged)
    engine.load(CALENDAR_SCHEMA, "business_days", calendars.business_day_rows(settings.hours, within))
    currency = settings.currency
    for name, knows, expression in (
        ("people_spans", (), calendars.people_spans),
        ("credited_people", (), calendars.credited_people),
        ("rates", (currency,), partial(calendars.rates, currency)),
    ):
        engine.create_table(CALENDAR_SCHEMA, name, selects.select(("calendar", name, *knows), expression).sql)
    _match_issues(engine)
    engine.load(CALENDAR_SCHEMA, "value_claims", calendars.VALUE_CLAIM_SCHEMA.empty_table())
    return Ground(engine, within, lay_functions(engine, within, currency), selects)


def first_day(engine: DuckDBEngine, as_of: datetime) -> date:
    """The day of the earliest event in the lake; accounts and the customers' own series may reach far further back."""
    firsts = [
        f"SELECT min(CAST({quoted(t.event_time)} AS DATE)) AS day FROM lake.canon.{quoted(t.name)}"
        f" WHERE {quoted(t.event_time)} >= DATE '{EARLIEST}'"
        for t in TABLES
        if t.event_time and t.name not in {"accounts", "kpi_series", "usage"}
    ]
    found = engine.query(f"SELECT min(day) AS day FROM ({' UNION ALL '.join(firsts)})").column(0)[0].as_py()
    return found if isinstance(found, date) else as_of.date()


def _first_entered_day(engine: DuckDBEngine, as_of: datetime) -> date:
    """The earliest day from which entries are counted; readings, like other series, may reach far further back."""
    found = engine.query(
        "SELECT min(day) AS day FROM ("
        f"SELECT CAST(agreed_at AS DATE) AS day FROM {ENTERED_SCHEMA}.goals UNION ALL"
        f" SELECT planned_on FROM {ENTERED_SCHEMA}.milestones)"
        f" WHERE day >= DATE '{EARLIEST}'"
    )
    day = found.column(0)[0].as_py()
    return day if isinstance(day, date) else as_of.date()


def _merge(engine: DuckDBEngine, table: str, settings: Settings) -> bool:
    """Find out which ids of a table are the same thing; whether any are."""
    rows = engine.query(f"SELECT * FROM state.{quoted(table)}")
    links = _LINKS[table](rows)
    key = TABLE[table].key[0]
    known = pa.table({"id": rows.column(key), "source": rows.column("source"), "name": rows.column("name")})
    trusted = engine.query("SELECT source FROM lake.meta.loads GROUP BY source ORDER BY min(load)")
    preferred = [str(name) for name in trusted.column(0).to_pylist()]
    found = resolve(links, known=known, same=settings.same, separate=settings.separate, preferred=preferred)
    if found.entities.num_rows == 0:
        return False
    engine.load(IDENTITY_SCHEMA, table, found.entities)
    engine.load(IDENTITY_SCHEMA, f"{table}_merges", merges(found, known))
    return True


def _match_issues(engine: DuckDBEngine) -> None:
    unkeyed = engine.query(
        "SELECT case_id, account_id, subject, description, category, opened_at FROM state.cases"
        " WHERE issue_key IS NULL AND account_id IS NOT NULL AND (subject IS NOT NULL OR description IS NOT NULL)"
        " ORDER BY account_id, case_id"
    )
    matches = match_issues(unkeyed) if unkeyed.num_rows else calendars.ISSUE_MATCH_SCHEMA.empty_table()
    engine.load(CALENDAR_SCHEMA, "issue_matches", matches)
