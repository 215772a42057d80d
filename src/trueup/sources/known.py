"""The systems whose exports come in without configuration, read from their folders of package data."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import get_args

from ruamel.yaml import YAML

from trueup.canon.tables import TABLES, CanonicalTable, ColumnType
from trueup.sources.shape import Kind, KnownSystem, LeftOut, RawColumn, RawMapping, RawTable, fold, quoted

SYSTEM_FOLDERS = ("salesforce", "hubspot", "zendesk", "intercom", "stripe")

_TOOL_COLUMNS: dict[str, str] = {
    "timestamp": "_fivetran_start",
    "boolean": "_fivetran_active _fivetran_deleted",
    "text": "_dlt_id _dlt_parent_id",
}
"""Columns that extraction tools add to every table of ours that has a place in the model."""

_CANONICAL_KINDS: dict[ColumnType, Kind] = {
    "text": "text",
    "integer": "number",
    "number": "number",
    "money": "decimal",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "date": "date",
    "json": "text",
}
_CANONICAL_ALIASES = {("leads", "lead_source"): ("source",)}
"""A lead's source may be called ``source``, which in every other table is our own name of the delivering system."""

Block = Mapping[str, object]


class ShapeError(Exception):
    """A system's ``shape.yaml`` does not say what a shape must; a fault of the package, not of the user's data."""


@cache
def known_systems() -> tuple[KnownSystem, ...]:
    """All known systems, the canonical model's own files last."""
    package = files("trueup.sources")
    return (*(load_system(name, package / name) for name in SYSTEM_FOLDERS), canonical_system())


def known_system(name: str) -> KnownSystem:
    """The known system called ``name``; KeyError if there is none."""
    for system in known_systems():
        if system.name == name:
            return system
    raise KeyError(f"no known system is called {name}; known are {', '.join(s.name for s in known_systems())}")


def load_system(name: str, folder: Traversable) -> KnownSystem:
    """Read a system's folder; ShapeError names what is wrong in it."""
    shape = _block(YAML(typ="safe", pure=True).load((folder / "shape.yaml").read_text("utf-8")), name)
    queries = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".sql")}
    mappings = {mapping.name: mapping for mapping in _mappings(queries)}
    prefixes = _words(shape, "prefixes")
    tables = {}
    for table_name, described in _block(shape["tables"], name).items():
        table = _table(table_name, _block(described, f"{name}.{table_name}"), prefixes)
        tables[table_name] = replace(table, feeds=_fed_by(table_name, mappings.values()))
    strays = [mapping.name for mapping in mappings.values() if mapping.main not in tables]
    if strays:
        raise ShapeError(f"{name}: no table for {', '.join(strays)}")
    views = {n.removesuffix(".view.sql"): sql for n, sql in sorted(queries.items()) if n.endswith(".view.sql")}
    return KnownSystem(name, str(shape["title"]), _words(shape, "words"), tables, mappings, _ordered(views))


def canonical_system() -> KnownSystem:
    """Files that are in the canonical model's own columns, as a system."""
    tables = {table.name: _canonical_table(table) for table in TABLES}
    mappings = {name: RawMapping(name, name, name, f"SELECT * FROM {quoted(name)}") for name in tables}
    return KnownSystem("canonical", "Trueup", ("canonical", "trueup"), tables, mappings)


def _mappings(queries: Mapping[str, str]) -> Iterator[RawMapping]:
    for file_name, sql in sorted(queries.items()):
        if not file_name.endswith(".view.sql"):
            name = file_name.removesuffix(".sql")
            canonical, _, main = name.partition("__")
            yield RawMapping(name, canonical, main, sql)


def _fed_by(table: str, mappings: Iterable[RawMapping]) -> tuple[str, ...]:
    return tuple(mapping.canonical for mapping in mappings if mapping.main == table)


def _ordered(views: Mapping[str, str]) -> dict[str, str]:
    """Views after those that they read, so that they can be made one after the other."""
    placed: dict[str, str] = {}
    while len(placed) < len(views):
        ready = [n for n in views if n not in placed and not _reads(views[n], views.keys() - placed.keys() - {n})]
        if not ready:
            raise ShapeError(f"views read each other in a circle: {', '.join(views.keys() - placed.keys())}")
        placed |= {n: views[n] for n in ready}
    return placed


def _reads(sql: str, names: Iterable[str]) -> bool:
    words = set(sql.replace("(", " ").replace(")", " ").replace(",", " ").split())
    return any(name in words for name in names)


