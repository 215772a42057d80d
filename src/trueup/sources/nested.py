"""JSON and JSON lines: records within records become flat tables of text, as dlt would name them.

A dictionary's fields join their parent's row as ``parent__field``; a list becomes a table of its own,
``<table>__<field>``, whose rows say where they belong: ``_parent_row`` (the parent's row, from 1), ``_parent_id`` (its
id) and ``_list_index`` (from 0). A list of plain values has the column ``value``.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TextIO

import pyarrow as pa

from trueup.canon.findings import Finding
from trueup.sources.delivery import ArrowRelation, Delivered, DeliveryError, Parcel, stem_of
from trueup.sources.headers import unique_names
from trueup.sources.text_files import as_utf8, empty_table

Json = str | bool | None | list["Json"] | dict[str, "Json"]
"""A parsed document in which numbers are still text, so that none loses a digit."""

_CHUNK: Final = 1 << 20
_BATCH: Final = 20_000
_WRAPPERS: Final = frozenset(
    {
        "data",
        "records",
        "results",
        "result",
        "items",
        "rows",
        "value",
        "values",
        "list",
        "objects",
        "entries",
        "response",
    }
)
_PAGING: Final = re.compile(
    r"(after|before)(_cursor|_url)?|next(_?page|_cursor|recordsurl)?|prev(ious)?(_page)?|cursor|offset|has_?more|done"
    r"|(total_?)?(count|size|pages)|total|end_of_stream|end_time|pages?|paging|page_size|per_page",
    re.IGNORECASE,
)
"""What only stands around a list of records in an API's answer."""

_AROUND: Final = re.compile(r"facets|limit|links|meta|object|status|success|type|url|version", re.IGNORECASE)
"""What may stand there too."""

_ID_NAMES: Final = ("id", "Id", "ID", "_id", "hs_object_id", "key", "uuid")
_LINKS: Final = ("_parent_row", "_parent_id", "_list_index")
_DEEPEST: Final = 20
_GAP: Final = re.compile(r"[\s,]*")


class _NumbersAsText(json.JSONDecoder):
    def __init__(self) -> None:
        super().__init__(parse_float=str, parse_int=str, parse_constant=_no_number)


def _no_number(_word: str) -> None:
    """NaN and Infinity, which Python writes though JSON has none."""


@dataclass
class _Table:
    """A table being filled; batches are laid over each other by column name at the end."""

    links: tuple[str, ...]
    rows: int = 0
    lists: set[str] = field(default_factory=set)
    _batches: list[pa.Table] = field(default_factory=list)
    _pending: list[dict[str, str | None]] = field(default_factory=list)
    _names: dict[str, None] = field(default_factory=dict)

    def add(self, row: dict[str, str | None]) -> None:
        self.rows += 1
        self._pending.append(row)
        if len(self._pending) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        for row in self._pending:
            self._names.update(dict.fromkeys(row))
        columns = {name: [row.get(name) for row in self._pending] for name in self._names}
        self._batches.append(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))
        self._pending = []

    def finished(self) -> pa.Table:
        """All rows; the columns that link to the parent come first."""
        self._flush()
        whole = pa.concat_tables(self._batches, promote_options="default")
        # Where a list is null in some records, its field is no column besides being a table.
        nothing = {name for name in self.lists & self._names.keys() if whole.column(name).null_count == whole.num_rows}
        names = [*self.links, *(name for name in self._names if name not in self.links)]
        return whole.select([name for name in names if name in whole.column_names and name not in nothing])


@dataclass
class Flattener:
    """Turns records into rows of flat tables, by table name in order of appearance."""

    tables: dict[str, _Table] = field(default_factory=dict)

    def add(self, table: str, record: Json) -> None:
        """Add a record, and what is nested in it, to the tables."""
        self._put(table, record, links={})

    def _put(self, table: str, record: Json, *, links: dict[str, str | None]) -> None:
        target = self.tables.setdefault(table, _Table(_LINKS if links else ()))
        row: dict[str, str | None] = dict(links)
        lists: list[tuple[str, list[Json]]] = []
        if isinstance(record, dict):
            _spread(record, "", row, lists)
        elif isinstance(record, list):
            lists.append(("list", record))
        else:
            row["value"] = text_of(record)
        target.add(row)
        target.lists.update(name for name, _ in lists)
        for name, items in lists:
            if not items:
                continue
            parent, child = str(target.rows), f"{table}__{stem_of(name)}"
            own_id = next((row[name] for name in _ID_NAMES if row.get(name)), None)
            for index, item in enumerate(items):
                self._put(child, item, links={"_parent_row": parent, "_parent_id": own_id, "_list_index": str(index)})


