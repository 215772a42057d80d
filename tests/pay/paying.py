"""Small companies whose people are paid: plans of every kind of component, and all that happens to deals and customers.

Three people are on the plan ``sales``: Ann, Bob, who is paid in euros, and Cat, to whom both report. Two customers,
Acme and Globex, have agreements about their value. Deals are refunded, corrected and withdrawn; customers leave and
come back; invoices are paid later; readings are verified late, or never; and everything is known on some later day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from trueup.pay.accumulate import Aggregation
from trueup.pay.calculate import Calculated, calculate
from trueup.pay.clawback import EarnOut
from trueup.pay.fact_tables import facts_of
from trueup.pay.facts import (
    Assignment,
    EligibleCustomer,
    Event,
    EventKind,
    EventShare,
    Facts,
    Outcome,
    Quota,
    Rate,
    ReportingLine,
    SignedAgreement,
    ValueReading,
)
from trueup.pay.payment import Posting, Slot
from trueup.pay.plan import (
    ClawbackComponent,
    Component,
    CreditComponent,
    Draw,
    ExperienceComponent,
    Hold,
    Instalment,
    Limit,
    Plan,
    Policy,
    PoolComponent,
    SpiffComponent,
    ValueComponent,
)
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.rate_table import Kind, RateTable, Tier
from trueup.pay.replay import Close
from trueup.pay.split import Role
from trueup.units.money import Money
from trueup.units.period import PeriodKind, parse_period

BEGUN, END = date(2026, 1, 1), date(2026, 12, 31)
AT_LAST = Close("2026-12", date(2028, 1, 1))
"""The close that knows everything."""
PEOPLE = ("ann", "bob", "cat")
CUSTOMERS = ("acme", "globex")
QUARTER, YEAR = PeriodKind.QUARTER, PeriodKind.YEAR


def usd(amount: int | str) -> Money:
    return Money.of(amount, "USD")


# What people write: plans as YAML, facts as tables.


def plans_of(*texts: str) -> tuple[Plan, ...]:
    return load(PlanFile(f"{number}.yaml", text) for number, text in enumerate(texts))


def facts(**tables: str) -> Facts:
    """Facts by the names of their tables; columns are parted by spaces, and - is an empty cell."""
    return facts_of({name: _csv(text) for name, text in tables.items()})


def _csv(text: str) -> str:
    rows = (line.split() for line in text.splitlines() if line.strip())
    return "\n".join(",".join("" if cell == "-" else cell for cell in row) for row in rows)


def table(kind: Kind, rates: str) -> RateTable:
    """A table of rates with bounds between them, '0.10 1000 0.15'; an interpolated one ends with a bound."""
    parts = rates.split()
    edges: list[Fraction | None] = [Fraction(0), *map(Fraction, parts[1::2])]
    if kind != "interpolated":
        edges.append(None)
    lowers = [edge for edge in edges[:-1] if edge is not None]
    return RateTable(kind, tuple(map(Tier, lowers, edges[1:], map(Fraction, parts[::2]))))


def plan(*components: Component, valid_from: date = BEGUN, **more: Any) -> Plan:
    return Plan("sales", "USD", valid_from, components, fingerprint=f"sales from {valid_from}", **more)


def by_credit(name: str, kind: Kind, rates: str, aggregation: Aggregation, **more: Any) -> CreditComponent:
    return CreditComponent(
        name, **{"credits": "bookings", "aggregation": aggregation, **more}, table=table(kind, rates)
    )


HALF = Hold(Fraction(1, 2))
IN_THREE = (Instalment(0, Fraction(1, 2)), Instalment(1, Fraction(1, 3)), Instalment(4, Fraction(1, 6)))
ABOVE: tuple[Role, ...] = ("overlay", "rollup")
CREDIT = (
    by_credit("to_date", "step", "0.10 1000 0.15 2500 0.20", "cumulative"),
    by_credit("each", "slab", "0.05 700 0.08", "per_event"),
    by_credit("monthly", "interpolated", "50 1000 200 9000", "per_period"),
    by_credit("by_lot", "step", "0.10 1000 0.15", "cumulative", refunds="original_lot", reset=QUARTER),
    by_credit("capped", "step", "0.10 500 0.30", "cumulative", cap=usd("99.99"), reset=QUARTER),
    by_credit("capped_each", "step", "1/3", "per_event", cap=usd("250.01"), reset=QUARTER),
    by_credit("carried", "step", "0.10", "per_period", cap=usd(40), excess="carried", reset=QUARTER),
    by_credit("attained", "step", "0.10 1 0.20", "cumulative", of="attainment"),
    by_credit("target", "step", "1 1 2", "cumulative", of="attainment", pays="target", weight=Fraction(1, 3)),
    by_credit("held", "step", "0.10 1500 0.20", "cumulative", hold=HALF),
    by_credit("held_by_lot", "step", "0.07", "per_event", hold=HALF, refunds="original_lot"),
    by_credit("spread", "step", "0.07", "per_event", instalments=IN_THREE),
    by_credit("as_paid", "step", "0.03 500 0.05", "per_event", credits="invoices", earned_on="payment"),
    by_credit("held_as_paid", "step", "0.10", "per_event", credits="invoices", earned_on="payment", hold=HALF),
    by_credit("above", "step", "0.01", "cumulative", roles=ABOVE),
)
"""A component for each way to be paid for credit."""
VALUE = ValueComponent("value")
VALUE_OF_ALL = ValueComponent("value", over="all_customers")
CONTEST = SpiffComponent(
    "contest", "bookings", date(2026, 2, 1), date(2026, 6, 1), usd(100), rate=Fraction(1, 20), most=2
)
POOL = PoolComponent("pool", "pool")
SHARED = frozenset({"contest", "pool"})
"""What one earns by these depends on others too."""
PATH_DEPENDENT = frozenset({"contest", "plan_cap", "guarantee"})
"""What one earns by these depends on what was closed when; a plan's limits where they count a contest too."""


