"""How a source's delivered tables become canonical rows: the views to lay, and the SELECTs to run over them.

A known system brings its mapping; anything else is mapped by the company's own ``sources/<name>/<table>.sql``: each
delivered table is a view named by its stem, with typed columns, and each file is one SELECT that yields canonical
columns.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlglot
from rapidfuzz import process
from sqlglot import expressions

from trueup.canon.findings import Finding
from trueup.canon.references import MOST_NAMES
from trueup.canon.tables import TABLE
from trueup.lake.duckdb import quoted
from trueup.lake.store import Lake, RawTable
from trueup.runs.folder import Folder
from trueup.runs.reading import Query, Readers, found_in, noon_of, unreadable
from trueup.runs.settings import Settings
from trueup.sources.columns import ColumnProfile, profile, typed_select
from trueup.sources.known import known_system
from trueup.sources.shape import RawRows, left_out_select, runnable, system_views

NUMBERED_UP_TO = 200_000
"""Rows of larger tables are not numbered while they are imported: numbering takes one core, reading uses all. Their
numbers are found again when somebody asks for a row."""
LIKELY_KEY = 0.8
"""A column of so many different values per value may be a key; how many there are is only estimated here."""


class SourceMappingError(Exception):
    """A company's own mapping cannot be used; the message names the file and the cure."""


@dataclass(frozen=True)
class CanonicalSelect:
    """A SELECT that yields rows of one canonical table, where it is written, and the tables that it reads."""

    table: str
    sql: str
    file: str
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SourceMapping:
    """Views by name, in the order in which they are made, and what to select from them.

    ``is_complete``: the views show all that was ever delivered, not only the newest delivery. ``named``: the columns of
    delivered tables that a company maps itself, by view: they may refer to each other by names.
    """

    views: Mapping[str, str]
    selects: Sequence[CanonicalSelect]
    findings: Sequence[Finding]
    is_complete: bool
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    """By the name of a delivered table: the SELECT of its rows that the mapping leaves out on purpose, and why."""


Relation = Callable[[RawTable, str], str]
"""A kept table's rows with ``_load`` and ``_row``, from the query of its rows."""


def numbered(raw: RawTable, rows: str) -> str:
    """A kept table's rows with ``_load`` and ``_row``."""
    return f"(SELECT *, {raw.load} AS _load, row_number() OVER () AS _row FROM ({rows}))"


def numbered_unless_large(raw: RawTable, rows: str) -> str:
    """A kept table's rows with ``_load``, and with ``_row`` unless there are too many to number them by the way."""
    if raw.rows <= NUMBERED_UP_TO:
        return numbered(raw, rows)
    return f"(SELECT *, {raw.load} AS _load, CAST(NULL AS BIGINT) AS _row FROM ({rows}))"


def is_own(folder: Folder, source: str) -> bool:
    """Whether the company maps the source itself."""
    return any((folder.sources / source).glob("*.sql"))


def mapping_of(
    folder: Folder, settings: Settings, lake: Lake, raws: Sequence[RawTable], *, relation: Relation
) -> SourceMapping:
    """How delivered tables of one source are mapped; SourceMappingError for SQL that cannot be used."""

    def rows(raw: RawTable) -> str:
        return relation(raw, lake.raw_rows(raw))

    source = raws[0].source
    if is_own(folder, source):
        return of_own_sql(folder.sources / source, raws, rows, lake.engine.query, zone=settings.naive_zone)
    views: dict[str, str] = {}
    selects: list[CanonicalSelect] = []
    findings: list[Finding] = []
    left_out: dict[str, str] = {}
    for system in dict.fromkeys(raw.system for raw in raws if raw.system):
        of_system = [raw for raw in raws if raw.system == system]
        readers = Readers(settings.naive_zone, noon_of(settings.zone))
        part = of_known_system(system, of_system, rows, lake.engine.query, readers=readers)
        views |= part.views
        selects += part.selects
        findings += part.findings
        left_out |= part.left_out
    return SourceMapping(views, selects, findings, is_complete=True, left_out=left_out)


def mapping_digest(folder: Folder, raws: Sequence[RawTable]) -> str:
    """A fingerprint of how a source is mapped: it changes with the company's SQL, and with ours."""
    source = raws[0].source
    if is_own(folder, source):
        texts = [file.name + _text(file) for file in sorted((folder.sources / source).glob("*.sql"))]
    else:
        systems = [known_system(name) for name in sorted({raw.system for raw in raws if raw.system})]
        texts = [repr((system.mappings, system.views, system.tables)) for system in systems]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def lay_views(lake: Lake, mapping: SourceMapping) -> None:
    """Make the views that the mapping's SELECTs read."""
    for name, select in mapping.views.items():
        lake.engine.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS {select}")


def drop_views(lake: Lake, mapping: SourceMapping) -> None:
    """Take the mapping's views away again."""
    for name in reversed(list(mapping.views)):
        lake.engine.execute(f"DROP VIEW IF EXISTS temp.{quoted(name)}")


def together(selects: Sequence[str]) -> str:
    """Several SELECTs of the same canonical table as one."""
    if len(selects) == 1:
        return selects[0].strip().rstrip(";")
    union = " UNION ALL BY NAME ".join(f"({sql.strip().rstrip(';')})" for sql in selects)
    return f"SELECT * FROM ({union})"


