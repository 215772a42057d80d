"""A quarter of pay in a record: a small plan and facts, calculated month by month, each with what was known by then.

Alice is over her quota, had a deal put right late, and has renewals half held; Bob lost a deal; Charlie has a
difference that is too small to post; Nora has no quota, and so nothing is reckoned for her. January is closed, February
approved, March calculated.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa

from manifested import MANIFEST
from planned import approved
from recorded import workspace_in
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot, drafting, publish
from trueup.pay.booking import Book, accruals, holds, paid
from trueup.pay.fact_tables import facts_of
from trueup.pay.ledger import Transaction
from trueup.pay.payment import Posting, Slot
from trueup.pay.plan import Plan
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.replay import Close, Closed, replay, runs
from trueup.pay.statement import Basis, statements
from trueup.record.actions.pay_periods import (
    Calculated,
    close,
    decide_calculation,
    keep_calculation,
    own_exception,
    pay,
    submit,
)
from trueup.record.models import PayCalculation, User
from trueup.runs.folder import Folder
from trueup.runs.pay_life import Desk
from trueup.runs.pay_tables import PAY_SCHEMA
from trueup.units.money import Money
from trueup.workspace import settings

PLAN = """
plan: sales
label: Sales plan 2026
currency: EUR
valid_from: 2026-01-01
policy: {de_minimis: 5}
draw: {minimum: 500, recovers_from: 2026-02, ends: 2026-01}
components:
  - name: bookings
    label: New business
    clause: "3.1"
    kind: rate
    credits: bookings
    aggregation: cumulative
    reset: quarter
    cap: 12000
    table:
      kind: step
      of: attainment
      tiers:
        - {up_to: 1, pays: 0.05}
        - {up_to: 1.5, pays: 0.08}
        - {pays: 0.10}
  - name: renewals
    label: Renewals
    clause: "3.2"
    kind: rate
    credits: renewals
    aggregation: per_event
    hold: {share: 0.5}
    table:
      kind: step
      tiers:
        - {pays: 0.10}
  - name: care
    label: Care
    clause: "4"
    kind: experience
    metric: nps
    every: quarter
    modifies: [bookings]
    minimum_n: 10
    points:
      - {at: 0, gives: 0.9}
      - {at: 50, gives: 1.1}
"""
TABLES = {
    "assignments": """payee,plan,start
alice,sales,2026-01-01
bob,sales,2026-01-01
charlie,sales,2026-01-01
nora,sales,2026-01-01
""",
    "quotas": """payee,credits,period,amount,currency
alice,bookings,2026-Q1,100000,EUR
bob,bookings,2026-Q1,80000,EUR
charlie,bookings,2026-Q1,60000,EUR
""",
    "events": """natural_key,kind,on,payee,credits,amount,currency,customer,of,known_on,revision
crm:a1,deal,2026-01-12,alice,bookings,60000,EUR,acme,,2026-01-12,0
crm:a1,deal,2026-01-12,alice,bookings,66000,EUR,acme,,2026-02-20,1
crm:a2,deal,2026-02-18,alice,bookings,40000.50,EUR,acme,,2026-02-18,0
crm:a3,deal,2026-03-09,alice,bookings,90000,EUR,acme,,2026-03-09,0
crm:r1,deal,2026-01-20,alice,renewals,24000,EUR,acme,,2026-01-20,0
crm:r2,deal,2026-03-03,alice,renewals,9000,EUR,globex,,2026-03-03,0
crm:b1,deal,2026-01-15,bob,bookings,30000,EUR,globex,,2026-01-15,0
crm:b1x,refund,2026-02-11,,,30000,EUR,,crm:b1,2026-02-11,0
crm:b2,deal,2026-03-15,bob,bookings,4000,EUR,globex,,2026-03-15,0
crm:c1,deal,2026-01-05,charlie,bookings,50000,EUR,globex,,2026-01-05,0
crm:c1,deal,2026-01-05,charlie,bookings,50040,EUR,globex,,2026-03-20,1
crm:n1,deal,2026-02-02,nora,bookings,20000,EUR,globex,,2026-02-02,0
""",
    "outcomes": """payee,metric,period,value,n,known_on
alice,nps,2026-Q1,40,20,2026-04-02
""",
    "agreements": """agreement_id,payee,customer,component,signed_on,at_target,committed,currency
acme_dso,alice,acme,value,2026-01-10,0,500000,EUR
""",
    "value_readings": """agreement_id,as_of,estimate,lower,verified_on,lapses_on
