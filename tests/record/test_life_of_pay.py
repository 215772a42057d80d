"""The life of pay in the record: whatever happens in whatever order, every coin is accounted for, and stays so."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from company import NOON, Company, found
from pay.paying import plans_of, usd
from planned import approved
from recorded import Place, undone_at
from trueup.pay.booking import Book, accruals, holds, paid
from trueup.pay.calculate import calculate
from trueup.pay.draw import Owed, RunTerms, pay_run
from trueup.pay.facts import Assignment, Event, Facts, SignedAgreement, ValueReading
from trueup.pay.ledger import EARNED, HELD, RECEIVABLE, Holding, Transaction, balances
from trueup.pay.ledger_chain import Whole, transaction_of
from trueup.pay.payment import Posting, Slot, due
from trueup.pay.statement import Basis, statements
from trueup.record.actions.pay_disputes import decide_dispute, open_dispute
from trueup.record.actions.pay_periods import Calculated, close, decide_calculation, keep_calculation, pay, submit
from trueup.record.ledger import posted, verify_ledger
from trueup.record.models import Dispute, LedgerTransaction, PayCalculation, PayStatement
from trueup.record.pay_periods import gates, newest_calculation, state_of
from trueup.record.refusal import NotAllowed, Refused
from trueup.units.money import Money
from trueup.units.period import parse_period

PLAN = """
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: bookings, kind: rate, credits: bookings, aggregation: cumulative, hold: {share: 0.5},
         table: {kind: step, tiers: [{up_to: 1000, pays: 0.10}, {pays: 0.15}]}}
      - {name: value, kind: value}
      - {name: returned, kind: clawback, of: [bookings], months: 12}
