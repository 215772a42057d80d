"""The ledger of pay as it is kept: its transactions, and the rows that its chains are verified by."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from trueup.pay.ledger import Entry, Link, Posted, Transaction
from trueup.pay.ledger_chain import Altered, Close, Row, Whole, body_of, close_body, transaction_of, verify
from trueup.record import access
from trueup.record.models import LedgerEntry, LedgerLink, LedgerTransaction, PeriodEvent, User
from trueup.record.reach import rows
from trueup.units.money import Money

_PAGE = 1000


def posted(viewer: User) -> Iterator[Posted]:
    """Every transaction that the viewer may see, in order, as it was posted."""
    for sequence, body in access.ledger(viewer).order_by("sequence").values_list("sequence", "body").iterator():
        yield Posted(sequence, transaction_of(bytes(body)))


def kept_transactions() -> Iterator[Row]:
    """Every transaction ever posted, in order."""
    last = -1
    while page := list(rows(LedgerTransaction).filter(sequence__gt=last).order_by("sequence")[:_PAGE]):
        told = _told(page)
        for kept in page:
            yield Row(
                kept.sequence,
                kept.posted_in,
                kept.algorithm,
                _bytes(kept.body),
                kept.previous_hash,
                kept.hash,
                told[kept.sequence],
            )
        last = page[-1].sequence


def kept_closes() -> Iterator[Row]:
    """The ends of all closed periods, in order."""
    for kept in rows(PeriodEvent).order_by("sequence"):
        yield Row(
            kept.sequence,
            kept.period,
            kept.algorithm,
            _bytes(kept.body),
            kept.previous_hash,
            kept.hash,
            _told_of_close(kept),
        )


def verify_ledger(*, noted: Whole | None = None) -> Whole | Altered:
    """Whether the ledger is what was posted; Altered names the first row that is not."""
    return verify(kept_transactions(), kept_closes(), noted=noted)


def newest_transaction() -> LedgerTransaction | None:
    """The end of the ledger, held until the database's transaction ends so that nobody else adds to it meanwhile."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE record_ledgertransaction IN SHARE ROW EXCLUSIVE MODE")
    return rows(LedgerTransaction).order_by("-sequence").first()


def _told(page: Sequence[LedgerTransaction]) -> dict[int, bytes]:
    """What the columns, entries and links of transactions say, written as bodies are; nothing where it cannot be."""
    among = {"transaction__gte": page[0].sequence, "transaction__lte": page[-1].sequence}
    entries: defaultdict[int, list[tuple[str, str, str, str]]] = defaultdict(list)
    # As text: an amount that somebody altered may be no number.
    kept = rows(LedgerEntry).filter(**among).annotate(written=Cast("amount", TextField()))
    for sequence, *entry in kept.values_list("transaction_id", "account", "payee", "written", "currency"):
        account, payee, amount, currency = entry
        entries[sequence].append((account, payee, amount, currency))
    links: defaultdict[int, list[tuple[Any, str]]] = defaultdict(list)
    for sequence, relation, key in rows(LedgerLink).filter(**among).values_list("transaction_id", "relation", "key"):
        links[sequence].append((relation, key))
    return {each.sequence: _body(each, entries[each.sequence], links[each.sequence]) for each in page}


def _body(
    kept: LedgerTransaction, entries: Sequence[tuple[str, str, str, str]], links: Sequence[tuple[Any, str]]
) -> bytes:
    said: dict[str, Any] = {
        "key": kept.key,
        "kind": kept.kind,
        "reason_code": kept.reason_code,
        "posted_in": kept.posted_in,
        "earning_period": kept.earning_period,
        "component": kept.component,
    }
    try:
        if (len(entries), len(links)) != (kept.entries, kept.links):
            return b""
        said["entries"] = tuple(
            Entry(account, payee, Money.of(amount, currency)) for account, payee, amount, currency in entries
        )
        said["links"] = tuple(Link(*link) for link in links)
        return body_of(
            Transaction(**said),
            sequence=kept.sequence,
            recorded_at=kept.recorded_at,
            recorded_by=str(kept.recorded_by_id),
        )
    except ValueError:
        return b""


def _told_of_close(kept: PeriodEvent) -> bytes:
    try:
        statements = json.loads(kept.statements)
        close = Close(kept.period, kept.transactions, kept.last_hash, kept.ledger, kept.head, statements)
        return close_body(close, sequence=kept.sequence, closed_at=kept.closed_at, closed_by=str(kept.closed_by_id))
    except (ValueError, TypeError):
        return b""


def _bytes(body: object) -> bytes:
    # SQLite gives a text back where somebody put one in its place.
    return body.encode("utf-8", "replace") if isinstance(body, str) else bytes(body)  # type: ignore[call-overload]