acme_dso,2026-03-20,400000,400000,2026-03-25,2026-12-31
""",
}
PERIODS = ("2026-01", "2026-02", "2026-03")
CLOSED_ON = {"2026-01": date(2026, 2, 5), "2026-02": date(2026, 3, 5), "2026-03": date(2026, 4, 5)}


@dataclass(frozen=True)
class Month:
    """What is calculated of a month, and what its close posts."""

    calculated: Calculated
    closed: Closed
    transactions: tuple[Transaction, ...]
    payments: tuple[Transaction, ...]


def months(names: Mapping[str, str] | None = None) -> Iterator[Month]:
    """The months in order; ``names``: other ids for the people and customers named here."""
    plans = load([PlanFile("plan.yaml", PLAN)])
    facts = facts_of({name: _renamed(text, names or {}) for name, text in TABLES.items()})
    closes = [Close(period, CLOSED_ON[period]) for period in PERIODS]
    all_closed = replay(plans, facts, closes)
    all_runs = runs(plans, facts, all_closed)
    book = Book(())
    for number, closed in enumerate(all_closed):
        period = closed.close.period
        own = {payee: dict(found)[period] for payee, found in all_runs.items()}
        said = statements(_basis(plans, all_closed[:number], closed), runs=own)
        posted = tuple(accruals(closed.earned))
        for transaction in posted:
            book.take(transaction)
        held = tuple(holds(closed.held, book, vested=_vested(closed)))
        yield Month(
            calculated=Calculated(
                period=period,
                inputs_hash=hashlib.sha256(period.encode()).hexdigest(),
                plan_hashes=[plan.fingerprint for plan in plans],
                engine="1",
                known_at=_morning(period),
                statements={each.payee: each.body for each in said},
                exceptions={
                    f"{each.payee}:{each.component}": each.message
                    for each in closed.calculated.unreckoned
                    if each.refuses
                },
            ),
            closed=closed,
            transactions=(*posted, *held),
            payments=tuple(paid(own, book, period=period, posted_in=period, number=1)),
        )


def filled(fin: User, approver: User, names: Mapping[str, str] | None = None) -> list[PayCalculation]:
    """The quarter in the record that is open: ``fin`` calculates, ``approver`` approves, the plan too."""
    payees = ((names or {}).get(name, name) for name in ("alice", "bob", "charlie", "nora"))
    approved(fin, approver, text=PLAN, payees=tuple(payees))
    january, february, march = months(names)
    first = kept(fin, january)
    passed(fin, approver, first)
    for key in january.calculated.exceptions:
        own_exception(fin, first, key, note="It was asked for.", at=_noon("2026-01"))
    close(fin, "2026-01", january.transactions, at=_noon("2026-01"), inputs_hash=first.inputs_hash)
    payments = [each for each in january.payments if each.kind in {"payment", "draw", "recovery"}]
    pay(fin, "2026-01", payments, at=_noon("2026-01"), file_sha256=hashlib.sha256(b"file").hexdigest())
    second = kept(fin, february)
    passed(fin, approver, second)
    return [first, second, kept(fin, march)]


def desk_in(root: Path, by: User) -> Desk:
    """A workspace in ``root`` whose plans and tables are those of the quarter, and where one works on its pay.

    What customers say is left out, which only a build knows.
    """
    folder = Folder(workspace_in(root))
    folder.plans.mkdir()
    (folder.plans / "sales.yaml").write_text(PLAN.partition("  - name: care")[0], encoding="utf-8")
    for name, text in TABLES.items():
        if name != "outcomes":
            (folder.plans / f"{name}.csv").write_text(text, encoding="utf-8")
    return Desk(folder, settings(folder), _told_nothing(folder), by)


def kept(fin: User, month: Month) -> PayCalculation:
    """A month's calculation in the record."""
    return keep_calculation(fin, month.calculated, at=_noon(month.calculated.period))


def passed(fin: User, approver: User, calculation: PayCalculation) -> None:
    """Let a calculation be submitted, and approved by somebody else."""
    submit(fin, calculation, at=_noon(calculation.period))
    decide_calculation(approver, calculation, decision="approved", at=_noon(calculation.period))


def _told_nothing(folder: Folder) -> Snapshot:
    """A snapshot in force in which systems told nothing of pay."""
    with drafting(folder.mart, MANIFEST.snapshot) as draft:
        engine = DuckDBEngine(draft.file)
        engine.create_schema(PAY_SCHEMA)
        for name in ("events", "quotas", "reporting_lines", "rates", "eligible_customers"):
            engine.load(PAY_SCHEMA, name, pa.table({"known_until": pa.array([], pa.date32())}))
        engine.close()
        return publish(folder.mart, draft, MANIFEST, keep=1)


def _basis(plans: Sequence[Plan], before: Sequence[Closed], closed: Closed) -> Basis:
    return Basis(
        period=closed.close.period,
        calculated=closed.calculated,
        earned=closed.earned,
        held=closed.held,
        parked=closed.parked,
        posted_before=_by_slot(each.earned for each in before),
        held_before=_by_slot(each.held for each in before),
        plans=plans,
    )


def _by_slot(some: Iterator[Sequence[Posting]]) -> dict[Slot, Money]:
    found: dict[Slot, Money] = {}
    for posting in (posting for postings in some for posting in postings):
        found[posting.slot] = found[posting.slot] + posting.amount if posting.slot in found else posting.amount
    return found


def _vested(closed: Closed) -> frozenset[tuple[str, str, str]]:
    return frozenset(
        (line.payee, line.component, line.customer) for line in closed.calculated.lines if line.kind == "release"
    )


def _renamed(table: str, names: Mapping[str, str]) -> str:
    head, *rows = table.splitlines()
    told = [",".join(names.get(cell, cell) for cell in row.split(",")) for row in rows]
    return "\n".join([head, *told, ""])


def _morning(period: str) -> datetime:
    return datetime.combine(CLOSED_ON[period], time(8), tzinfo=UTC)


def _noon(period: str) -> datetime:
    return _morning(period) + timedelta(hours=4)
