"""Importing: delivered files are kept, recognised, conformed into the canonical tables, and what is wrong is found.

Everything happens in one transaction of the lake: after a crash, a full disk or a refused file, nothing of the import
is there, and it can simply be run again.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from trueup.canon.findings import Finding, findings_table
from trueup.lake.conform import Conformed, add_stubs
from trueup.lake.duckdb import literal
from trueup.lake.engine import FileBusyError
from trueup.lake.store import RAW_FOLDER, Lake, RawTable, open_lake, raw_table_name
from trueup.runs.conforming import Run, check, conform_source, map_again, mapping_changed, utc_now
from trueup.runs.folder import Folder
from trueup.runs.mapping import CanonicalSelect, is_own, numbered, own_selects
from trueup.runs.progress import Progress
from trueup.runs.reading import found_in
from trueup.runs.settings import Settings
from trueup.runs.turns import taking_turn
from trueup.sources.columns import profile
from trueup.sources.delivery import ArrowRelation, Delivered, Delivery, stem_of
from trueup.sources.files import read_paths
from trueup.sources.recognise import Delivery as Offered
from trueup.sources.recognise import Recognised, Unmapped, recognise

_UNPACKED = "import-"
_PATIENCE = 3.0
"""Seconds to wait for those who read the lake."""
_PAUSE = 0.05


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


def pull(
    folder: Folder, settings: Settings, paths: Sequence[Path], *, source: str | None, progress: Progress
) -> ImportReport:
    """Import files and folders; ``source`` names the system they are of, where that is not to be recognised.

    A source whose mapping was changed since its last import is mapped again from its kept files, new ones or none.

    Raises DeliveryError for a path that cannot be read, MappingError or SourceMappingError for a mapping that does not
    work, UnderWayError while another import or a build runs, FileBusyError while somebody reads the lake for long.
    """
    with _at_work(folder, settings) as (lake, scratch):
        progress.stage("reading")
        delivery = read_paths(list(paths), scratch=scratch)
        with lake.engine.transaction():
            return _take(Run(folder, settings, lake, utc_now(), progress), delivery, source)


def rehearse(
    folder: Folder, settings: Settings, paths: Sequence[Path], *, source: str | None, progress: Progress
) -> ImportReport:
    """Do everything an import does, and take it back; errors as in ``pull``."""
    with _at_work(folder, settings) as (lake, scratch):
        progress.stage("reading")
        delivery = read_paths(list(paths), scratch=scratch)
        with lake.engine.rehearsal():
            return _take(Run(folder, settings, lake, utc_now(), progress), delivery, source)


def _take(run: Run, delivery: Delivery, source: str | None) -> ImportReport:
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
            findings += _not_mapped(run, raw, verdict) if became.outcome == "kept" else []
    conformed: list[Conformed] = []
    delivered = {raw.source for raw in fresh}
    for name in dict.fromkeys(raw.source for raw in run.lake.raw_tables()):
        changed = mapping_changed(run, name)
        if changed or name in delivered:
            done, found = map_again(run, name) if changed else conform_source(run, name, loaded_at=run.now)
            conformed += done
            findings += found
    if conformed or fresh:
        run.progress.stage("checking")
        findings += add_stubs(run.lake.engine)
        run.lake.add_findings(run.lake.newest_load(), findings_table(findings))
        checked = check(run)
        run.lake.replace_check_findings(findings_table(checked))
        findings += checked
    return ImportReport(tuple(taken), tuple(conformed), tuple(findings))


def _kept(
    run: Run, table: Delivered, verdict: Recognised | Unmapped, source: str | None
) -> tuple[RawTable | None, Taken]:
    """Keep a delivered table's file, unless exactly it was loaded before."""
    name = source or _source_of(run.folder, table) or verdict.system or _folder_of(table) or table.stem
    name = _apart(run.lake, name, verdict)
    if run.lake.holds(name, table.digest, path=table.path_shown, stem=table.stem):
        return None, Taken(table.path_shown, name, table.rows, "seen", "exactly this was imported before")
    own = is_own(run.folder, name)
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
        decimal_comma=table.decimal_comma,
    )
    run.lake.note(raw, loaded_at=run.now)
    if own:
        readers = [select.file for select in own_selects(run.folder.sources / name) if table.stem in select.reads]
        told = f"by {', '.join(readers)}" if readers else _read_instead(own_selects(run.folder.sources / name), table)
        return raw, Taken(table.path_shown, name, table.rows, "mapped" if readers else "kept", told)
    return raw, Taken(table.path_shown, name, table.rows, "mapped" if mapped else "kept", verdict.reason)