"""
PLANS = plans_of(PLAN)
PAYEES = ("alice", "bob")
AGREED = SignedAgreement("dso", "alice", "acme", "value", date(2026, 1, 10), usd(100), usd(400), usd(10))
THERE = Facts(assignments=tuple(Assignment(payee, "sales", date(2026, 1, 1)) for payee in PAYEES), agreements=(AGREED,))


@dataclass(frozen=True)
class Reckoned:
    """What a period posts, by what was posted before, and the statements of it."""

    earned: tuple[Posting, ...]
    held: tuple[Posting, ...]
    transactions: tuple[Transaction, ...]
    bodies: Mapping[str, bytes]
    owns: Mapping[Slot, Money]
    holds: Mapping[Slot, Money]


class LifeOfPay(RuleBasedStateMachine):
    """A company whose deals are ingested and corrected while its months are calculated, approved, closed and paid."""

    place: Place
    deals = Bundle("deals")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(undone_at(self.place))
        self.company: Company = found()
        approved(self.company.fin, self.company.ada, text=PLAN, payees=PAYEES)
        self.facts = THERE
        self.at: datetime = NOON
        self.month = parse_period("2026-01")
        self.unpaid: list[str] = []
        self.closed: dict[tuple[str, str], bytes] = {}
        self.bodies: list[bytes] = []

    def teardown(self) -> None:
        self.stack.close()

    # What happens outside

    @initialize(target=deals, cents=st.integers(100, 200_000), months=st.integers(0, 3), is_paid=st.booleans())
    def begin(self, cents: int, months: int, is_paid: bool) -> str:  # noqa: FBT001
        deal = self.ingest(10, cents, "alice", "acme")
        for _ in range(months):
            self.close_in_one_go(is_paid)
        return deal

    @rule(
        target=deals,
        day=st.integers(1, 27),
        cents=st.integers(100, 200_000),
        payee=st.sampled_from(PAYEES),
        customer=st.sampled_from(["acme", "globex"]),
    )
    def ingest(self, day: int, cents: int, payee: str, customer: str) -> str:
        key = f"d{len(self.facts.events)}"
        on = self.month.first + timedelta(days=day)
        self._learn(Event(key, "deal", on, on, Fraction(cents, 100), "USD", payee, "bookings", customer))
        return key

    @rule(
        deal=deals,
        how=st.sampled_from(["corrected", "reassigned", "refunded", "withdrawn"]),
        cents=st.integers(100, 200_000),
        payee=st.sampled_from(PAYEES),
    )
    def put_right(self, deal: str, how: str, cents: int, payee: str) -> None:
        """What was refunded is not put right any more."""
        of = self._newest(deal)
        if f"{deal}r" in self._keys() or of.kind == "withdrawn":
            return
        match how:
            case "corrected":
                self._revise(deal, amount=Fraction(cents, 100))
            case "reassigned":
                self._revise(deal, payee=payee)
            case "refunded":
                self._learn(Event(f"{deal}r", "refund", of.on, of.on, of.amount, "USD", of=deal))
            case _:
                self._revise(deal, kind="withdrawn")

    @rule(customer=st.sampled_from(["acme", "globex"]), kind=st.sampled_from(["churn", "reinstate"]))
    def leave_or_come_back(self, customer: str, kind: Any) -> None:
        key = f"t{len(self.facts.events)}"
        self._learn(Event(key, kind, self.month.last, self.month.last, customer=customer))

    @rule(tens=st.integers(0, 60), is_verified=st.booleans())
    def read(self, tens: int, is_verified: bool) -> None:  # noqa: FBT001
        day, value = self.month.last, Fraction(10 * tens)
        if not any(each.as_of == day for each in self.facts.readings):
            reading = ValueReading("dso", day, value, value, day, day, verified_on=day if is_verified else None)
            self.facts = replace(self.facts, readings=(*self.facts.readings, reading))

    # What people do

    @rule()
    def calculate(self) -> None:
        reckoned = self._reckoned()
        told = Calculated(self.month.key, self._inputs(), [PLANS[0].fingerprint], "1", self._now(), reckoned.bodies)
        keep_calculation(self.company.fin, told, at=self.at)
        assert state_of(self.month.key).state == "calculated"

    @precondition(lambda self: state_of(self.month.key).state == "calculated")
    @rule()
    def submit(self) -> None:
        submit(self.company.fin, self._newest_calculation(), at=self._now())

    @precondition(lambda self: state_of(self.month.key).state == "in review")
    @rule()
    def approve(self) -> None:
        calculation = self._newest_calculation()
        with pytest.raises(NotAllowed):
            decide_calculation(self.company.fin, calculation, decision="approved", at=self._now())
        with pytest.raises(NotAllowed):
            decide_calculation(self.company.alice, calculation, decision="approved", at=self._now())
        decide_calculation(self.company.ada, calculation, decision="approved", at=self.at)

    @rule()
    def close(self) -> None:
        """Refused, and nothing of it done, where anything stands in the way."""
        period, reckoned = self.month.key, self._reckoned()
        if gates(period, inputs_hash=self._inputs()):
            with pytest.raises(Refused):
                close(self.company.fin, period, reckoned.transactions, at=self._now(), inputs_hash=self._inputs())
            return
        close(self.company.fin, period, reckoned.transactions, at=self._now(), inputs_hash=self._inputs())
        self.closed |= {(period, payee): body for payee, body in reckoned.bodies.items()}
        self.unpaid.append(period)
        book = self._book()
        assert _nonzero(book.posted) == _nonzero(reckoned.owns)
        assert _nonzero(book.held) == _nonzero(reckoned.holds)
        again = self._reckoned()
        assert (again.earned, again.held) == ((), ())
        self.month = self.month.next()

    @rule(is_paid=st.booleans())
    def close_in_one_go(self, is_paid: bool) -> None:  # noqa: FBT001
        self.calculate()
        self.submit()
        self.approve()
        self.close()
        if is_paid:
            self.pay()

    @precondition(lambda self: self.unpaid)
    @rule()
    def pay(self) -> None:
        """Pay all that is payable by now; what is below nothing is owed, and offset by later runs."""
        period = self.unpaid.pop(0)
        accounts = balances(posted(self.company.fin))
        made = {}
        for payee in PAYEES:
            nothing = usd(0)
            payable, owed = (accounts.get(Holding(name, payee, "USD"), nothing) for name in (EARNED, RECEIVABLE))
            terms = RunTerms(nothing, recovers=False, floor=nothing, offset_share=Fraction(1, 2))
            made[payee] = pay_run(Owed(nothing, owed), -payable, terms)
        moves = list(paid(made, self._book(), period=period, posted_in=self.month.key, number=1))
        digest = sha256(period.encode()).hexdigest()
        pay(self.company.fin, period, moves, at=self._now(), file_sha256=digest, posted_in=self.month.key)
        accounts = balances(posted(self.company.fin))
        assert not any(holding.account == EARNED for holding in accounts)
        assert all(amount > usd(0) for holding, amount in accounts.items() if holding.account == RECEIVABLE)

    @precondition(lambda self: self.closed)
    @rule(place=st.integers(0, 99), cents=st.integers(100, 200_000), is_right=st.booleans())
    def dispute(self, place: int, cents: int, is_right: bool) -> None:  # noqa: FBT001
        """Alice or Bob disputes a line of theirs; where they are right, the deal is put right, and nothing else."""
        period, payee = sorted(self.closed)[place % len(self.closed)]
        statement = PayStatement.objects.filter(calculation=newest_calculation(period), payee=payee).get()
        lines = [
            line for line in _said(statement)["lines"] if line["event"] in {e.natural_key for e in self.facts.events}
        ]
        disputed = set(Dispute.objects.values_list("line_hash", flat=True))
        line = next((line for line in lines if line["hash"] not in disputed), None)
        if line is None:
            return
        opened = open_dispute(self.company[payee], payee, period, line["hash"], claim="It was more.", at=self._now())
        if not is_right or line["kind"] != "credit" or f"{line['event']}r" in self._keys():
            decide_dispute(self.company.fin, opened, outcome="rejected", reason="It was not.", at=self.at)
        else:
            decide_dispute(self.company.fin, opened, outcome="evidence", evidence=line["event"], at=self.at)
            self._revise(line["event"], amount=Fraction(cents, 100))

    # What always holds

    @invariant()
    def the_ledger_is_whole_and_only_longer(self) -> None:
        bodies = [bytes(body) for body in LedgerTransaction.objects.order_by("sequence").values_list("body", flat=True)]
        assert bodies[: len(self.bodies)] == self.bodies
        self.bodies = bodies
        assert isinstance(verify_ledger(), Whole)

    @invariant()
    def accounts_sum_to_nothing_and_no_hold_is_overdrawn(self) -> None:
        accounts = balances(posted(self.company.fin))
        for payee in PAYEES:
            assert not sum((amount for holding, amount in accounts.items() if holding.payee == payee), usd(0))
            assert -accounts.get(Holding(HELD, payee, "USD"), usd(0)) >= usd(0)

    @invariant()
    def closed_statements_are_as_they_were(self) -> None:
        for (period, payee), body in self.closed.items():
            statement = PayStatement.objects.filter(calculation=newest_calculation(period), payee=payee).get()
            assert bytes(statement.body) == body
            assert statement.hash == sha256(body).hexdigest()

    def _learn(self, event: Event) -> None:
        self.facts = replace(self.facts, events=(*self.facts.events, event))

    def _revise(self, key: str, **changes: Any) -> None:
        newest = self._newest(key)
        if newest.kind != "withdrawn":
            self._learn(replace(newest, revision=newest.revision + 1, **changes))

    def _newest(self, key: str) -> Event:
        return max((e for e in self.facts.events if e.natural_key == key), key=lambda event: event.revision)

    def _keys(self) -> set[str]:
        return {event.natural_key for event in self.facts.events}

    def _now(self) -> datetime:
        self.at += timedelta(hours=1)
        return self.at

    def _inputs(self) -> str:
        return sha256(repr(self.facts).encode()).hexdigest()

    def _newest_calculation(self) -> PayCalculation:
        calculation = newest_calculation(self.month.key)
        assert calculation is not None
        return calculation

    def _book(self) -> Book:
        return Book(transaction_of(bytes(row.body)) for row in LedgerTransaction.objects.order_by("sequence"))

    def _reckoned(self) -> Reckoned:
        """What the open month posts on top of what stands in the ledger."""
        book, period = self._book(), self.month.key
        calculated = calculate(PLANS, self.facts.known(date.max), through=self.month.last)
        assert not calculated.refused
        earned, held = (
            due(now, [Posting(slot, amount, "") for slot, amount in before.items()], posted_in=period)
            for now, before in ((calculated.earned, book.posted), (calculated.held, book.held))
        )
        basis = Basis(period, calculated, earned, held, [], dict(book.posted), dict(book.held), PLANS)
        bodies = {each.payee: each.body for each in statements(basis)}
        vested = frozenset(
            (line.payee, line.component, line.customer) for line in calculated.lines if line.kind == "release"
        )
        transactions = (*accruals(earned), *holds(held, book, vested=vested))
        return Reckoned(earned, held, transactions, bodies, calculated.earned, calculated.held)


def _nonzero(amounts: Mapping[Slot, Money]) -> dict[Slot, Money]:
    return {slot: amount for slot, amount in amounts.items() if amount}


def _said(statement: PayStatement) -> Any:
    return json.loads(bytes(statement.body))


def test_whatever_happens_every_coin_is_accounted_for(sqlite_company: Place) -> None:
    machine = type("LifeOfPayHere", (LifeOfPay,), {"place": sqlite_company})
    few = settings(max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(machine, settings=few)
