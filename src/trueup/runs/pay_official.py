"""The official calculation of a pay period: from plans, facts and the ledger to what is posted, and every statement.

It changes nothing by itself. The same facts give the same bytes; what was posted before is the ledger's word.
"""

import gc
import importlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from trueup import __version__
from trueup.pay.booking import Book, accruals, holds, paid
from trueup.pay.draw import PayRun
from trueup.pay.earn_shared import award_key
from trueup.pay.facts import Facts
from trueup.pay.ledger import EARNED, Transaction
from trueup.pay.pay_runs import Terms, runs_of, terms_of_runs
from trueup.pay.payment import Posting, Slot
from trueup.pay.plan import Plan, Policy, SpiffComponent, in_order
from trueup.pay.replay import due_by_policy, due_of_held, policies_of
from trueup.pay.retro import calculate_fairly
from trueup.pay.statement import Basis, Statement, statements
from trueup.pay.stints import stints
from trueup.runs.pay_inputs import PayInputs, hash_of
from trueup.units.money import Money
from trueup.units.period import parse_period

if TYPE_CHECKING:
    from trueup.record.models import User

ENGINE = f"trueup {__version__}"


@dataclass(frozen=True)
class Official:
    """What a period's calculation found, and what its close posts."""

    period: str
    known_on: date
    inputs_hash: str
    plan_hashes: tuple[str, ...]
    basis: Basis
    statements: tuple[Statement, ...]
    transactions: tuple[Transaction, ...]
    runs: Mapping[str, PayRun]

    @property
    def exceptions(self) -> Mapping[str, str]:
        """What could not be reckoned, by a key of its own: somebody owns each of it before a close."""
        found: dict[str, str] = {}
        for each in self.basis.calculated.unreckoned:
            key = f"{each.payee}/{each.component}"
            found[key] = f"{found[key]} {each.message}" if key in found else each.message
        return found


def official(inputs: PayInputs, by: "User", period: str, *, known_on: date) -> Official:
    """The calculation of a period with what is known on a day; errors as ``calculate`` raises them.

    ``by``: on whose behalf the ledger is read; they see all of it, or what is due would be wrong.
    """
    posted = list(_ledger(by))
    return reckoned(inputs, posted, period, known_on=known_on, awards=_closed_awards(by, inputs.plans))


def reckoned(
    inputs: PayInputs,
    posted: Sequence[Transaction],
    period: str,
    *,
    known_on: date,
    awards: Mapping[str, Mapping[str, Money]] | None = None,
) -> Official:
    """The same, from a ledger's transactions that are given."""
    known = inputs.facts.known(known_on)
    through = parse_period(period, inputs.rules).last
    with _keeping():
        calculated = calculate_fairly(inputs.plans, known, through=through, closed_awards=awards, rules=inputs.rules)
    book = Book(posted)
    policies = policies_of(inputs.plans, known, through)
    earned, parked = due_by_policy(calculated, _before(book.posted), period, policies, rules=inputs.rules)
    held = due_of_held(calculated, _before(book.held), period)
    runs = _runs(inputs, known, posted, earned, period)
    basis = Basis(
        period=period,
        calculated=calculated,
        earned=earned,
        held=held,
        parked=parked,
        posted_before=dict(book.posted),
        held_before=dict(book.held),
        plans=inputs.plans,
        rules=inputs.rules,
    )
    let_go = {
        kind: frozenset((line.payee, line.component, line.customer) for line in calculated.lines if line.kind == kind)
        for kind in ("release", "forfeit")
    }
    return Official(
        period=period,
        known_on=known_on,
        inputs_hash=hash_of(inputs.plans, known),
        plan_hashes=tuple(sorted(_used(inputs, known, through))),
        basis=basis,
        statements=statements(basis, runs=runs),
        transactions=(*accruals(earned), *holds(held, book, vested=let_go["release"], forfeited=let_go["forfeit"])),
        runs=runs,
    )