def _spread(
    record: dict[str, Json], prefix: str, row: dict[str, str | None], lists: list[tuple[str, list[Json]]]
) -> None:
    for name, value in record.items():
        full = f"{prefix}{name}"
        if isinstance(value, dict) and value and full.count("__") < _DEEPEST:
            _spread(value, f"{full}__", row, lists)
        elif isinstance(value, list):
            lists.append((full, value))
        else:
            row[full] = text_of(value)


def text_of(value: Json) -> str | None:
    """A plain value as text; null and empty text are the same nothing, as in CSV."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if value else None


def json_of(text: str) -> Json:
    """A valid document."""
    document: Json = _NumbersAsText().decode(text)
    return document


def read_json(parcel: Parcel) -> list[Delivered]:
    """The tables in a JSON document or in JSON lines; DeliveryError where there is none."""
    path, findings = as_utf8(parcel)
    flattener = Flattener()
    try:
        with path.open(encoding="utf-8") as file:
            for table, record in _records(parcel, file, findings):
                flattener.add(table, record)
    except RecursionError as error:
        message = "Its records are nested too deeply to be a table."
        raise DeliveryError(parcel.shown, message, "Export flat records, or CSV.") from error
    if not flattener.tables:
        raise DeliveryError(parcel.shown, "The file holds no records.", "Check the filter of the export.")
    return flat_tables(parcel, flattener, findings)


def flat_tables(parcel: Parcel, flattener: Flattener, findings: Iterable[Finding] = ()) -> list[Delivered]:
    """What a flattener gathered, as delivered tables; ``findings`` go with the first."""
    delivered = []
    # Lists of lists have rows without a field of their own; their items are tables beside them.
    tables = {name: table for name, gathered in flattener.tables.items() if (table := gathered.finished()).num_columns}
    several = len(tables) > 1
    for place, (name, table) in enumerate(tables.items()):
        unique = unique_names(parcel, table.column_names, line=None)
        own = [*(findings if place == 0 else ()), *unique.findings]
        if not table.num_rows:
            own.append(empty_table(parcel))
        delivered.append(
            Delivered(
                name,
                f"{parcel.shown}/{name}" if several else parcel.shown,
                parcel.digest_of(name) if several else parcel.digest,
                unique.names,
                ArrowRelation(table.rename_columns(list(unique.names))),
                table.num_rows,
                1,
                tuple(own),
            )
        )
    return delivered


def _records(parcel: Parcel, file: TextIO, findings: list[Finding]) -> Iterator[tuple[str, Json]]:
    """The records in a file, each with the name of its table: of one document, or of one in each line."""
    start = file.read(_CHUNK)
    file.seek(0)
    if start.lstrip().startswith("["):
        for item in _items(parcel, file):
            yield from _paged(parcel.stem, item)
    elif _is_lines(start):
        for line in _lines(parcel, file, findings):
            yield from _paged(parcel.stem, line)
    else:
        yield from _unwrapped(parcel.stem, _parsed(parcel, file.read()))


def _paged(stem: str, document: Json) -> Iterator[tuple[str, Json]]:
    """The records of a page of an API (one list, and around it only counts and links), or the document itself."""
    if isinstance(document, dict) and not any(name in document for name in _ID_NAMES):
        lists, others = _parted(document)
        if lists and any(map(_PAGING.fullmatch, others)) and all(map(_is_around, others)):
            yield from _listed(stem, lists)
            return
    yield stem, document


def _unwrapped(stem: str, document: Json) -> Iterator[tuple[str, Json]]:
    """The records in a whole document: its lists of records are tables; what stands beside them is a row of its own."""
    if isinstance(document, list):
        yield from ((stem, item) for item in document)
    if not isinstance(document, dict):
        return
    if any(name in document for name in _ID_NAMES):
        yield stem, document
        return
    lists, others = _parted(document)
    rest = {name: value for name, value in others.items() if not _is_around(name)}
    if lists:
        yield from _listed(stem, lists)
        if rest:
            yield f"{stem}__around", rest
    elif len(rest) == 1 and next(iter(rest)).lower() in _WRAPPERS:
        yield from _unwrapped(stem, next(iter(rest.values())))
    else:
        yield stem, document


def _listed(stem: str, lists: dict[str, list[Json]]) -> Iterator[tuple[str, Json]]:
    for name, items in lists.items():
        table = stem if name.lower() in _WRAPPERS else stem_of(name)
        yield from ((table, item) for item in items)


def _parted(document: dict[str, Json]) -> tuple[dict[str, list[Json]], dict[str, Json]]:
    """A document's lists of records, and all else in it."""
    lists = {
        name: value
        for name, value in document.items()
        if isinstance(value, list) and all(isinstance(item, dict) for item in value)
    }
    return lists, {name: value for name, value in document.items() if name not in lists}


