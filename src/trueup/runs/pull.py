"""Importing: delivered files are kept, recognised, conformed into the canonical tables, and what is wrong is found.

Everything happens in one transaction of the lake: after a crash, a full disk or a refused file, nothing of the import
is there, and it can simply be run again.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from trueup.canon.checks import run_checks
from trueup.canon.findings import Finding, findings_table
from trueup.canon.references import run_reference_checks
from trueup.canon.tables import TABLE
from trueup.lake.conform import Arrival, Conformed, add_stubs, conform
from trueup.lake.duckdb import literal, quoted
from trueup.lake.state import Moment, create_state
from trueup.lake.store import RAW_FOLDER, Lake, RawTable, open_lake, raw_table_name
from trueup.runs.folder import Folder
from trueup.runs.mapping import drop_views, lay_views, mapping_of, numbered, together
from trueup.runs.progress import Progress
from trueup.runs.reading import noon_of
from trueup.runs.settings import Settings
from trueup.sources.delivery import ArrowRelation, Delivered, Delivery
from trueup.sources.files import read_paths
from trueup.sources.recognise import Delivery as Offered
from trueup.sources.recognise import Recognised, Unmapped, recognise

_WHENEVER = Moment(datetime(9999, 1, 1), date(9999, 1, 1))  # noqa: DTZ001  the lake's instants are naive UTC


@dataclass(frozen=True)
class Taken:
    """What became of one delivered table: ``mapped``, ``kept`` (not mapped, and why) or ``seen`` (loaded before)."""

    path: str
    source: str
    rows: int
    outcome: str
    became: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    taken: tuple[Taken, ...]
    conformed: tuple[Conformed, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Import:
    """One import on its way."""

    folder: Folder
    settings: Settings
    lake: Lake
    now: datetime
    progress: Progress


def pull(
    folder: Folder, settings: Settings, paths: Sequence[Path], *, source: str | None, progress: Progress
) -> ImportReport:
    """Import files and folders; ``source`` names the system they are of, where that is not to be recognised.

    Raises DeliveryError for a path that cannot be read, MappingError or SourceMappingError for a mapping that does not
    work, LakeBusyError while another import runs.
    """
    with _scratch(folder) as scratch, open_lake(folder.lake, memory_limit=settings.memory_limit) as lake:
        progress.stage("reading")
        delivery = read_paths(list(paths), scratch=scratch)
        with lake.engine.transaction():
            return _take(_Import(folder, settings, lake, _utc_now(), progress), delivery, source)


def rehearse(
    folder: Folder, settings: Settings, paths: Sequence[Path], *, source: str | None, progress: Progress
) -> ImportReport:
    """Do everything an import does, and take it back; errors as in ``pull``."""
    with _scratch(folder) as scratch, open_lake(folder.lake, memory_limit=settings.memory_limit) as lake:
        progress.stage("reading")
        delivery = read_paths(list(paths), scratch=scratch)
        with lake.engine.rehearsal():
            return _take(_Import(folder, settings, lake, _utc_now(), progress), delivery, source)


def _take(run: _Import, delivery: Delivery, source: str | None) -> ImportReport:
    verdicts = recognise([Offered(t.stem, t.columns, t.path_shown) for t in delivery]).outcomes
    findings = [f.delivered_by(source or "") for f in delivery.findings]
    taken: list[Taken] = []
    fresh: list[RawTable] = []
    for table, verdict in zip(delivery.tables, verdicts, strict=True):
        raw, became = _kept(run, table, verdict, source)
        taken.append(became)
        if raw is not None:
            fresh.append(raw)
            findings += [f.delivered_by(raw.source) for f in table.findings]
    conformed: list[Conformed] = []
    for name in dict.fromkeys(raw.source for raw in fresh):
        done, found = _conform_source(run, name)
        conformed += done
        findings += found
    if fresh:
        run.progress.stage("checking")
        findings += add_stubs(run.lake.engine)
        run.lake.add_findings(run.lake.newest_load(), findings_table(findings))
        checked = _check(run)
        run.lake.replace_check_findings(findings_table(checked))
        findings += checked
    return ImportReport(tuple(taken), tuple(conformed), tuple(findings))


def _check(run: _Import) -> list[Finding]:
    """Look over everything that is now in the lake, whenever it came."""
    engine = run.lake.engine
    create_state(engine, _WHENEVER)
    try:
        return run_checks(engine.query, "state", now=run.now, currency=run.settings.currency)
    finally:
        engine.execute("DROP SCHEMA state CASCADE")


def _kept(
    run: _Import, table: Delivered, verdict: Recognised | Unmapped, source: str | None
) -> tuple[RawTable | None, Taken]:
    """Keep a delivered table's file, unless exactly it was loaded before."""
    name = source or _source_of(run.folder, table) or verdict.system or table.stem
    if run.lake.holds(name, table.digest):
        return None, Taken(table.path_shown, name, table.rows, "seen", "exactly this was imported before")
    own = any((run.folder.sources / name).glob("*.sql"))
    mapped = isinstance(verdict, Recognised) and not own
    load = run.lake.next_load()
    raw = RawTable(
        load=load,
        source=name,
        stem=table.stem,
        system=verdict.system if mapped else "",
        raw_name=verdict.table if mapped else "",
        path=table.path_shown,
        digest=table.digest,
        rows=table.rows,
        first_line=table.row_offset,
        raw_table=raw_table_name(name, table.stem, load),
        reason="" if own else verdict.reason,
        columns=table.columns,
        query=_kept_query(run.lake, table),
    )
    run.lake.note(raw, loaded_at=run.now)
    if own:
        return raw, Taken(table.path_shown, name, table.rows, "mapped", f"by sources/{name}/*.sql")
    return raw, Taken(table.path_shown, name, table.rows, "mapped" if mapped else "kept", verdict.reason)


