"""The ledger of pay: double entry per payee, only ever appended to.

Amounts are debits above 0 and credits below. What was posted is never changed: it is reversed at most once, and a
balance is the sum of all entries, whatever came of their transactions. There is no status: held, earned, paid, advanced
and receivable follow from balances. ``ledger_chain`` tells how it is kept such that nothing is altered unnoticed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple, get_args

from trueup.units.money import Money

Kind = Literal["accrual", "vesting", "forfeit", "advance", "draw", "recovery", "clawback", "payment", "reversal"]
"""``recovery``: an advance, draw or receivable is taken out of what was earned."""
Relation = Literal["reverses", "resolves", "cites"]
"""``reverses``: takes all of it back. ``resolves``: reduces what it opened. ``cites``: follows from it."""
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)

COMMISSION: Final = "expense:commission:"
"""Begins the account of what a component costs us; the component follows."""
HELD: Final = "contingent:held"
EARNED: Final = "liability:earned"
ADVANCE: Final = "asset:advance"
DRAW: Final = "asset:draw"
RECEIVABLE: Final = "asset:receivable"
PAYROLL: Final = "clearing:payroll"
ROUNDING: Final = "rounding"
ACCOUNTS: Final = (HELD, EARNED, ADVANCE, DRAW, RECEIVABLE, PAYROLL, ROUNDING)

_OPENED: Final[Mapping[str, int]] = {HELD: -1, ADVANCE: 1, DRAW: 1, RECEIVABLE: 1}
"""Accounts whose entries open something, and by which sign; whoever reduces it names what."""
CODE_LENGTH: Final = 60
TEXT_LENGTH: Final = 200
PERIOD_LENGTH: Final = 20
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_TOO_LARGE: Final = Decimal(10) ** 16
"""No ledger keeps an amount of so many digits before the point."""


class LedgerError(ValueError):
    """A transaction that cannot be posted: ``str()`` says what is wrong, and the cure."""


@dataclass(frozen=True)
class Entry:
    """An amount in an account of a payee's: a debit above 0, a credit below."""

    account: str
    payee: str
    amount: Money

    def __post_init__(self) -> None:
        component = self.account.removeprefix(COMMISSION)
        if self.account not in ACCOUNTS and (component == self.account or not _is_code(component)):
            raise LedgerError(
                f"There is no account {self.account!r}. Use one of {', '.join(ACCOUNTS)}, or {COMMISSION}COMPONENT."
            )
        _check_text("payee", self.payee, TEXT_LENGTH)
        if self.amount != self.amount.round():
            raise LedgerError(f"{self.amount} has fractions of its smallest coin. Round it before it is posted.")
        if not self.amount or abs(self.amount.amount) >= _TOO_LARGE:
            raise LedgerError(f"{self.amount} is no amount to post. Give one that is not 0, of at most 16 digits.")


class Link(NamedTuple):
    """What a transaction has to do with another one, by that one's key."""

    relation: Relation
    key: str