def experience(modifies: Iterable[str]) -> ExperienceComponent:
    points = ((Fraction(60), Fraction(17, 20)), (Fraction(90), Fraction(11, 10)))
    return ExperienceComponent("experience", "csat", QUARTER, tuple(modifies), points, minimum_n=30)


def returned(of: Iterable[str]) -> ClawbackComponent:
    return ClawbackComponent("returned", tuple(of), EarnOut.linear(12))


@dataclass(frozen=True)
class Company:
    """Its plans, and all that will ever be known."""

    plans: tuple[Plan, ...]
    facts: Facts

    def knowing(self, **changes: Any) -> "Company":
        """The same company with other facts."""
        return replace(self, facts=replace(self.facts, **changes))


def earns(company: Company, known_on: date = AT_LAST.closed_on, through: date = END, **more: Any) -> Calculated:
    """What everybody earns by what is known on a day."""
    return calculate(company.plans, company.facts.known(known_on), through=through, **more)


def sums(postings: Iterable[Posting]) -> Mapping[Slot, Money]:
    """What was posted of each slot, where that is not nothing."""
    found: dict[Slot, Money] = {}
    for posting in postings:
        found[posting.slot] = found[posting.slot] + posting.amount if posting.slot in found else posting.amount
    return nonzero(found)


def nonzero(amounts: Mapping[Slot, Money]) -> Mapping[Slot, Money]:
    return {slot: amount for slot, amount in amounts.items() if amount}


# What happens


@dataclass(frozen=True)
class _Deal:
    """A deal and what becomes of it; days are counted from the first of the year, delays till it is known."""

    day: int
    amount: Fraction
    payee: str
    customer: str
    delay: int = 0
    is_shared: bool = False
    fate: str = ""
    later: int = 0


@dataclass(frozen=True)
class _Turn:
    kind: EventKind
    customer: str
    day: int
    delay: int


