"""A small lake of some accounts, in which they have exactly the values that they have in the whole.

It holds every version of every row that bears on those accounts. First all that is theirs or their kin's: rows that
name them, and rows that name these, down to who took part in their interactions. Then what their values depend on
besides: deals that their interactions are about, with all others' interactions about those; contacts who took part,
with all they took part in; the leads of their deals, the deals of their leads and of accounts that they referred to us.
A fact looks no farther. Tables that belong to no account are copied.

Not the same as in the whole can be: which sentences of case descriptions are a form's, where issues are matched by text
(a share of all descriptions decides, here of those copied); and a workspace's own SQL that compares accounts with each
other, or looks farther.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa

from trueup.canon.links import framed
from trueup.canon.tables import TABLE, TABLES, CanonicalTable
from trueup.lake.duckdb import DuckDBEngine, quoted
from trueup.runs.drawn_kin import account_kin, contact_kin

FOLLOWED = ("contacts", "promotions", "leads", "deals", "cases", "contracts", "interactions")
"""Tables whose rows may be named by others, each after those that it names; accounts and our people besides."""
_NAMED = {
    "deals": (("interactions", "deal_id"), ("leads", "deal_id"), ("contracts", "deal_id")),
    "leads": (("deals", "lead_id"),),
    "contacts": (("participants", "contact_id"),),
}
"""Columns that facts follow from a row to the one it names; an interaction counts the same whatever its case."""
_TOUCHES = "touches"
"""The interactions that are the accounts' own, of which all who took part are needed."""
_HELD = "drawn_held"
"""The engine's schema of the ids that are held, a table for each table of the lake that is followed."""
_NEW = "drawn"
_EXTERNAL = "json_extract_string(extra, '$.extra_external_id') AS external_id"


def copy_of(
    engine: DuckDBEngine,
    file: Path,
    accounts: Collection[str],
    *,
    first_on: date,
    same: Sequence[Sequence[str]] = (),
) -> None:
    """Make the small lake of some accounts' ids in ``file``; the whole is attached to the engine as ``lake``.

    ``first_on``: the first day of the whole, which is to be that of the small one. ``same``: ids declared to be one.
    """
    engine.create_scratch(_HELD)
    engine.attach(file, _NEW, read_only=False)
    try:
        _hold(engine, accounts, same)
        engine.create_schema(f"{_NEW}.canon")
        engine.create_schema(f"{_NEW}.meta")
        for table in TABLES:
            _copy(engine, table, first_on)
        engine.create_table(f"{_NEW}.meta", "loads", "SELECT * FROM lake.meta.loads")
    finally:
        engine.detach(_NEW)
        engine.detach(_HELD)


def _hold(engine: DuckDBEngine, accounts: Collection[str], same: Sequence[Sequence[str]]) -> None:
    """Find the ids of all rows that bear on the accounts."""
    kin = account_kin(_versions(engine, "accounts", f"account_id AS id, name, domain, {_EXTERNAL}"), same)
    engine.load(_HELD, "kin_of_accounts", kin.to_arrow())
    contacts = contact_kin(_versions(engine, "contacts", "contact_id AS id, account_id, name, email"), kin, same)
    engine.load(_HELD, "kin_of_contacts", contacts.to_arrow())
    engine.load(_HELD, "accounts", pa.table({"id": pa.array(accounts, pa.string())}))
    for table in FOLLOWED:
        engine.load(_HELD, table, pa.table({"id": pa.array([], pa.string())}))
    _hold_kin(engine, "accounts")
    _hold_what_is_theirs(engine)
    _hold_what_is_named(engine)
    _hold_kin(engine, "contacts")
    _hold_what_bears_besides(engine)
    _hold_what_is_known(engine)


def _versions(engine: DuckDBEngine, table: str, columns: str) -> pl.DataFrame:
    return framed(engine.query(f"SELECT DISTINCT {columns} FROM lake.canon.{quoted(table)}"))


def _held(table: str) -> str:
    return f"SELECT id FROM {_HELD}.{quoted(table)}"


def _hold_more(engine: DuckDBEngine, table: str, found: Iterable[str]) -> None:
    """Hold the ids that queries find, besides those held already."""
    every = " UNION ".join([_held(table), *found])
    engine.create_table(_HELD, table, f"SELECT id FROM ({every}) WHERE id IS NOT NULL")


def _hold_kin(engine: DuckDBEngine, table: str, *, into: str = "") -> None:
    """Hold all kin of the accounts or contacts held."""
    kin = f"{_HELD}.{quoted('kin_of_' + table)}"
    held = into or table
    _hold_more(
        engine,
        held,
        [f"SELECT id FROM {kin} WHERE kin IN (SELECT kin FROM {kin} SEMI JOIN ({_held(held)}) USING (id))"],
    )


