"""The ground a computation stands on: the canonical tables as of a moment, and the calendars, in one engine."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from trueup.canon.identity import account_links, contact_links, entities, person_links
from trueup.canon.issues import match_issues
from trueup.canon.tables import TABLES
from trueup.lake.duckdb import DuckDBEngine, quoted
from trueup.lake.state import MERGEABLE, Moment, create_state
from trueup.metrics import calendars
from trueup.metrics.fact import CALENDAR_SCHEMA, FACT_SCHEMA, Context
from trueup.runs.settings import Folder, Settings
from trueup.units.calendar import parse_as_of
from trueup.units.period import Period

EARLIEST = date(1990, 1, 1)
"""Events dated before this are data errors (findings say so); calendars do not reach back for them."""
_LINKS = {"accounts": account_links, "contacts": contact_links, "people": person_links}


class NothingImportedError(Exception):
    """There is no lake yet: nothing was imported."""


@dataclass(frozen=True)
class Ground:
    """An engine with ``state`` and ``calendar`` laid out, and what facts may know."""

    engine: DuckDBEngine
    horizon: calendars.Horizon
    context: Context


@contextmanager
def ground(folder: Folder, settings: Settings, *, as_of: datetime, file: Path | None = None) -> Iterator[Ground]:
    """The lake as of an instant (aware), in an engine on ``file`` (None: in memory).

    Raises NothingImportedError before the first import.
    """
    if not folder.lake.is_file():
        raise NothingImportedError(
            f"Nothing was imported into {folder.root} yet. Import your exports with `trueup import PATH`."
        )
    engine = DuckDBEngine(file, memory_limit=settings.memory_limit, spill=folder.scratch)
    try:
        engine.attach(folder.lake, "lake", read_only=True)
        yield _laid(engine, settings, as_of)
        engine.execute("DROP SCHEMA IF EXISTS state CASCADE")
        engine.execute("DROP SCHEMA IF EXISTS identity CASCADE")
        engine.detach("lake")
    finally:
        engine.close()


def _laid(engine: DuckDBEngine, settings: Settings, as_of: datetime) -> Ground:
    for schema in (CALENDAR_SCHEMA, FACT_SCHEMA, "identity"):
        engine.create_schema(schema)
    within = calendars.horizon(_first_day(engine, as_of), as_of, settings.zone)
    moment = Moment(within.as_of, within.as_of_on)
    create_state(engine, moment)
    merged = _merge(engine, settings)
    create_state(engine, moment, merged=merged)
    known = calendars.context(within, settings.currency)
    engine.load(CALENDAR_SCHEMA, "business_days", calendars.business_day_rows(settings.hours, within))
    for name, expression in (
        ("people_spans", calendars.people_spans()),
        ("credited_people", calendars.credited_people()),
        ("rates", calendars.rates(settings.currency)),
    ):
        engine.create_table(CALENDAR_SCHEMA, name, engine.compile(expression))
    _match_issues(engine)
    return Ground(engine, within, known)


def lay_periods(on: Ground, periods: Sequence[Period]) -> None:
    """Put the periods asked for into the calendar."""
    on.engine.load(CALENDAR_SCHEMA, "periods", calendars.period_rows(periods, on.horizon))


def moment_of(text: str | None, settings: Settings) -> datetime:
    """The as-of instant (aware) that a person wrote; now if nothing was written."""
    return datetime.now(UTC) if text is None else parse_as_of(text, settings.zone)


def _first_day(engine: DuckDBEngine, as_of: datetime) -> date:
    """The day of the earliest event in the lake."""
    firsts = [
        f"SELECT min(CAST({quoted(t.event_time)} AS DATE)) AS day FROM lake.canon.{quoted(t.name)}"
        f" WHERE {quoted(t.event_time)} >= DATE '{EARLIEST}'"
        for t in TABLES
        if t.event_time and t.name not in {"accounts", "kpi_series"}
    ]
    found = engine.query(f"SELECT min(day) AS day FROM ({' UNION ALL '.join(firsts)})").column(0)[0].as_py()
    return found if isinstance(found, date) else as_of.date()


def _merge(engine: DuckDBEngine, settings: Settings) -> Collection[str]:
    """Find out which ids are the same thing; the tables among MERGEABLE in which some are."""
    merged = []
    sources = engine.query("SELECT source FROM lake.meta.loads GROUP BY source ORDER BY min(load)")
    preferred = tuple(str(name) for name in sources.column(0).to_pylist())
    for table in MERGEABLE:
        links = _LINKS[table](engine.query(f"SELECT * FROM state.{table}"))
        same = entities(links, same=settings.same, separate=settings.separate, preferred=preferred)
        engine.load("identity", f"{table}_links", links)
        if same.num_rows:
            engine.load("identity", table, same)
            merged.append(table)
    return merged


def _match_issues(engine: DuckDBEngine) -> None:
    unkeyed = engine.query(
        "SELECT case_id, account_id, subject, description, category, opened_at FROM state.cases"
        " WHERE issue_key IS NULL AND account_id IS NOT NULL AND (subject IS NOT NULL OR description IS NOT NULL)"
        " ORDER BY account_id, case_id"
    )
    matches = match_issues(unkeyed) if unkeyed.num_rows else calendars.ISSUE_MATCH_SCHEMA.empty_table()
    engine.load(CALENDAR_SCHEMA, "issue_matches", matches)