_TABLE_SETTINGS = frozenset(
    {"holds", "stems", "key", "identifying", "common", "version", "currency", "columns", "aliases"}
    | {"adds", "because", "left_out"}
)


def _table(name: str, block: Block, prefixes: tuple[str, ...]) -> RawTable:
    unknown = block.keys() - _TABLE_SETTINGS
    if unknown:
        raise ShapeError(f"table {name}: unknown setting {', '.join(sorted(unknown))}")
    version, words = _words(block, "version"), _words(block, "identifying")
    identifying = tuple(tuple(word.rstrip("!").split("|")) for word in words)
    table = RawTable(
        name=name,
        holds=str(block["holds"]),
        stems=tuple(dict.fromkeys(fold(stem) for stem in (name, _plural(name), *_words(block, "stems")))),
        columns=tuple(_columns(name, block, prefixes)),
        key=_words(block, "key"),
        identifying=identifying,
        required=tuple(alternatives for alternatives, word in zip(identifying, words, strict=True) if word[-1] == "!"),
        version=("_fivetran_start", *version) if version else (),
        currency=_words(block, "currency"),
        adds=str(block.get("adds", "")),
        because=str(block.get("because", "")),
        left_out=tuple(_left_out(block, name)),
        is_common=bool(block.get("common", False)),
    )
    named = {column.name for column in table.columns}
    missing = {
        *table.key,
        *table.version,
        *table.currency,
        *(a for alternatives in table.identifying for a in alternatives),
    }
    if missing - named:
        raise ShapeError(f"table {name}: no column {', '.join(sorted(missing - named))}")
    return table


def _columns(table: str, block: Block, prefixes: tuple[str, ...]) -> Iterator[RawColumn]:
    aliases = _block(block.get("aliases") or {}, f"{table}.aliases")
    kinds = {kind: str(names) for kind, names in _block(block.get("columns") or {}, f"{table}.columns").items()}
    listed = {name for names in kinds.values() for name in names.split()}
    telling = (name for word in _words(block, "identifying") for name in word.rstrip("!").split("|") if name[0] != "_")
    kinds["text"] = " ".join([kinds.get("text", ""), *(n for n in dict.fromkeys(telling) if n not in listed)])
    if "because" not in block:
        for kind, names in _TOOL_COLUMNS.items():
            kinds[kind] = f"{kinds.get(kind, '')} {names}"
    seen: set[str] = set()
    for kind, names in kinds.items():
        if kind not in get_args(Kind):
            raise ShapeError(f"table {table}: no kind {kind}")
        for column in names.split():
            if column in seen:
                raise ShapeError(f"table {table}: column {column} twice")
            seen.add(column)
            other = tuple(str(alias) for alias in _list(aliases.get(column, ())))
            prefixed = tuple(prefix + own for own in (column, *other) if " " not in own for prefix in prefixes)
            yield RawColumn(column, kind, (*other, *prefixed))  # type: ignore[arg-type]  # checked above
    if aliases.keys() - seen:
        raise ShapeError(f"table {table}: aliases of no column {', '.join(sorted(aliases.keys() - seen))}")


def _left_out(block: Block, table: str) -> Iterator[LeftOut]:
    for rule in _list(block.get("left_out", ())):
        said = _block(rule, f"{table}.left_out")
        yield LeftOut(str(said["where"]), str(said["because"]))


def _canonical_table(table: CanonicalTable) -> RawTable:
    columns = tuple(
        RawColumn(c.name, _CANONICAL_KINDS[c.type], _CANONICAL_ALIASES.get((table.name, c.name), ()))
        for c in table.columns
    )
    known = (*columns, RawColumn("recorded_at", "timestamp"), RawColumn("is_deleted", "boolean"))
    return RawTable(
        name=table.name,
        holds=table.meaning,
        stems=(fold(table.name),),
        columns=known,
        identifying=((table.key[0],),),
        feeds=(table.name,),
        is_open=True,
    )


def _plural(name: str) -> str:
    return name[:-1] + "ies" if name.endswith("y") else name + "s"


def _words(block: Block, name: str) -> tuple[str, ...]:
    return tuple(str(block.get(name) or "").split())


def _list(value: object) -> list[object]:
    if isinstance(value, list | tuple):
        return list(value)
    return [value]


def _block(value: object, where: str) -> Block:
    if not isinstance(value, Mapping):
        raise ShapeError(f"{where}: names and values are wanted")
    return value