def _hold_what_is_theirs(engine: DuckDBEngine) -> None:
    """Hold the rows that name an account held, or a row of such rows."""
    of_accounts = _ids("interactions", "interaction_id", f"account_id IN ({_held('accounts')})")
    engine.create_table(_HELD, _TOUCHES, f"SELECT DISTINCT id FROM ({of_accounts})")
    # Leads and deals name each other, and contracts the one that they renew.
    for name in (*FOLLOWED[:4], *FOLLOWED[2:6], "contracts", "interactions"):
        table = TABLE[name]
        _hold_more(engine, name, [_ids(name, table.key[0], _names(_references(table)))])


def _hold_what_is_named(engine: DuckDBEngine) -> None:
    """Hold what is named by their rows: the deal of an interaction, the contacts who took part in it."""
    for target, ties in _NAMED.items():
        _hold_more(engine, target, [_ids(table, column, _is_theirs(table)) for table, column in ties])


def _hold_what_bears_besides(engine: DuckDBEngine) -> None:
    """Hold all interactions about a deal held, all that a contact held took part in, and deals of accounts referred."""
    about = _ids("interactions", "interaction_id", _names([("deal_id", "deals")]))
    with_them = _ids("participants", "interaction_id", _names([("contact_id", "contacts")]))
    _hold_more(engine, "interactions", [about, with_them])
    referred = _ids("promotions", "referred_account_id", f"account_id IN ({_held('accounts')})")
    engine.create_table(_HELD, "referred", referred)
    _hold_kin(engine, "accounts", into="referred")
    _hold_more(engine, "deals", [_ids("deals", "deal_id", f"account_id IN ({_held('referred')})")])


def _hold_what_is_known(engine: DuckDBEngine) -> None:
    """Hold the accounts that must be known by all their ids, as rows that are held name them."""
    # Contacts are told apart within their account.
    of_contacts = _ids("contacts", "account_id", f"contact_id IN ({_held('contacts')})")
    every = " UNION ".join([_held("accounts"), _held("referred"), of_contacts])
    engine.create_table(_HELD, "known_accounts", every)
    _hold_kin(engine, "accounts", into="known_accounts")


def _ids(table: str, column: str, condition: str) -> str:
    return f"SELECT {quoted(column)} AS id FROM lake.canon.{quoted(table)} WHERE {condition}"


def _whole(table: CanonicalTable) -> str:
    return f"lake.canon.{quoted(table.name)}"


def _references(table: CanonicalTable) -> list[tuple[str, str]]:
    """A table's columns that refer to what may be held, and to which table."""
    held = {"accounts", *FOLLOWED}
    named = [(c.name, c.refers_to) for c in table.columns if c.refers_to in held]
    return [
        (column, _TOUCHES if table.name == "participants" and target == "interactions" else target)
        for column, target in named
    ]


def _names(columns: Iterable[tuple[str, str]]) -> str:
    """Whether a row names one that is held."""
    return " OR ".join(f"{quoted(column)} IN ({_held(target)})" for column, target in columns)


def _is_theirs(table: str) -> str:
    """Whether a row is held, or belongs to one that is, before it is known what bears on them besides."""
    if table == "participants":
        return _names([("interaction_id", _TOUCHES)])
    if table == "interactions":
        no_account = f"account_id IS NULL AND interaction_id IN ({_held('interactions')})"
        return f"interaction_id IN ({_held(_TOUCHES)}) OR ({no_account})"
    return f"{quoted(TABLE[table].key[0])} IN ({_held(table)})"


def _bears(table: CanonicalTable) -> str:
    """Whether a row bears on the accounts."""
    if table.name == "accounts":
        return f"account_id IN ({_held('known_accounts')})"
    if table.name in FOLLOWED:
        return f"{quoted(table.key[0])} IN ({_held(table.name)})"
    return _names(_references(table)) or "TRUE"


def _copy(engine: DuckDBEngine, table: CanonicalTable, first_on: date) -> None:
    """Copy a table's rows, and where none of them is of the first day of all, one that is: calendars begin there."""
    copied = f"{_NEW}.canon.{quoted(table.name)}"
    engine.create_table(f"{_NEW}.canon", table.name, f"SELECT * FROM {_whole(table)} WHERE {_bears(table)}")
    if table.event_time:
        first = f"CAST({quoted(table.event_time)} AS DATE) = DATE '{first_on}'"
        lacks = f"NOT EXISTS (SELECT 1 FROM {copied} WHERE {first})"
        engine.execute(f"INSERT INTO {copied} SELECT * FROM {_whole(table)} WHERE {first} AND {lacks} LIMIT 1")