def _kept_query(lake: Lake, table: Delivered) -> str:
    """Keep what was delivered; the query that reads it from where it is kept."""
    if isinstance(table.relation, ArrowRelation):
        kept = lake.keep_rows(table.relation.table, table.digest)
        query = f"SELECT * FROM read_parquet({literal(str(kept))})"
    else:
        kept = lake.keep_file(table.relation.file, table.digest)
        query = table.relation.select.replace(literal(str(table.relation.file)), literal(str(kept)))
    return query.replace(str(lake.folder), RAW_FOLDER)


def _source_of(folder: Folder, table: Delivered) -> str | None:
    """The workspace's source named by a folder on the delivered file's path."""
    parents = [part.casefold() for part in Path(table.path_shown).parts[:-1]]
    named = [path.name for path in sorted(folder.sources.glob("*")) if path.is_dir()]
    return next((name for name in named if name.casefold() in parents), None)


def _conform_source(run: _Import, source: str) -> tuple[list[Conformed], list[Finding]]:
    """Map everything that was delivered of a source; what is already there changes nothing."""
    raws = run.lake.raw_tables(source)
    mapping = mapping_of(run.folder, run.settings, run.lake, source)
    files = {raw.load: raw for raw in raws}
    by_table: dict[str, list[str]] = {}
    for select in mapping.selects:
        by_table.setdefault(select.table, []).append(select.sql)
    run.progress.stage(f"conforming {source}", steps=len(by_table))
    lay_views(run.lake, mapping)
    named = {quoted(view): columns for view, columns in mapping.named.items()}
    unmatched = [
        replace(found, file=found.file.replace('"', ""), message=found.message.replace('"', ""))
        for found in run_reference_checks(run.lake.engine.query, named, source=source)
    ]

    def number_rows() -> None:
        lay_views(run.lake, mapping_of(run.folder, run.settings, run.lake, source, relation=numbered))

    conformed = []
    for table, selects in by_table.items():
        run.progress.step(table)
        arrival = Arrival(
            table=TABLE[table],
            source=source,
            select=together(selects),
            load=max(files),
            loaded_at=run.now,
            is_complete=mapping.is_complete,
            noon=noon_of(run.settings.zone),
            zone=run.settings.zone,
        )
        conformed.append(conform(run.lake.engine, arrival, files=files, number_rows=number_rows))
    drop_views(run.lake, mapping)
    return conformed, [*mapping.findings, *unmatched, *(found for done in conformed for found in done.findings)]


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def _scratch(folder: Folder) -> Iterator[Path]:
    """A place for unpacked files, empty again afterwards."""
    folder.scratch.mkdir(parents=True, exist_ok=True)
    place = folder.scratch / f"import-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%f')}"
    place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
