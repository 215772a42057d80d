"""Stripe Billing: whole lists at first; afterwards its events, as its lists can be asked for what is new, not changed.

Stripe keeps events for thirty days: who comes back later gets the lists again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from trueup.sources.live.endpoint import Cursor, Endpoint, Paging, Record, Row

VERSION: Final = "2022-11-15"
"""The API's version that is asked for."""

EVENTS: Final = "events"
CURSOR: Final = "created"
EVENTS_KEPT: Final = timedelta(days=29)

_TABLES: Final[Mapping[str, str]] = {
    "customers": "customer",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "products": "product",
    "coupons": "coupon",
}
TABLES: Final = tuple(_TABLES)

_LISTS: Final[Mapping[str, tuple[str, ...]]] = {"subscription": ("items.data",), "invoice": ("lines.data",)}
_KINDS: Final[Mapping[str, Sequence[str]]] = {
    "customers": ("customer.created", "customer.updated", "customer.deleted"),
    "subscriptions": tuple(
        f"customer.subscription.{verb}" for verb in ("created", "updated", "deleted", "paused", "resumed")
    ),
    "invoices": tuple(
        f"invoice.{verb}"
        for verb in (
            "created",
            "updated",
            "finalized",
            "paid",
            "payment_failed",
            "voided",
            "marked_uncollectible",
            "deleted",
        )
    ),
    "products": ("product.created", "product.updated"),
    "coupons": ("coupon.created", "coupon.updated"),
}
"""The events that tell of changes, by table; Stripe takes at most twenty kinds in one request."""

_PAGE: Final = 100
_GONE: Final = ("customer.deleted", "invoice.deleted")


def _next(answer: Record) -> str | None:
    return str(answer["data"][-1]["id"]) if answer["has_more"] else None


_PAGING: Final = Paging(_next, "starting_after")


def endpoints(tables: Sequence[str], *, since: date, now: datetime, last_event: int | None) -> list[Endpoint]:
    """What to ask Stripe for; invoices from ``since``. ``last_event`` (epoch seconds) is the newest event known."""
    moment = int(now.timestamp())
    if last_event is not None and moment - last_event < EVENTS_KEPT.total_seconds():
        return [_events(tables, moment)]
    begins = int(datetime.combine(since, time(), UTC).timestamp())
    # Until the lists begin to be read, events tell nothing more than they will; from then on they are read next time.
    return [*(_list(table, begins, moment) for table in tables), _no_events(moment)]


def _list(table: str, begins: int, moment: int) -> Endpoint:
    parameters: dict[str, str | int | list[str]] = {"limit": _PAGE}
    if table == "subscriptions":
        parameters["status"] = "all"
    if table == "invoices":
        parameters["created[gte]"] = begins
    return Endpoint(
        name=table,
        path=f"v1/{table}",
        records="data",
        paging=_PAGING,
        rows=lambda record: [_row(_TABLES[table], record, synced_at=moment)],
        parameters=parameters,
    )


def _row(table: str, record: Record, *, synced_at: int) -> Row:
    return Row(table, {**record, "synced_at": synced_at}, lists=_LISTS.get(table, ()))


def _no_events(moment: int) -> Endpoint:
    return Endpoint(
        name=EVENTS,
        path="v1/events",
        records="data",
        paging=_PAGING,
        rows=lambda _event: (),
        parameters={"limit": 1, "created[lte]": moment},
        cursor=Cursor(CURSOR, moment, "created[gte]"),
    )


def _events(tables: Sequence[str], moment: int) -> Endpoint:
    """Changed objects as their newest events show them; Stripe tells the newest first."""
    told: set[str] = set()

    def rows(event: Record) -> Iterator[Row]:
        changed = event["data"]["object"]
        if changed["id"] not in told:
            told.add(changed["id"])
            gone = {"deleted": True} if event["type"] in _GONE else {}
            yield _row(changed["object"], {**changed, **gone}, synced_at=event["created"])

    return Endpoint(
        name=EVENTS,
        path="v1/events",
        records="data",
        paging=_PAGING,
        rows=rows,
        parameters={"limit": _PAGE, "types[]": [kind for table in tables for kind in _KINDS[table]]},
        cursor=Cursor(CURSOR, moment, "created[gte]"),
    )