def _apart(lake: Lake, name: str, verdict: Recognised | Unmapped) -> str:
    """A source holds one system's tables, since systems call different things alike: the next gets its own name."""
    systems = {raw.system for raw in lake.raw_tables(name) if raw.system}
    is_other = isinstance(verdict, Recognised) and systems and verdict.system not in systems
    return f"{name}_{verdict.system}" if is_other else name


def _read_instead(selects: Sequence[CanonicalSelect], table: Delivered) -> str:
    """Say that no SELECT reads the table, and what they read, in case one of them misspells it."""
    instead = "; ".join(f"{select.file} reads {', '.join(sorted(select.reads))}" for select in selects)
    return f"no SELECT reads {table.stem}: {instead}"


def _not_mapped(run: Run, raw: RawTable, verdict: Recognised | Unmapped) -> list[Finding]:
    """Say why a table is only kept; of one that nobody knows, also what its columns hold, for whoever maps it."""
    if not isinstance(verdict, Unmapped):
        return []
    told = Finding(
        severity="info",
        code=verdict.code,
        source=raw.source,
        file=raw.path,
        row=None,
        column=None,
        value=None,
        message=f"{raw.rows:,} rows: {verdict.reason}.",
        cure=f"If you need them, write sources/{raw.source}/<canonical table>.sql, one SELECT over {raw.stem}.",
    )
    if verdict.code != "table_not_recognised":
        return [told]
    rows = numbered(raw, run.lake.raw_rows(raw))
    profiles = profile(run.lake.engine.query, rows, raw.columns, decimal_comma=raw.decimal_comma)
    return [told, *(found_in(found, raw) for column in profiles.values() for found in column.findings)]


def _kept_query(lake: Lake, table: Delivered) -> str:
    """Keep what was delivered; the query that reads it from where it is kept."""
    if isinstance(table.relation, ArrowRelation):
        kept = lake.keep_rows(table.relation.table, table.digest)
        query = f"SELECT * FROM read_parquet({literal(str(kept))})"
    else:
        kept = lake.keep_file(table.relation.file, table.digest)
        query = table.relation.select.replace(literal(str(table.relation.file)), literal(str(kept)))
    return query.replace(str(lake.folder), RAW_FOLDER)


def _folder_of(table: Delivered) -> str | None:
    """The folder that a delivered file lay in, as a source's name: what lies together belongs together."""
    folders = PurePosixPath(table.path_shown).parent.parts
    return stem_of(folders[-1]) if folders else None


def _source_of(folder: Folder, table: Delivered) -> str | None:
    """The workspace's source named by a folder on the delivered file's path."""
    parents = [part.casefold() for part in Path(table.path_shown).parts[:-1]]
    named = [path.name for path in sorted(folder.sources.glob("*")) if path.is_dir()]
    return next((name for name in named if name.casefold() in parents), None)


@contextmanager
def _at_work(folder: Folder, settings: Settings) -> Iterator[tuple[Lake, Path]]:
    """The lake to write to, and a place for unpacked files, empty again afterwards."""
    with taking_turn(folder, "import"), _scratch(folder) as scratch, ExitStack() as held:
        yield _when_free(held, folder, settings), scratch


def _when_free(held: ExitStack, folder: Folder, settings: Settings) -> Lake:
    """The lake; whoever looks into it for a moment, as the server's pages do, is waited for."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return held.enter_context(open_lake(folder.lake, memory_limit=settings.memory_limit))
        except FileBusyError:
            if time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)


@contextmanager
def _scratch(folder: Folder) -> Iterator[Path]:
    """A place for unpacked files, empty again afterwards; what imports that were cut off left goes too."""
    folder.scratch.mkdir(parents=True, exist_ok=True)
    for left in folder.scratch.glob(f"{_UNPACKED}*"):
        shutil.rmtree(left, ignore_errors=True)
    place = folder.scratch / f"{_UNPACKED}{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%f')}"
    place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