def _is_around(name: str) -> bool:
    return bool(_PAGING.fullmatch(name) or _AROUND.fullmatch(name))


def _is_lines(start: str) -> bool:
    """The first line is a whole document, and there is another line."""
    first, newline, rest = start.lstrip().partition("\n")
    if not newline or not rest.strip():
        return False
    try:
        json.loads(first)
    except json.JSONDecodeError:
        return False
    return True


def _lines(parcel: Parcel, file: Iterable[str], findings: list[Finding]) -> Iterator[Json]:
    decoder = _NumbersAsText()
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            yield decoder.decode(line.rstrip("\n"))
        except json.JSONDecodeError as error:
            message = f"Line {number} is not valid JSON ({error.msg} at column {error.colno}); it was left out."
            cure = "Correct the line, or export again if the file was cut off."
            text = line.rstrip("\n")
            findings.append(parcel.finding("error", "line_does_not_fit", message, cure=cure, row=number, value=text))


def _items(parcel: Parcel, file: TextIO) -> Iterator[Json]:
    """The items of a top-level list, read piece by piece: a long list need not fit into memory as objects."""
    decoder = _NumbersAsText()
    buffer, place = file.read(_CHUNK).lstrip().removeprefix("["), 0
    while True:
        place = _between(buffer, place)
        if buffer.startswith("]", place):
            return
        try:
            item, end = decoder.raw_decode(buffer, place)
        except json.JSONDecodeError:
            item, end = None, len(buffer)
        is_cut = end == len(buffer)
        if is_cut and (more := file.read(max(_CHUNK, len(buffer)))):
            buffer, place = buffer[place:] + more, 0
            continue
        if is_cut:
            raise _cut_or_wrong(parcel, file)
        yield item
        place = end


def _between(buffer: str, place: int) -> int:
    """The place of the next item, past blanks and commas."""
    found = _GAP.match(buffer, place)
    assert found is not None, "an empty gap always matches"
    return found.end()


def _parsed(parcel: Parcel, text: str) -> Json:
    try:
        return json_of(text)
    except json.JSONDecodeError as error:
        raise _error(parcel.shown, error) from error


def _cut_or_wrong(parcel: Parcel, file: TextIO) -> DeliveryError:
    """The whole file parsed again, for the place of the error."""
    file.seek(0)
    try:
        json.loads(file.read())
    except json.JSONDecodeError as error:
        return _error(parcel.shown, error)
    return DeliveryError(parcel.shown, "The list in the file does not end.", "Export it again.")


def _error(shown: str, error: json.JSONDecodeError) -> DeliveryError:
    is_cut = not error.doc[error.pos :].strip() or error.msg.startswith("Unterminated")
    cure = "The file was cut off: copy or export it again." if is_cut else "Correct it there, or export it again."
    return DeliveryError(shown, f"This is not valid JSON: {error.msg}.", cure, row=error.lineno, column=error.colno)
