"""From what is posted to the ledger's transactions: accruals, what is held and let go, and pay runs.

Keys say what a transaction is for, so that the same close booked twice books nothing. What reduces something that was
opened (held, a draw, a receivable) names the transaction that opened it, the oldest first.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trueup.pay.draw import PayRun
from trueup.pay.ledger import (
    COMMISSION,
    DRAW,
    EARNED,
    HELD,
    PAYROLL,
    RECEIVABLE,
    TEXT_LENGTH,
    Entry,
    Kind,
    LedgerError,
    Link,
    Transaction,
)
from trueup.pay.payment import Posting, Slot
from trueup.units.money import Money

_PAY = "pay"
"""The component of what a pay run books: it is of no component's own."""
_LOT = "customer:"


@dataclass
class _Lot:
    """What a transaction opened, and how much of it is left."""

    key: str
    left: Money


class Book:
    """What is open of each payee in the ledger, by what it may be reduced as."""

    def __init__(self, posted: Iterable[Transaction]) -> None:
        self._lots: dict[tuple[str, str], list[_Lot]] = {}
        self._by_key: dict[tuple[str, str], _Lot] = {}
        self.posted: dict[Slot, Money] = {}
        self.held: dict[Slot, Money] = {}
        for transaction in posted:
            self.take(transaction)

    def take(self, transaction: Transaction) -> None:
        """Count a transaction."""
        is_commission = any(entry.account.startswith(COMMISSION) for entry in transaction.entries)
        for entry in transaction.entries:
            if entry.account == EARNED and is_commission:
                slot = Slot(entry.payee, transaction.component, transaction.earning_period)
                self.posted[slot] = self.posted.get(slot, Money.zero(entry.amount.currency)) - entry.amount
            if entry.account in {HELD, DRAW, RECEIVABLE}:
                self._count(transaction, entry)

    def open_lots(self, account: str, payee: str, component: str = _PAY, lot: str = "") -> Sequence[_Lot]:
        """What is open, the oldest first."""
        return [each for each in self._lots.get((f"{account}/{component}/{lot}", payee), ()) if each.left.amount > 0]

    def _count(self, transaction: Transaction, entry: Entry) -> None:
        amount = -entry.amount if entry.account == HELD else entry.amount
        lot = lot_of(transaction)
        if entry.account == HELD:
            slot = Slot(entry.payee, transaction.component, transaction.earning_period, lot)
            self.held[slot] = self.held.get(slot, Money.zero(amount.currency)) + amount
        opened = transaction.resolves or transaction.key
        known = self._by_key.get((entry.account, opened))
        if known is not None:
            known.left += amount
        else:
            made = _Lot(transaction.key, amount)
            self._by_key[entry.account, transaction.key] = made
            self._lots.setdefault((f"{entry.account}/{transaction.component}/{lot}", entry.payee), []).append(made)


def lot_of(transaction: Transaction) -> str:
    """The customer whose outcome decides about what a transaction holds or lets go; it is cited."""
    return next((link.key.removeprefix(_LOT) for link in transaction.links if link.key.startswith(_LOT)), "")


def accruals(earned: Iterable[Posting], *, reason: Mapping[str, str] | None = None) -> Iterator[Transaction]:
    """What was earned, and what of it is taken back, each posting a transaction; ``reason`` by component."""
    for posting in earned:
        slot = posting.slot
        yield Transaction(
            key=_key("earned", slot.payee, slot.component, slot.period, posting.posted_in),
            kind="accrual",
            reason_code=(reason or {}).get(slot.component, _reason(posting)),
            posted_in=posting.posted_in,
            earning_period=slot.period,
            component=slot.component,
            entries=(
                Entry(COMMISSION + slot.component, slot.payee, posting.amount),
                Entry(EARNED, slot.payee, -posting.amount),
            ),
        )


