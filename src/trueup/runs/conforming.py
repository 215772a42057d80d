"""Conforming a source: its mapping run over everything that was delivered of it, now or once more."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from trueup.canon.checks import run_checks
from trueup.canon.findings import Finding
from trueup.canon.references import run_reference_checks
from trueup.canon.tables import TABLE, TABLES
from trueup.lake.conform import Arrival, Conformed, MappingError, conform
from trueup.lake.duckdb import literal, quoted, refusals
from trueup.lake.engine import StatementError
from trueup.lake.state import Moment, create_state
from trueup.lake.store import Lake, RawTable
from trueup.runs.folder import Folder
from trueup.runs.likeness import likenesses
from trueup.runs.mapping import (
    SourceMapping,
    SourceMappingError,
    drop_views,
    is_own,
    lay_views,
    mapping_digest,
    mapping_of,
    numbered,
    numbered_unless_large,
    together,
)
from trueup.runs.progress import Progress
from trueup.runs.reading import noon_of
from trueup.runs.settings import Settings

_WHENEVER = Moment(datetime(9999, 1, 1), date(9999, 1, 1))  # noqa: DTZ001  the lake's instants are naive UTC

Outcome = tuple[list[Conformed], list[Finding]]


@dataclass(frozen=True)
class Run:
    """An import on its way; ``now`` is UTC, naive."""

    folder: Folder
    settings: Settings
    lake: Lake
    now: datetime
    progress: Progress


def utc_now() -> datetime:
    """Now, as the lake writes moments: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def conform_source(run: Run, source: str, *, loaded_at: datetime, loads: Collection[int] | None = None) -> Outcome:
    """Map what was delivered of a source (``loads``: only these); what is already there changes nothing."""
    raws = [raw for raw in run.lake.raw_tables(source) if loads is None or raw.load in loads]
    mapping = mapping_of(run.folder, run.settings, run.lake, raws, relation=numbered_unless_large)
    by_table: dict[str, list[str]] = {}
    for select in mapping.selects:
        by_table.setdefault(select.table, []).append(select.sql)
    run.progress.stage(f"conforming {source}", steps=len(by_table))
    # Some systems write days without a zone; their views read them in the workspace's.
    run.lake.engine.execute(f"SET VARIABLE zone = {literal(run.settings.zone)}")
    lay_views(run.lake, mapping)
    with _own_sql_may_fail(run, mapping, source):
        findings = [*mapping.findings, *_unmatched_names(run, mapping, source), *_left_out(run, mapping, source)]

    def number_rows() -> None:
        lay_views(run.lake, mapping_of(run.folder, run.settings, run.lake, raws, relation=numbered))

    conformed = []
    for table, selects in by_table.items():
        run.progress.step(table)
        arrival = _arrival(run, table, together(selects), mapping=mapping, raws=raws, loaded_at=loaded_at)
        files = {raw.load: raw for raw in raws}
        with _own_sql_may_fail(run, mapping, source, table):
            conformed.append(conform(run.lake.engine, arrival, files=files, number_rows=number_rows))
    drop_views(run.lake, mapping)
    run.lake.set(f"mapping of {source}", mapping_digest(run.folder, raws))
    return conformed, [*findings, *(found for done in conformed for found in done.findings)]


@contextmanager
def _own_sql_may_fail(run: Run, mapping: SourceMapping, source: str, table: str | None = None) -> Iterator[None]:
    """What the engine refuses is told with the company's own files that it came from, those of ``table`` if named."""
    try:
        with refusals(""):
            yield
    except (StatementError, MappingError) as error:
        if not is_own(run.folder, source):
            raise
        files = ", ".join(dict.fromkeys(s.file for s in mapping.selects if table in {None, s.table}))
        told = " ".join(str(error).split())
        raise SourceMappingError(f"{files} cannot be run: {told} Nothing was imported; correct it there.") from error


def mapping_changed(run: Run, source: str) -> bool:
    """Whether the source is mapped otherwise than when it came: the company's SQL changed, or ours did."""
    before = run.lake.get(f"mapping of {source}")
    if before is None and not is_own(run.folder, source):
        return False
    return before != mapping_digest(run.folder, run.lake.raw_tables(source))


def map_again(run: Run, source: str) -> Outcome:
    """Take back what an older mapping made of a source, and map each of its deliveries again, in their order."""
    for table in TABLES:
        run.lake.engine.execute(f"DELETE FROM canon.{quoted(table.name)} WHERE source = {literal(source)}")
    moments: dict[datetime, list[int]] = {}
    for raw in run.lake.raw_tables(source):
        moments.setdefault(run.lake.loaded_at(raw.load), []).append(raw.load)
    loads: list[int] = []
    outcome: Outcome = ([], [])
    for moment, arrived in sorted(moments.items()):
        loads += arrived
        outcome = conform_source(run, source, loaded_at=moment, loads=loads)
    return outcome


def check(run: Run) -> list[Finding]:
    """Look over everything that is now in the lake, whenever it came."""
    engine = run.lake.engine
    create_state(engine, _WHENEVER)
    try:
        found = run_checks(engine.query, "state", now=run.now, currency=run.settings.currency)
        return [*found, *likenesses(engine, run.settings)]
    finally:
        engine.execute("DROP SCHEMA state CASCADE")


def _arrival(
    run: Run, table: str, select: str, *, mapping: SourceMapping, raws: list[RawTable], loaded_at: datetime
) -> Arrival:
    return Arrival(
        table=TABLE[table],
        source=raws[0].source,
        select=select,
        load=max(raw.load for raw in raws),
        loaded_at=loaded_at,
        is_complete=mapping.is_complete,
        noon=noon_of(run.settings.zone),
        zone=run.settings.zone,
    )


def _unmatched_names(run: Run, mapping: SourceMapping, source: str) -> list[Finding]:
    named = {quoted(view): columns for view, columns in mapping.named.items()}
    return [
        replace(found, file=found.file.replace('"', ""), message=found.message.replace('"', ""))
        for found in run_reference_checks(run.lake.engine.query, named, source=source)
    ]


def _left_out(run: Run, mapping: SourceMapping, source: str) -> list[Finding]:
    """Which delivered rows a known system's mapping leaves out on purpose, counted by the reason."""
    findings = []
    for table, select in mapping.left_out.items():
        rows = run.lake.engine.query(
            f"SELECT because, count(*) AS n, min(_row) AS first FROM ({select}) GROUP BY because ORDER BY because"
        ).to_pylist()
        findings += [
            Finding(
                severity="info",
                code="row_left_out",
                source=source,
                file=table,
                row=row["first"],
                column=None,
                value=None,
                message=f"{row['n']:,} rows of {table} were left out: {row['because']}.",
                cure="Nothing is to be done if that is so; the rows stay readable in the kept file.",
            )
            for row in rows
        ]
    return findings
