"""What one list of an API is asked for, and how its records become rows. Nothing here touches the network."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
"""A record of an API's answer, as its JSON says it."""

BEGINNING = "2000-01-01T00:00:00Z"
"""Before anything that a CRM, a helpdesk or a billing system holds."""


@dataclass(frozen=True)
class Row:
    """A row of ``table``; ``lists`` are the fields, by dotted path, whose items become rows of a table of their own."""

    table: str
    values: Record
    lists: Collection[str] = ()


@dataclass(frozen=True)
class Paging:
    """How to come to the next page: ``following`` finds in an answer its address, or the value of ``parameter``."""

    following: Callable[[Record], str | None]
    parameter: str | None = None


@dataclass(frozen=True)
class Cursor:
    """What tells that a record is new: its field ``field`` beyond the furthest seen, at first beyond ``begins``.

    ``parameter`` is where the API is told so, as ``told`` writes it; without one, the API lists everything, and what is
    not new is passed over.
    """

    field: str
    begins: str | int
    parameter: str | None = None
    told: Callable[[Any], str | int] = lambda value: value


@dataclass(frozen=True)
class Endpoint:
    """One list of an API: ``records`` is where its answers hold them, ``rows`` what each comes to.

    ``prepare`` makes a record ready before it is asked whether it is new. A parameter may hold
    ``{incremental.start_value}``, the cursor as it is told.
    """

    name: str
    path: str
    records: str
    paging: Paging
    rows: Callable[[Record], Iterable[Row]]
    parameters: Mapping[str, str | int | list[str]] = field(default_factory=dict)
    cursor: Cursor | None = None
    prepare: Callable[[Record], Record] | None = None


def as_text(record: Record, lists: Collection[str] = (), path: str = "") -> Record:
    """A record whose plain values are text, as in an export, so that no column's type depends on what came first.

    Lists that are not among ``lists`` stay together as JSON.
    """
    return {name: _text(value, lists, f"{path}{name}") for name, value in record.items()}


def _text(value: object, lists: Collection[str], path: str) -> object:
    if isinstance(value, dict):
        return as_text(value, lists, f"{path}.")
    if isinstance(value, list):
        if path in lists:
            return [_text(item, lists, path) for item in value]
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None else str(value)