def _used(inputs: PayInputs, known: Facts, through: date) -> set[str]:
    """The fingerprints of the versions that somebody was on by a day; others in the folder pay nobody yet."""
    on_plans = stints(known.assignments, in_order(inputs.plans))
    return {stint.plan.fingerprint for own in on_plans.values() for stint in own if stint.start <= through}


@contextmanager
def _keeping() -> Iterator[None]:
    """Do not look for what can be let go meanwhile: all that is made here is kept, and looking takes a sixth longer."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def pay_run(inputs: PayInputs, posted: Sequence[Transaction], period: str, *, posted_in: str) -> "PaidOut":
    """The run that pays out a closed period, in full; what it books is in the period that is open now."""
    known = inputs.facts
    runs = _runs(inputs, known, posted, (), period)
    transactions = tuple(paid(runs, Book(posted), period=period, posted_in=posted_in, number=1))
    return PaidOut(period, runs, transactions)


@dataclass(frozen=True)
class PaidOut:
    """What a pay run pays to whom, and its transactions."""

    period: str
    runs: Mapping[str, PayRun]
    transactions: tuple[Transaction, ...]


def _before(posted: Mapping[Slot, Money]) -> list[Posting]:
    """What stands in the ledger of each slot; when it came there is no matter to what is due."""
    return [Posting(slot, amount, "") for slot, amount in posted.items()]


def _runs(
    inputs: PayInputs, known: Facts, posted: Iterable[Transaction], now: Sequence[Posting], period: str
) -> Mapping[str, PayRun]:
    """The run of a period for everybody who was posted something by then, after the runs of the periods before."""
    by_payee: dict[str, list[Posting]] = {}
    last = parse_period(period, inputs.rules).last
    for posting in (*_postings(posted), *now):
        if parse_period(posting.posted_in, inputs.rules).last <= last:
            by_payee.setdefault(posting.slot.payee, []).append(posting)
    on_plans = stints(known.assignments, in_order(inputs.plans))
    periods = sorted(
        {posting.posted_in for postings in by_payee.values() for posting in postings} | {period},
        key=lambda key: parse_period(key, inputs.rules).first,
    )
    found = {}
    for payee, postings in sorted(by_payee.items()):
        own = on_plans.get(payee)
        terms = (
            terms_of_runs(own, periods, rules=inputs.rules) if own else [Terms(key, None, Policy()) for key in periods]
        )
        found[payee] = runs_of(postings, terms, postings[0].amount.currency, rules=inputs.rules)[-1]
    return found


def _postings(posted: Iterable[Transaction]) -> Iterator[Posting]:
    """What the ledger says was earned, by when it was posted; pay runs move it on, and earn nothing."""
    for transaction in posted:
        if transaction.component == "pay":
            continue
        for entry in transaction.entries:
            if entry.account == EARNED:
                slot = Slot(entry.payee, transaction.component, transaction.earning_period)
                yield Posting(slot, -entry.amount, transaction.posted_in)


def _ledger(by: "User") -> Iterator[Transaction]:
    for each in importlib.import_module("trueup.record.ledger").posted(by):
        yield each.transaction


def _closed_awards(by: "User", plans: Iterable[Plan]) -> Mapping[str, Mapping[str, Money]]:
    """What contests awarded in closed periods, as the statements of those say; nothing is displaced of it."""
    names = {each.name for plan in plans for each in plan.components if isinstance(each, SpiffComponent)}
    awards: dict[str, dict[str, Money]] = {name: {} for name in names}
    if names:
        for body in importlib.import_module("trueup.record.pay_periods").closed_statements(by):
            told: Mapping[str, Any] = json.loads(body)
            for line in told["lines"]:
                if line["kind"] == "award" and line["component"] in names:
                    key = award_key(line["event"], told["payee"])
                    awards[line["component"]][key] = Money.of(*line["amount"])
    return awards
