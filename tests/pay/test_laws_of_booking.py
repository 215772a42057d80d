"""What the ledger says of all that was calculated, posted and paid: every coin is accounted for, whatever happened."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from pay.paying import Company, companies, some_closes, some_draws, some_policies, sums
from trueup.pay.booking import Book, accruals, holds, paid
from trueup.pay.draw import PayRun
from trueup.pay.ledger import (
    COMMISSION,
    DRAW,
    EARNED,
    HELD,
    PAYROLL,
    RECEIVABLE,
    Holding,
    Posted,
    Transaction,
    balances,
    check_added,
)
from trueup.pay.ledger_chain import canonical
from trueup.pay.replay import Close, Closed, replay, runs
from trueup.units.money import Money

few = settings(max_examples=40, deadline=None)


@dataclass(frozen=True)
class Booked:
    """What was closed and paid, and the ledger of it."""

    closed: Sequence[Closed]
    runs: dict[str, Sequence[tuple[str, PayRun]]]
    ledger: Sequence[Transaction]

    @property
    def posted(self) -> list[Posted]:
        return [Posted(place, transaction) for place, transaction in enumerate(self.ledger, start=1)]


def booked(company: Company, closes: Sequence[Close]) -> Booked:
    """Close and pay one period after the other."""
    closed = replay(company.plans, company.facts, closes)
    made = dict(runs(company.plans, company.facts, closed))
    return Booked(closed, made, ledger_of(closed, made))


def ledger_of(closed: Sequence[Closed], made: Mapping[str, Sequence[tuple[str, PayRun]]]) -> list[Transaction]:
    """Closes and their runs, each booked on what was booked before."""
    ledger: list[Transaction] = []
    for place, each in enumerate(closed):
        book = Book(ledger)
        period = each.close.period
        vested, forfeited = (let_go(each, kind) for kind in ("release", "forfeit"))
        ledger += accruals(each.earned)
        ledger += holds(each.held, book, vested=vested, forfeited=forfeited)
        of_run = {payee: own[place][1] for payee, own in made.items()}
        ledger += paid(of_run, book, period=period, posted_in=period, number=1)
    return ledger


def let_go(closed: Closed, kind: str) -> frozenset[tuple[str, str, str]]:
    lines = closed.calculated.lines
    return frozenset((line.payee, line.component, line.customer) for line in lines if line.kind == kind)


@st.composite
def ledgers(draw: st.DrawFn) -> Booked:
    policy, advance = draw(some_policies), draw(some_draws)
    company = draw(companies(may_change=True))
    plans = tuple(replace(plan, policy=policy, draw=advance) for plan in company.plans)
    return booked(replace(company, plans=plans), draw(some_closes))


some = ledgers()


@few
@whatever(some)
def test_the_ledger_takes_all_that_is_booked_and_sums_to_nothing(made: Booked) -> None:
    check_added([], made.ledger)
    assert len({transaction.key for transaction in made.ledger}) == len(made.ledger)
    left: defaultdict[tuple[str, str], Money] = defaultdict(lambda: Money.zero("USD"))
    for holding, amount in balances(made.posted).items():
        at = (holding.payee, holding.currency)
        left[at] = left[at] + amount if at in left else amount
    assert not any(left.values())


@few
@whatever(some)
def test_what_is_booked_is_what_was_posted(made: Booked) -> None:
    book = Book(made.ledger)
    earned = [posting for each in made.closed for posting in each.earned]
    held = [posting for each in made.closed for posting in each.held]
    assert {slot: amount for slot, amount in book.posted.items() if amount} == sums(earned)
    assert {slot: amount for slot, amount in book.held.items() if amount} == sums(held)


@few
@whatever(some)
def test_what_was_held_is_let_go_once_and_the_rest_is_open(made: Booked) -> None:
    """Of each transaction that held something: what vested, was forfeited or is open is what it held."""
    opened = {each.key: each for each in made.ledger if any(entry.account == HELD for entry in each.entries)}
    gone: defaultdict[str, list[Money]] = defaultdict(list)
    for each in made.ledger:
        if each.resolves in opened:
            gone[each.resolves] += [entry.amount for entry in each.entries if entry.account == HELD]
    still = {lot.key: lot.left for lots in Book(made.ledger)._lots.values() for lot in lots}  # noqa: SLF001
    for key, transaction in opened.items():
        if transaction.resolves is None:
            (original,) = [-entry.amount for entry in transaction.entries if entry.account == HELD]
            nothing = Money.zero(original.currency)
            assert sum(gone[key], nothing) + still[key] == original
            assert nothing <= still[key] <= original


@few
@whatever(some)
def test_costs_are_what_was_earned_and_what_is_held(made: Booked) -> None:
    """Per payee and component: open holds, with what vested and less what was forfeited, are the accruals."""
    accounts = balances(made.posted)
    costs: defaultdict[tuple[str, str, str], Money] = defaultdict(lambda: Money.zero("USD"))
    for each in made.closed:
        for posting in (*each.earned, *each.held):
            at = (posting.slot.component, posting.slot.payee, posting.amount.currency)
            costs[at] = costs[at] + posting.amount if at in costs else posting.amount
    booked_ = {
        (holding.account.removeprefix(COMMISSION), holding.payee, holding.currency): amount
        for holding, amount in accounts.items()
        if holding.account.startswith(COMMISSION)
    }
    assert booked_ == {at: amount for at, amount in costs.items() if amount}


@few
@whatever(some)
def test_payroll_is_what_was_earned_and_lent_less_what_was_recovered(made: Booked) -> None:
    accounts = balances(made.posted)
    for payee, own in made.runs.items():
        currency = own[-1][1].paid.currency
        nothing = Money.zero(currency)
        at = {
            name: accounts.get(Holding(name, payee, currency), nothing) for name in (PAYROLL, DRAW, RECEIVABLE, EARNED)
        }
        earned = sum((p.amount for c in made.closed for p in c.earned if p.slot.payee == payee), nothing)
        assert -at[PAYROLL] == sum((run.paid for _, run in own), nothing) == earned + at[DRAW] + at[RECEIVABLE]
        assert (at[DRAW], at[RECEIVABLE], at[EARNED]) == (own[-1][1].owed.draw, own[-1][1].owed.receivable, nothing)


@few
@whatever(some, st.integers(0, 200), st.randoms(use_true_random=False))
def test_a_balance_is_the_fold_of_what_came_before_in_whatever_order_it_is_stored(
    made: Booked, count: int, random: Random
) -> None:
    first = made.posted[:count]
    stored = random.sample(made.posted, len(made.posted))
    assert balances(stored, as_of=count) == balances(first)


@few
@whatever(some, st.integers(1, 5))
def test_booking_a_close_again_books_nothing_new(made: Booked, count: int) -> None:
    """The same closes give the same transactions, to the byte; and later closes change none of earlier ones."""
    again = ledger_of(made.closed[:count], made.runs)
    assert [canonical(each) for each in again] == [canonical(each) for each in made.ledger[: len(again)]]