@dataclass(frozen=True)
class Transaction:
    """Entries that sum to nothing for each payee and currency, and so for each currency.

    ``key`` is its own for ever: whoever posts it again posts nothing. ``posted_in`` is the period on whose statement it
    is, ``earning_period`` the one that it is for.
    """

    key: str
    kind: Kind
    reason_code: str
    posted_in: str
    earning_period: str
    component: str
    entries: tuple[Entry, ...]
    links: tuple[Link, ...] = ()

    def __post_init__(self) -> None:
        _check_text("key", self.key, TEXT_LENGTH)
        _check_text("posted period", self.posted_in, PERIOD_LENGTH)
        _check_text("earning period", self.earning_period, PERIOD_LENGTH)
        for name, code in (("reason", self.reason_code), ("component", self.component)):
            if not _is_code(code):
                raise LedgerError(
                    f"The {name} {code!r} of {self.key} is no code."
                    f" Write up to {CODE_LENGTH} small letters, digits, dots, dashes and underscores."
                )
        if self.kind not in KINDS:
            raise LedgerError(f"{self.key} is of no kind that is known, {self.kind!r}. Use one of {', '.join(KINDS)}.")
        self._check_links()
        self._check_sums()

    @property
    def reverses(self) -> str | None:
        """The key of the transaction that this one takes back."""
        return next((link.key for link in self.links if link.relation == "reverses"), None)

    @property
    def resolves(self) -> str | None:
        """The key of the transaction that opened what this one reduces."""
        return next((link.key for link in self.links if link.relation == "resolves"), None)

    def _check_links(self) -> None:
        for link in self.links:
            _check_text("key of a link", link.key, TEXT_LENGTH)
            if link.relation not in RELATIONS:
                raise LedgerError(
                    f"{self.key} is linked by {link.relation!r}, which nobody knows. Use one of {', '.join(RELATIONS)}."
                )
        firm = [link.relation for link in self.links if link.relation != "cites"]
        if len(set(self.links)) < len(self.links) or len(set(firm)) < len(firm):
            raise LedgerError(
                f"{self.key} is linked twice in the same way. Post a transaction for each that is reversed or reduced."
            )
        if any(link.key == self.key for link in self.links if link.relation != "cites"):
            raise LedgerError(f"{self.key} reverses or reduces itself. Name the transaction that came before it.")
        if (self.kind == "reversal") is (self.reverses is None):
            raise LedgerError(
                f"{self.key} is half a reversal. Make it with reversal(), which names what it takes back."
            )

    def _check_sums(self) -> None:
        if not self.entries:
            raise LedgerError(f"{self.key} has no entries. Post what moves from where to where.")
        sums: dict[tuple[str, str], Money] = {}
        for entry in self.entries:
            at = (entry.payee, entry.amount.currency)
            sums[at] = sums[at] + entry.amount if at in sums else entry.amount
        for (payee, _), left in sums.items():
            if left:
                raise LedgerError(
                    f"The entries of {self.key} for {payee} do not sum to nothing: {left} is left over."
                    f" Give the entry that it goes to."
                )


@dataclass(frozen=True)
class Posted:
    """A transaction in the ledger, by its place there, from 1."""

    sequence: int
    transaction: Transaction


class Holding(NamedTuple):
    """What a balance is of."""

    account: str
    payee: str
    currency: str


def balances(ledger: Iterable[Posted], *, as_of: int | None = None) -> dict[Holding, Money]:
    """What stands in each account, after the first ``as_of`` transactions or all; nothing is left out but nothing.

    Every entry counts, also those of what was reversed later: whoever leaves those out counts the reversal only.
    """
    sums: dict[Holding, Money] = {}
    for posted in ledger:
        if as_of is not None and posted.sequence > as_of:
            continue
        for entry in posted.transaction.entries:
            holding = Holding(entry.account, entry.payee, entry.amount.currency)
            sums[holding] = sums[holding] + entry.amount if holding in sums else entry.amount
    return {holding: sums[holding] for holding in sorted(sums) if sums[holding]}


@dataclass(frozen=True)
class States:
    """Where a payee's money stands. What was earned is ``payable``, or ``paid`` already; the rest is not earned yet.

    ``held``: may still be forfeited. ``earned``: vested, paid or not. ``payable``: earned and not settled.
    ``advanced`` and ``drawn``: paid before it was earned. ``receivable``: to be paid back.
    """

    held: Money
    earned: Money
    payable: Money
    paid: Money
    advanced: Money
    drawn: Money
    receivable: Money


def states(sums: Mapping[Holding, Money], payee: str, currency: str) -> States:
    """What a payee's balances say."""

    def at(account: str) -> Money:
        return sums.get(Holding(account, payee, currency), Money.zero(currency))

    payable, paid = -at(EARNED), -at(PAYROLL)
    advanced, drawn, receivable = at(ADVANCE), at(DRAW), at(RECEIVABLE)
    earned = payable + paid - advanced - drawn - receivable
    return States(-at(HELD), earned, payable, paid, advanced, drawn, receivable)


def reversal(of: Transaction, *, key: str, posted_in: str, reason_code: str) -> Transaction:
    """The transaction that takes another one back: each entry the other way round, in the period that is open now."""
    reduced = of.resolves if of.resolves is not None else of.key if _opens(of) else None
    return Transaction(
        key=key,
        kind="reversal",
        reason_code=reason_code,
        posted_in=posted_in,
        earning_period=of.earning_period,
        component=of.component,
        entries=tuple(Entry(entry.account, entry.payee, -entry.amount) for entry in of.entries),
        links=(Link("reverses", of.key), *(() if reduced is None else (Link("resolves", reduced),))),
    )


def check_added(before: Iterable[Transaction], added: Sequence[Transaction]) -> None:
    """Refuse what follows from nothing, reverses twice, or reduces by more than is open.

    ``before``: what was posted, or at least what ``added`` is linked to, and whatever reverses or reduces that too.
    """
    book = _Book()
    for transaction in before:
        book.take(transaction)
    for transaction in added:
        book.check(transaction)
        book.take(transaction)
        book.check_reduced(transaction)