@dataclass(frozen=True)
class _Read:
    agreement: str
    day: int
    lower: Fraction
    above: Fraction
    verified_after: int | None
    is_independent: bool
    lapses_after: int = 90


def day_of(number: int) -> date:
    return BEGUN + timedelta(days=number)


amounts = st.integers(1, 300_000).map(lambda cents: Fraction(cents, 100))
some_days = st.integers(0, 330)
delays = st.sampled_from([0, 0, 3, 20, 45, 100])
some_deals = st.builds(
    _Deal,
    some_days,
    amounts,
    st.sampled_from(PEOPLE),
    st.sampled_from(CUSTOMERS),
    delays,
    st.booleans(),
    st.sampled_from(["", "refund", "refund", "half", "thirds", "corrected", "moved", "withdrawn"]),
    st.integers(0, 120),
)
some_invoices = st.builds(
    _Deal,
    some_days,
    amounts,
    st.sampled_from(PEOPLE),
    st.sampled_from(CUSTOMERS),
    delays,
    st.booleans(),
    st.sampled_from(["", "paid", "half", "noted", "bounced"]),
    st.integers(0, 120),
)
some_turns = st.builds(
    _Turn,
    st.sampled_from(["churn", "reinstate"]),
    st.sampled_from(CUSTOMERS),
    st.integers(60, 350),
    delays,
)
some_readings = st.builds(
    _Read,
    st.sampled_from(["dso", "dso_more", "uptime"]),
    some_days,
    st.integers(-10, 80).map(lambda tens: Fraction(tens * 10)),
    st.integers(0, 30).map(lambda tens: Fraction(tens * 10)),
    st.sampled_from([None, 5, 30, 100]),
    st.booleans(),
)


def _of_deal(number: int, deal: _Deal) -> list[Event]:
    """A deal and its fate; nothing of it is known before the deal is."""
    key = f"d{number}"
    on, known = day_of(deal.day), day_of(deal.day + deal.delay)
    sold = Event(key, "deal", on, known, deal.amount, "USD", deal.payee, "bookings", deal.customer)
    then, heard = day_of(deal.day + deal.later), day_of(deal.day + deal.delay + deal.later)

    def off(part: str, amount: Fraction) -> Event:
        return Event(f"{key}{part}", "refund", then, heard, amount, "USD", customer=deal.customer, of=key)

    return {
        "refund": [sold, off("r", deal.amount)],
        "half": [sold, off("r", deal.amount / 2)],
        "thirds": [sold, off("r", deal.amount / 3), off("s", deal.amount * 2 / 3)],
        "corrected": [sold, replace(sold, amount=deal.amount / 2, known_on=heard, revision=1)],
        "moved": [sold, replace(sold, on=then, known_on=heard, revision=1)],
        "withdrawn": [sold, replace(sold, kind="withdrawn", known_on=heard, revision=1)],
    }.get(deal.fate, [sold])


def _of_invoice(number: int, deal: _Deal) -> list[Event]:
    key = f"i{number}"
    on, known = day_of(deal.day), day_of(deal.day + deal.delay)
    sold = Event(key, "deal", on, known, deal.amount, "USD", deal.payee, "invoices", deal.customer)
    then, heard = day_of(deal.day + deal.later), day_of(deal.day + deal.delay + deal.later)

    def money(part: str, kind: EventKind, amount: Fraction) -> Event:
        return Event(f"{key}{part}", kind, then, heard, amount, "USD", of=key)

    half = deal.amount / 2
    return {
        "paid": [sold, money("p", "payment", deal.amount)],
        "half": [sold, money("p", "payment", half), money("q", "payment", half)],
        "noted": [sold, money("n", "credit_note", half), money("p", "payment", half)],
        "bounced": [sold, money("p", "payment", deal.amount), money("q", "payment", -half)],
    }.get(deal.fate, [sold])