def of_known_system(
    system: str, raws: Sequence[RawTable], relation: Callable[[RawTable], str], query: Query, *, readers: Readers
) -> SourceMapping:
    """The mapping of a known system over everything that was delivered of it; ``relation`` yields rows with ``_load``.

    Columns are read as programs write them; where a sample shows other forms (day-first dates, decimal commas), the
    column's form is found out from all its values.
    """
    known = known_system(system)
    rows: dict[str, list[RawRows]] = {}
    findings: list[Finding] = []
    for raw in raws:
        table = known.tables[raw.raw_name]
        readings, found = readers.of(raw, table, relation(raw), query)
        rows.setdefault(raw.raw_name, []).append(RawRows(relation(raw), raw.columns, readings))
        findings += found
    selects = [CanonicalSelect(m.canonical, m.sql, f"{system}/{m.name}.sql") for m in runnable(known, list(rows))]
    left_out = {name: left_out_select(known.tables[name]) for name in rows if known.tables[name].left_out}
    return SourceMapping(system_views(known, rows), selects, findings, is_complete=True, left_out=left_out)


def of_own_sql(
    folder: Path, raws: Sequence[RawTable], relation: Callable[[RawTable], str], query: Query, *, zone: str
) -> SourceMapping:
    """The mapping that a company wrote for its source; a table's newest delivery is what its view shows."""
    newest = {raw.stem: raw for raw in raws}
    views, findings = {}, []
    profiled: dict[str, Mapping[str, ColumnProfile]] = {}
    for stem, raw in newest.items():
        rows = relation(raw)
        profiles = profiled[stem] = profile(query, rows, raw.columns, decimal_comma=raw.decimal_comma)
        views[stem] = typed_select(rows, profiles, zone=zone)
        findings += [found_in(found, raw) for column in profiles.values() for found in column.findings]
        findings += [told for column in profiles.values() for told in unreadable(raw, column, rows, query)]
    written = own_selects(folder)
    findings += [_waits(select, newest, folder.name) for select in written if not select.reads <= newest.keys()]
    selects = [select for select in written if select.reads <= newest.keys()]
    return SourceMapping(views, selects, findings, is_complete=False, named=_naming(profiled))


def _naming(profiled: Mapping[str, Mapping[str, ColumnProfile]]) -> dict[str, list[str]]:
    """The columns of each table that may name rows of another: called alike in both, few words, a key in one."""
    called: dict[str, list[tuple[str, ColumnProfile]]] = {}
    for stem, profiles in profiled.items():
        for column in profiles.values():
            if column.kind == "text" and 0 < column.distinct <= MOST_NAMES:
                called.setdefault(column.name.casefold(), []).append((stem, column))
    naming: dict[str, list[str]] = {}
    for places in called.values():
        if len(places) > 1 and any(column.distinct >= LIKELY_KEY * column.values for _, column in places):
            for stem, column in places:
                naming.setdefault(stem, []).append(column.name)
    return naming


def _waits(select: CanonicalSelect, delivered: Collection[str], source: str) -> Finding:
    lacking = ", ".join(sorted(select.reads - set(delivered)))
    return Finding(
        severity="warning",
        code="mapping_waits",
        source=source,
        file=select.file,
        row=None,
        column=None,
        value=lacking,
        message=f"{select.file} reads {lacking}, which was never delivered; nothing goes into {select.table} from it."
        f" Delivered were {', '.join(sorted(delivered))}.",
        cure="Correct the name in that file, or import the table.",
    )


def own_selects(folder: Path) -> list[CanonicalSelect]:
    """The SELECTs in a source's folder."""
    selects = []
    for file in sorted(folder.glob("*.sql")):
        table = file.stem.partition("__")[0]
        if table not in TABLE:
            near = process.extractOne(table, list(TABLE))
            raise SourceMappingError(
                f"{file}: there is no canonical table {table!r}."
                f" Did you mean {near[0]}.sql? There are {', '.join(TABLE)}."
            )
        select, reads = _checked(file)
        selects.append(CanonicalSelect(table, select, f"sources/{folder.name}/{file.name}", frozenset(reads)))
    return selects


def _checked(file: Path) -> tuple[str, set[str]]:
    """A mapping file's SELECT with the main table's row numbers passed through, and the tables it reads."""
    text = _text(file)
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except sqlglot.ParseError as error:
        raise SourceMappingError(f"{file} is not valid SQL: {_first_line(str(error))}. Correct it there.") from error
    if not isinstance(tree, expressions.Query):
        raise SourceMappingError(f"{file} is no SELECT; a mapping is one SELECT that yields canonical columns.")
    common = {cte.alias for cte in tree.find_all(expressions.CTE)}
    needed = {table.name for table in tree.find_all(expressions.Table)} - common
    return _with_row_numbers(tree, text), needed


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SourceMappingError(f"{file} is not UTF-8 text: {error}. Save it as UTF-8.") from error


def _with_row_numbers(tree: expressions.Query, text: str) -> str:
    """Pass ``_load`` and ``_row`` through where a row of the result is a row of the main table."""
    if not isinstance(tree, expressions.Select) or tree.args.get("group") or tree.args.get("distinct"):
        return text
    aggregated = any(projection.find(expressions.AggFunc) for projection in tree.expressions)
    starting = tree.args.get("from_") or tree.args.get("from")
    if aggregated or starting is None or not isinstance(starting.this, expressions.Table) or tree.args.get("with_"):
        return text
    main = starting.this.alias_or_name
    if any(projection.alias_or_name in {"_row", "_load", "*"} for projection in tree.expressions):
        return text
    passed = tree.select(f"{quoted(main)}._load", f"{quoted(main)}._row", dialect="duckdb")
    return passed.sql(dialect="duckdb")


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].rstrip(".")