class _Book:
    """What is open, and what was reversed, after some transactions."""

    def __init__(self) -> None:
        self.known: dict[str, Transaction] = {}
        self.reversed: set[str] = set()
        self.open: defaultdict[str, dict[Holding, Decimal]] = defaultdict(dict)

    def take(self, transaction: Transaction) -> None:
        """Count a transaction."""
        self.known[transaction.key] = transaction
        if transaction.reverses is not None:
            self.reversed.add(transaction.reverses)
        left = self.open[transaction.resolves or transaction.key]
        for holding, amount in _reducible(transaction).items():
            left[holding] = left.get(holding, Decimal(0)) + amount

    def check(self, transaction: Transaction) -> None:
        """Refuse a transaction that is linked to nothing, reverses wrongly, or reduces what it does not name."""
        for link in transaction.links:
            if link.relation != "cites" and link.key not in self.known:
                raise LedgerError(
                    f"{transaction.key} {link.relation} {link.key}, which was not posted. Post that first."
                )
        if transaction.reverses is not None:
            self._check_reversal(transaction, self.known[transaction.reverses])
        if transaction.resolves is None:
            for (account, payee, _), amount in _reducible(transaction).items():
                if account in _OPENED and amount < 0:
                    raise LedgerError(
                        f"{transaction.key} reduces {account} of {payee}, but not what was opened there."
                        f" Name the transaction that opened it, by a link that resolves it."
                    )
        else:
            opened = self.known[transaction.resolves]
            if opened.resolves is not None or not _reducible(opened).keys() & _reducible(transaction).keys():
                raise LedgerError(
                    f"{transaction.key} resolves {opened.key}, which opened nothing that it reduces."
                    f" Name the transaction that opened it."
                )

    def check_reduced(self, transaction: Transaction) -> None:
        """Refuse, once it was counted, a transaction that reduces by more than was open, or opens more than was."""
        if transaction.resolves is None:
            return
        original = _reducible(self.known[transaction.resolves])
        for holding, left in self.open[transaction.resolves].items():
            if not 0 <= left <= max(original.get(holding, Decimal(0)), Decimal(0)):
                raise LedgerError(
                    f"{transaction.key} leaves {left} {holding.currency} in {holding.account} of"
                    f" {transaction.resolves}, of {original.get(holding, 0)} that it opened."
                    f" Reduce by no more than is open."
                )

    def _check_reversal(self, transaction: Transaction, of: Transaction) -> None:
        if of.key in self.reversed:
            raise LedgerError(f"{of.key} is reversed already. What was posted is reversed once.")
        right = reversal(of, key=transaction.key, posted_in=transaction.posted_in, reason_code=transaction.reason_code)
        if _said_of(right) != _said_of(transaction):
            raise LedgerError(f"{transaction.key} does not take back what {of.key} posted. Make it with reversal().")


def _said_of(transaction: Transaction) -> tuple[object, ...]:
    entries = sorted((e.account, e.payee, e.amount.currency, e.amount.amount) for e in transaction.entries)
    firm = sorted(link for link in transaction.links if link.relation != "cites")
    return transaction.earning_period, transaction.component, entries, firm


def _reducible(transaction: Transaction) -> dict[Holding, Decimal]:
    """What a transaction opens (above 0) or reduces (below 0), by holding: costs too, which are clawed back."""
    sums: defaultdict[Holding, Decimal] = defaultdict(Decimal)
    for entry in transaction.entries:
        sign = 1 if entry.account.startswith(COMMISSION) else _OPENED.get(entry.account)
        if sign is not None:
            holding = Holding(entry.account, entry.payee, entry.amount.currency)
            sums[holding] += sign * entry.amount.amount
    return {holding: amount for holding, amount in sums.items() if amount}


def _opens(transaction: Transaction) -> bool:
    return any(amount > 0 for amount in _reducible(transaction).values())


def _is_code(text: str) -> bool:
    return len(text) <= CODE_LENGTH and _CODE.fullmatch(text) is not None


def _check_text(name: str, text: str, longest: int) -> None:
    if not text or len(text) > longest or not text.isprintable() or text != text.strip():
        raise LedgerError(f"{text!r} is no {name}. Write 1 to {longest} letters that print, no space around them.")