def _shares(key: str, deal: _Deal) -> list[EventShare]:
    if not deal.is_shared:
        return []
    other = PEOPLE[(PEOPLE.index(deal.payee) + 1) % len(PEOPLE)]
    return [
        EventShare(key, deal.payee, "split", Fraction(2, 3)),
        EventShare(key, other, "split", Fraction(1, 3)),
        EventShare(key, other, "overlay", Fraction(1, 4)),
    ]


def _reading(number: int, read: _Read) -> ValueReading:
    as_of = day_of(read.day)
    verified = None if read.verified_after is None else as_of + timedelta(days=read.verified_after)
    return ValueReading(
        read.agreement,
        as_of,
        read.lower + read.above,
        read.lower,
        lapses_on=as_of + timedelta(days=read.lapses_after),
        known_on=verified or as_of,
        verified_on=verified,
        independent_of=None if read.is_independent else frozenset({"cat"}),
    )


AGREEMENTS = (
    SignedAgreement("dso", "ann", "acme", "value", date(2026, 1, 10), usd(300), usd(400), usd(20)),
    SignedAgreement("dso_more", "ann", "acme", "value", date(2026, 3, 1), usd(100), usd(300), usd(10)),
    SignedAgreement(
        "uptime", "bob", "globex", "value", date(2026, 1, 20), usd(200), usd(500), usd(0), date(2026, 6, 30)
    ),
)
BOOKS = (
    EligibleCustomer("ann", "acme"),
    EligibleCustomer("ann", "globex", date(2026, 2, 1), date(2026, 5, 1), known_on=date(2026, 3, 1)),
    EligibleCustomer("bob", "globex"),
    EligibleCustomer("bob", "initech", date(2026, 4, 1)),
)
REPORTS = (ReportingLine("ann", "cat"), ReportingLine("bob", "cat", end=date(2026, 7, 1)))
QUOTAS = tuple(Quota(payee, "bookings", "2026", Fraction(4000), "USD") for payee in PEOPLE)
RATES = (
    Rate("pay", "2026", "EUR", "USD", Decimal("1.10"), BEGUN, "plan"),
    Rate("pay", "2026-03", "EUR", "USD", Decimal("1.07"), BEGUN, "treasury"),
    Rate("pay", "2027", "EUR", "USD", Decimal("1.12"), BEGUN, "plan"),
)
ASSIGNMENTS = (
    Assignment("ann", "sales", BEGUN, target_incentive=Fraction(12_000)),
    Assignment("bob", "sales", date(2026, 1, 15), target_incentive=Fraction(9_000), pay_currency="EUR"),
    Assignment("cat", "sales", BEGUN, target_incentive=Fraction(20_000)),
)


def people(**changes: Any) -> Facts:
    """Who is there, before anything happens."""
    there = Facts(
        assignments=ASSIGNMENTS,
        quotas=QUOTAS,
        reporting_lines=REPORTS,
        rates=RATES,
        agreements=AGREEMENTS,
        eligible_customers=BOOKS,
    )
    return replace(there, **changes)


def _of_pool(number: int, deal: _Deal) -> tuple[Event, list[EventShare]]:
    key = f"p{number}"
    on, known = day_of(deal.day + 14), day_of(deal.day + 14 + deal.delay)
    event = Event(key, "deal", on, known, deal.amount, "USD", credits="pool")
    parts = zip(PEOPLE, (4, 2, 1), strict=True)
    return event, [EventShare(key, payee, "split", Fraction(part, 7)) for payee, part in parts]