def holds(
    held: Iterable[Posting],
    book: Book,
    *,
    vested: frozenset[tuple[str, str, str]],
    forfeited: frozenset[tuple[str, str, str]] = frozenset(),
) -> Iterator[Transaction]:
    """What is held anew, and what of it is let go: as it vests, as it is forfeited, or because less was to be held.

    ``vested``, ``forfeited``: payee, component and lot of what vests, and of what nothing can vest of any more.
    """
    # What is held anew comes first: what is let go may be of that.
    for posting in sorted(held, key=lambda posting: posting.amount.amount < 0):
        slot = posting.slot
        if posting.amount.amount > 0:
            transaction = _held(posting, posting.amount, "accrual")
            book.take(transaction)
            yield transaction
            continue
        left = -posting.amount
        of = (slot.payee, slot.component, slot.lot)
        kind: Kind = "forfeit" if of in forfeited else "vesting" if of in vested else "accrual"
        for number, lot in enumerate(book.open_lots(HELD, slot.payee, slot.component, slot.lot)):
            part = min(left, lot.left)
            if not part:
                break
            transaction = _held(posting, -part, kind, of=(lot.key, number))
            book.take(transaction)
            yield transaction
            left -= part
        if left:
            raise LedgerError(
                f"{slot.payee} lets go {left} of {slot.component} more than is held for {slot.lot}."
                " Compare the ledger with what was calculated before."
            )


def _held(posting: Posting, amount: Money, kind: Kind, *, of: tuple[str, int] | None = None) -> Transaction:
    """What is held, or let go of what a transaction opened (its key, and which of those that are let go at once)."""
    slot = posting.slot
    opened, number = of or ("", 0)
    cites = () if not slot.lot else (Link("cites", f"{_LOT}{slot.lot}"),)
    return Transaction(
        key=_key("held", slot.payee, slot.component, slot.period, slot.lot, posting.posted_in, kind, str(number)),
        kind=kind,
        reason_code=("true-up" if opened else "held") if kind == "accrual" else kind,
        posted_in=posting.posted_in,
        earning_period=slot.period,
        component=slot.component,
        entries=(
            Entry(COMMISSION + slot.component, slot.payee, amount),
            Entry(HELD, slot.payee, -amount),
        ),
        links=(*cites, Link("resolves", opened)) if opened else cites,
    )


def paid(runs: Mapping[str, PayRun], book: Book, *, period: str, posted_in: str, number: int) -> Iterator[Transaction]:
    """The pay run of a period: what is advanced, what becomes owed, what is recovered and offset, what is paid out."""
    for payee, run in sorted(runs.items()):
        moves = _Moves(payee, period, posted_in, number)
        made: list[Transaction] = []
        owed = run.paid - run.earned - run.advanced + run.recovered + run.offset
        if owed:
            made.append(moves.made("owed", "clawback", RECEIVABLE, EARNED, owed))
        if run.advanced:
            made.append(moves.made("draw", "draw", DRAW, PAYROLL, run.advanced))
        for transaction in made:
            book.take(transaction)
        yield from made
        for account, taken in ((DRAW, run.recovered), (RECEIVABLE, run.offset)):
            yield from _recovered(moves, book, account, taken)
        settled = run.paid - run.advanced
        if settled:
            yield moves.made("paid", "payment", EARNED, PAYROLL, settled)


def _recovered(moves: "_Moves", book: Book, account: str, amount: Money) -> Iterator[Transaction]:
    left = amount
    for place, lot in enumerate(book.open_lots(account, moves.payee)):
        part = min(left, lot.left)
        if not part:
            break
        name = f"{account.partition(':')[2]}-{place}"
        transaction = moves.made(name, "recovery", EARNED, account, part, resolves=lot.key)
        book.take(transaction)
        yield transaction
        left -= part
    if left:
        raise LedgerError(
            f"{moves.payee}'s run takes {left} of {account} more than is open. Compare the ledger with earlier runs."
        )


@dataclass(frozen=True)
class _Moves:
    """Moves between two accounts of a payee's in one pay run."""

    payee: str
    period: str
    posted_in: str
    number: int

    def made(
        self, name: str, kind: Kind, debit: str, credit: str, amount: Money, *, resolves: str | None = None
    ) -> Transaction:
        """A transaction of one amount."""
        return Transaction(
            key=_key("run", self.payee, self.period, str(self.number), name),
            kind=kind,
            reason_code=kind,
            posted_in=self.posted_in,
            earning_period=self.period,
            component=_PAY,
            entries=(Entry(debit, self.payee, amount), Entry(credit, self.payee, -amount)),
            links=() if resolves is None else (Link("resolves", resolves),),
        )


def _key(*parts: str) -> str:
    """What a transaction is for, in one line; where that is too long for a key, its end is a hash."""
    told = "|".join(parts)
    if len(told) <= TEXT_LENGTH:
        return told
    digest = hashlib.sha256(told.encode()).hexdigest()
    return f"{told[: TEXT_LENGTH - len(digest) - 1]}|{digest}"


def _reason(posting: Posting) -> str:
    if posting.slot.period == posting.posted_in:
        return "earned"
    return "true-up"
