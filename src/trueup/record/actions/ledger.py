"""Posting to the ledger of pay, and closing its periods: only ever added to, one after the other."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from trueup.pay.ledger import LedgerError, Transaction, check_added
from trueup.pay.ledger_chain import Close, Row, body_of, canonical, close_body, sealed, transaction_of
from trueup.record.access import allow
from trueup.record.keeping import action, check
from trueup.record.ledger import newest_transaction
from trueup.record.models import LedgerEntry, LedgerLink, LedgerTransaction, PeriodEvent, User
from trueup.record.reach import rows
from trueup.record.refusal import Refused

_PART = 500
"""So many keys in one question, so many rows in one statement."""
_SEAL = ("sequence", "algorithm", "body", "previous_hash", "hash")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@action
def post(by: User, transactions: Iterable[Transaction], *, at: datetime) -> tuple[LedgerTransaction, ...]:
    """Post all of the transactions or none; gives those that are new.

    What was posted under the same key already is not posted again; Refused where it was posted otherwise, where its
    period is closed, and where it reverses or reduces what it cannot.
    """
    allow(by, "pay")
    newest = newest_transaction()
    new = _new(list(transactions))
    _check_open(new)
    try:
        check_added(_linked(new), new)
    except LedgerError as error:
        message, _, cure = str(error).partition(". ")
        raise Refused(f"{message}.", cure=cure) from error
    sequence, head = (0, "") if newest is None else (newest.sequence, newest.hash)
    posted = []
    for number, transaction in enumerate(new, start=sequence + 1):
        body = body_of(transaction, sequence=number, recorded_at=at, recorded_by=str(by.pk))
        row = sealed(number, transaction.posted_in, body, previous_hash=head)
        posted.append(_row(transaction, row, by=by, at=at))
        head = row.hash
    rows(LedgerTransaction).bulk_create(posted, batch_size=_PART)
    _keep_parts(dict(zip((row.sequence for row in posted), new, strict=True)))
    return tuple(posted)


@action
def close_period(by: User, period: str, *, at: datetime, statements: Mapping[str, str]) -> PeriodEvent:
    """End a period for good; ``statements``: the SHA-256 of each statement of it, by payee."""
    allow(by, "pay")
    newest = newest_transaction()
    for payee, digest in statements.items():
        check_sha256(digest, f"{payee}'s statement", field="statements")
    of_period = rows(LedgerTransaction).filter(posted_in=period.strip()).order_by("sequence")
    last = of_period.last()
    close = Close(
        period=period.strip(),
        transactions=of_period.count(),
        last_hash="" if last is None else last.hash,
        ledger=0 if newest is None else newest.sequence,
        head="" if newest is None else newest.hash,
        statements=statements,
    )
    before = rows(PeriodEvent).order_by("-sequence").first()
    sequence, head = (1, "") if before is None else (before.sequence + 1, before.hash)
    body = close_body(close, sequence=sequence, closed_at=at, closed_by=str(by.pk))
    row = sealed(sequence, close.period, body, previous_hash=head)
    told = {**vars(close), "statements": json.dumps(dict(statements), sort_keys=True)}
    event = PeriodEvent(**told, closed_at=at, closed_by=by, **{name: vars(row)[name] for name in _SEAL})
    check(event)
    event.save(force_insert=True)
    return event


def check_sha256(digest: str, of: str, *, field: str) -> None:
    """Refuse what is not written as a SHA-256 is."""
    if _SHA256.fullmatch(digest) is None:
        raise Refused(
            f"{digest!r} is no SHA-256 of {of}.", field=field, cure="Write 64 hexadecimal digits, in small letters."
        )


def _new(transactions: Sequence[Transaction]) -> list[Transaction]:
    """Those that were not posted yet."""
    known = {row.key: canonical(transaction_of(bytes(row.body))) for row in _of_keys(t.key for t in transactions)}
    new = []
    for transaction in transactions:
        written = canonical(transaction)
        if transaction.key not in known:
            known[transaction.key] = written
            new.append(transaction)
        elif known[transaction.key] != written:
            raise Refused(
                f"{transaction.key} was posted otherwise.",
                field="key",
                cure="Reverse what was posted, and post this under another key.",
            )
    return new


def _check_open(transactions: Iterable[Transaction]) -> None:
    periods = {transaction.posted_in for transaction in transactions}
    closed = rows(PeriodEvent).filter(period__in=periods).order_by("period").first()
    if closed is not None:
        raise Refused(f"{closed.period} is closed.", field="posted_in", cure="Post into the period that is open.")


def _linked(transactions: Iterable[Transaction]) -> Iterator[Transaction]:
    """What the transactions reverse and resolve, and whatever does the same to that, in order."""
    keys = {link.key for transaction in transactions for link in transaction.links if link.relation != "cites"}
    found = {row.sequence: row for row in _of_keys(keys)}
    for part in _parts(keys):
        linking = rows(LedgerLink).filter(key__in=part).exclude(relation="cites").values("transaction")
        found |= {row.sequence: row for row in rows(LedgerTransaction).filter(sequence__in=linking)}
    return (transaction_of(bytes(found[sequence].body)) for sequence in sorted(found))


def _of_keys(keys: Iterable[str]) -> Iterator[LedgerTransaction]:
    for part in _parts(keys):
        yield from rows(LedgerTransaction).filter(key__in=part)


def _parts(keys: Iterable[str]) -> Iterator[list[str]]:
    every = sorted(set(keys))
    return (every[start : start + _PART] for start in range(0, len(every), _PART))


def _row(transaction: Transaction, row: Row, *, by: User, at: datetime) -> LedgerTransaction:
    return LedgerTransaction(
        key=transaction.key,
        kind=transaction.kind,
        reason_code=transaction.reason_code,
        posted_in=transaction.posted_in,
        earning_period=transaction.earning_period,
        component=transaction.component,
        entries=len(transaction.entries),
        links=len(transaction.links),
        recorded_at=at,
        recorded_by=by,
        **{name: vars(row)[name] for name in _SEAL},
    )


def _keep_parts(transactions: Mapping[int, Transaction]) -> None:
    entries = [
        LedgerEntry(
            transaction_id=sequence,
            place=place,
            account=entry.account,
            payee=entry.payee,
            amount=entry.amount.amount,
            currency=entry.amount.currency,
        )
        for sequence, transaction in transactions.items()
        for place, entry in enumerate(transaction.entries)
    ]
    links = [
        LedgerLink(transaction_id=sequence, place=place, relation=link.relation, key=link.key)
        for sequence, transaction in transactions.items()
        for place, link in enumerate(transaction.links)
    ]
    rows(LedgerEntry).bulk_create(entries, batch_size=_PART)
    rows(LedgerLink).bulk_create(links, batch_size=_PART)