some_outcomes = st.builds(
    Outcome,
    st.sampled_from(PEOPLE),
    st.just("csat"),
    st.sampled_from(["2026-Q1", "2026-Q2", "2026-Q3"]),
    st.integers(50, 100).map(Fraction),
    st.sampled_from([10, 30, 100]),
    st.integers(80, 300).map(day_of),
)


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    events: list[Event] = []
    shares: list[EventShare] = []
    for number, deal in enumerate(draw(st.lists(some_deals, min_size=1, max_size=5))):
        events += _of_deal(number, deal)
        shares += _shares(f"d{number}", deal)
    for number, invoice in enumerate(draw(st.lists(some_invoices, max_size=2))):
        events += _of_invoice(number, invoice)
        shares += _shares(f"i{number}", invoice)
    for number, deal in enumerate(draw(st.lists(some_deals, max_size=2))):
        event, of_event = _of_pool(number, deal)
        events.append(event)
        shares += of_event
    for number, turn in enumerate(draw(st.lists(some_turns, max_size=3))):
        on = day_of(turn.day)
        known = day_of(turn.day + turn.delay)
        events.append(Event(f"t{number}", turn.kind, on, known, customer=turn.customer))
    read = draw(st.lists(some_readings, max_size=4, unique_by=lambda read: (read.agreement, read.day)))
    outcomes = draw(st.lists(some_outcomes, max_size=3, unique_by=lambda each: (each.payee, each.period)))
    return people(
        events=tuple(events),
        shares=tuple(shares),
        readings=tuple(_reading(number, each) for number, each in enumerate(read)),
        outcomes=tuple(outcomes),
    )


some_limits = st.sampled_from([
    {},
    {},
    {"cap": Limit(usd(300), QUARTER)},
    {"guarantee": Limit(usd(500), QUARTER)},
    {"cap": Limit(usd(900), YEAR), "guarantee": Limit(usd(100), QUARTER)},
])  # fmt: skip


@st.composite
def some_plans(
    draw: st.DrawFn,
    paying: Sequence[CreditComponent] = CREDIT,
    beside: Sequence[Component] | None = None,
    **more: Any,
) -> Plan:
    """A plan of some components that pay for credit, with what depends on them and what stands beside them."""
    chosen = draw(st.lists(st.sampled_from(paying), min_size=1, max_size=4, unique_by=lambda each: each.name))
    names = [each.name for each in chosen]
    others = [VALUE, VALUE_OF_ALL, CONTEST, POOL, experience(names[:2]), returned(names)]
    if beside is None:
        beside = draw(st.lists(st.sampled_from(others), max_size=3, unique_by=lambda each: each.name))
    return plan(*chosen, *beside, **{**draw(some_limits), **more})


@st.composite
def companies(draw: st.DrawFn, *, may_change: bool = False, **more: Any) -> Company:
    """A company, whose plan pays better from July on where it ``may_change``."""
    first = draw(some_plans(**more))
    plans = (first, better(first)) if may_change and draw(st.booleans()) else (first,)
    return Company(plans, draw(some_facts()))


def better(before: Plan) -> Plan:
    from_july = date(2026, 7, 1)
    components = tuple(
        replace(each, table=each.table.scaled(Fraction(1), Fraction(6, 5)))
        if isinstance(each, CreditComponent)
        else each
        for each in before.components
    )
    return replace(before, valid_from=from_july, components=components, fingerprint=f"sales from {from_july}")


def closes_of(months: Iterable[int], late: int = 5) -> list[Close]:
    """Closes of months, each so many days after its end, and the last one, which knows everything."""
    ends = [parse_period(f"2026-{month:02}") for month in sorted(set(months))]
    return [*(Close(period.key, period.last + timedelta(days=late)) for period in ends), AT_LAST]


some_closes = st.builds(closes_of, st.lists(st.integers(1, 11), max_size=4), st.sampled_from([1, 5, 40]))
some_policies = st.builds(
    Policy,
    lookback=st.sampled_from([None, None, 2]),
    de_minimis=st.sampled_from([None, usd(5)]),
    negative_delta=st.sampled_from(["next_run", "instalments", "approval"]),
    instalments=st.sampled_from([1, 3]),
    floor=st.sampled_from([None, usd(10)]),
    offset_share=st.sampled_from([Fraction(1), Fraction(1, 2)]),
)
some_draws = st.sampled_from([None, Draw(usd(50), "2026-04", "2026-06"), Draw(usd(20), "2026-02", "2026-12")])
