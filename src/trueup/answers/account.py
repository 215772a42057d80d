"""One account: what it got from us of late, what happened last, its people, and who of ours is in touch with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from trueup.answers.board import Point
from trueup.answers.opened import opened
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot
from trueup.metrics.sql import quoted
from trueup.runs.cards import KEY_METRICS, LATEST_SHOWN

LAID = "cells.cards"
"""What a manifest counts the rows of if the snapshot holds what customers' pages ask for."""


@dataclass(frozen=True)
class Card:
    """A metric of the account; ``points`` oldest first, one per period, the last of which may still be running.

    ``latest`` is the newest period that is over and has a value, ``before`` the one before it; ``running`` is the
    period that is not over, where there is one.
    """

    metric: str
    label: str
    family: str
    better: str
    unit: str
    description: str
    points: tuple[Point, ...]
    latest: Point | None
    before: Point | None
    running: Point | None


@dataclass(frozen=True)
class Event:
    """Something that happened: ``event`` in ``of_table`` (opened in cases, call in interactions...).

    ``happened_at`` is UTC, or midnight of a day without a time. ``file`` was delivered by ``source``; ``line`` is the
    row's place in it, None where large deliveries are not numbered.
    """

    happened_at: datetime
    of_table: str
    event: str
    direction: str | None
    key: str
    told: str | None
    amount: Decimal | None
    currency: str | None
    source: str | None
    file: str | None
    line: int | None


@dataclass(frozen=True)
class Contact:
    """One of their people, as the CRM has them; ``active_to`` is the last day in their role."""

    contact_id: str
    name: str | None
    title: str | None
    department: str | None
    is_decision_maker: bool
    active_to: date | None


@dataclass(frozen=True)
class Tie:
    """Our person and their contact, in touch within the last year; strength as ``trueup.runs.cards`` reckons it."""

    person_id: str
    contact_id: str
    strength: float
    is_one_way: bool
    touches: int
    last_at: datetime


@dataclass(frozen=True)
class AccountAnswer:
    """What a snapshot holds of an account; all empty where it does not know the account. ``people``: ours, by id."""

    is_known: bool
    cards: tuple[Card, ...] = ()
    events: tuple[Event, ...] = ()
    contacts: tuple[Contact, ...] = ()
    ties: tuple[Tie, ...] = ()
    people: Mapping[str, str] | None = None
    last_touch_at: datetime | None = None


def account(snapshot: Snapshot, account_id: str) -> AccountAnswer:
    """What the snapshot holds of an account; nothing where an older version of Trueup made the snapshot."""
    if LAID not in snapshot.manifest.rows:
        return AccountAnswer(is_known=False)
    with opened(snapshot) as mart:
        known = mart.query(
            f"SELECT number, last_touch_at FROM cells.book WHERE account_id = {literal(account_id)}"
        ).to_pylist()
        if not known:
            return AccountAnswer(is_known=False)
        number = known[0]["number"]
        ties = _ties(mart, number)
        return AccountAnswer(
            is_known=True,
            cards=_cards(mart, number),
            events=_events(mart, number),
            contacts=_contacts(mart, number),
            ties=ties,
            people=_names(mart, sorted({tie.person_id for tie in ties})),
            last_touch_at=known[0]["last_touch_at"],
        )


def _cards(mart: DuckDBEngine, number: int) -> tuple[Card, ...]:
    rows = mart.query(
        f"SELECT c.*, p.is_over FROM cells.cards AS c JOIN calendar.periods AS p ON p.period_key = c.period"
        f" WHERE c.number = {number} ORDER BY p.first_on"
    )
    about = {row["metric"]: row for row in mart.query("SELECT * FROM meta.metrics").to_pylist()}
    of_periods = rows.to_pylist()
    return tuple(_card(about[name], of_periods) for name in KEY_METRICS if name in rows.column_names)


def _card(about: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> Card:
    name = about["metric"]
    points = tuple(_point(row, name) for row in rows)
    over = [point for point, row in zip(points, rows, strict=True) if row["is_over"]]
    valued = [point for point in over if point.value is not None]
    place = over.index(valued[-1]) if valued else 0
    return Card(
        metric=name,
        label=about["label"],
        family=about["family"],
        better=about["better"],
        unit=about["unit"],
        description=about["description"],
        points=points,
        latest=valued[-1] if valued else None,
        before=over[place - 1] if place else None,
        running=points[-1] if len(over) < len(points) else None,
    )


def _point(row: Mapping[str, object], name: str) -> Point:
    value, n, status = row[name], row[f"{name}__n"], row[f"{name}__status"]
    return Point(
        period=str(row["period"]),
        value=value if isinstance(value, float) else None,
        n=n if isinstance(n, int) else 0,
        pending=0,
        status=str(status or "no_denominator"),
    )


def _events(mart: DuckDBEngine, number: int) -> tuple[Event, ...]:
    newest_first = "ORDER BY l.happened_at DESC, l.key"
    of_account = f"SELECT * FROM cells.latest AS l WHERE number = {number} {newest_first} LIMIT {LATEST_SHOWN}"
    rows = mart.query(
        "SELECT l.* EXCLUDE (number, load, row), d.source, d.path AS file, d.first_line + l.row - 1 AS line"
        f" FROM ({of_account}) AS l LEFT JOIN cells.deliveries AS d ON d.load = l.load {newest_first}"
    )
    return tuple(Event(**row) for row in rows.to_pylist())


def _contacts(mart: DuckDBEngine, number: int) -> tuple[Contact, ...]:
    rows = mart.query(
        f"SELECT {', '.join(map(quoted, _CONTACT))} FROM cells.contacts WHERE number = {number}"
        " ORDER BY name, contact_id"
    )
    return tuple(Contact(**{**row, "is_decision_maker": bool(row["is_decision_maker"])}) for row in rows.to_pylist())


_CONTACT = ("contact_id", "name", "title", "department", "is_decision_maker", "active_to")


def _ties(mart: DuckDBEngine, number: int) -> tuple[Tie, ...]:
    rows = mart.query(
        f"SELECT * EXCLUDE (number) FROM cells.ties WHERE number = {number}"
        " ORDER BY strength DESC, person_id, contact_id"
    )
    return tuple(Tie(**row) for row in rows.to_pylist())


def _names(mart: DuckDBEngine, person_ids: Sequence[str]) -> dict[str, str]:
    if not person_ids:
        return {}
    listed = ", ".join(map(literal, person_ids))
    rows = mart.query(f"SELECT entity, name FROM meta.names WHERE grain = 'person' AND entity IN ({listed})")
    return {row["entity"]: row["name"] for row in rows.to_pylist()}
