"""A plan in words: each of its clauses with what it pays, by which table and within which limits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from trueup.answers.pay_words import exactly, money, period_name
from trueup.pay.accumulate import Aggregation
from trueup.pay.clawback import EarnOut
from trueup.pay.plan import (
    ClawbackComponent,
    Component,
    CreditComponent,
    ExperienceComponent,
    Plan,
    PoolComponent,
    SpiffComponent,
    ValueComponent,
)
from trueup.pay.vesting import ValueCurve

Fact = tuple[str, str]
_ADDS_UP: Mapping[Aggregation, str] = {
    "per_event": "Each deal by itself",
    "per_period": "All of a period together",
    "cumulative": "A running total",
}
_TABLES = {
    "step": "each tier pays on what lies in it",
    "slab": "the tier that is reached pays on all of it",
    "interpolated": "each tier pays its amount, as far as it is filled",
}
_RETRO = {
    "forbid": "never change what was done already",
    "only_favourable": "change the past only where that pays more",
    "with_payee_consent": "change the past of those who signed them",
}
_NEGATIVE = {
    "next_run": "the next pay run takes it back",
    "instalments": "taken back in instalments",
    "approval": "taken back once somebody approved that",
}


@dataclass(frozen=True)
class TableShown:
    """A clause's table: its heads and rows; ``about``: how it is read."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    about: str = ""


@dataclass(frozen=True)
class ClauseShown:
    """A component: ``name`` is its anchor, ``clause`` that of the plan document."""

    name: str
    label: str
    clause: str
    says: str
    facts: tuple[Fact, ...]
    table: TableShown | None = None


@dataclass(frozen=True)
class PlanShown:
    """A version of a plan, readable by whom it pays."""

    plan_id: str
    label: str
    hash: str
    holds: str
    facts: tuple[Fact, ...]
    clauses: tuple[ClauseShown, ...]


def plan_shown(plan: Plan) -> PlanShown:
    """The plan in words."""
    return PlanShown(
        plan_id=plan.plan_id,
        label=plan.label or plan.plan_id,
        hash=plan.fingerprint,
        holds=holds(plan.valid_from, plan.valid_to),
        facts=tuple(_of_plan(plan)),
        clauses=tuple(_clause(each, plan) for each in plan.components),
    )


def holds(valid_from: date, valid_to: date | None) -> str:
    """The days on which a version holds, the last one named."""
    begins = f"from {_day(valid_from)}"
    return begins if valid_to is None else f"{begins} to {_day(valid_to - timedelta(1))}"


def _clause(of: Component, plan: Plan) -> ClauseShown:
    labels = {each.name: each.label or each.name for each in plan.components}

    def named(names: Sequence[str]) -> str:
        return ", ".join(labels.get(name, name) for name in names)

    def shown(says: str, *facts: Fact, table: TableShown | None = None) -> ClauseShown:
        kept = tuple(fact for fact in facts if fact[1])
        return ClauseShown(of.name, of.label or of.name, of.clause, says, kept, table)

    match of:
        case CreditComponent():
            whose = "a share of the target incentive" if of.pays == "target" else "a rate"
            return shown(f"Pays {whose} on {_kind(of.credits)}.", *_of_credit(of), table=_rates(of, plan))
        case ValueComponent():
            every = "all customers in one's book, with an agreement or without" if of.over == "all_customers" else ""
            counts = ("Counts", every)
            return shown("Pays for the value that customers verifiably got.", counts, table=_curve(of.curve))
        case ExperienceComponent():
            metric = of.metric.replace("_", " ")
            rows = tuple((exactly(at, ""), f"× {exactly(gives, '')}") for at, gives in of.points)
            return shown(
                f"Moves {named(of.modifies)} by {metric}, each {of.every}.",
                ("Neutral below", f"{of.minimum_n} measured"),
                ("Neutral where fewer answered than", _share(of.minimum_response) if of.minimum_response else ""),
                table=TableShown((metric.capitalize(), "Factor"), rows, "in between it is linear"),
            )
        case SpiffComponent():
            award = money(of.fixed) + " for each" if of.fixed else f"{_share(of.rate or Fraction(0))} of each"
            return shown(
                f"A contest on {_kind(of.credits)}.",
                ("Pays", award),
                ("Runs", holds(of.start, of.end)),
                ("Budget for all together", money(of.budget)),
                ("Awards per person", f"{of.most} at most" if of.most else ""),
            )
        case PoolComponent():
            return shown(f"A team shares out {_kind(of.credits)}, by the weights of its shares.")
        case ClawbackComponent():
            return shown(
                f"What {named(of.of)} paid on a deal is returned in part when its customer leaves early.",
                *_returned(of),
                table=_steps(of),
            )


def _returned(of: ClawbackComponent) -> Iterator[Fact]:
    steps = of.earn_out.steps
    yield "Wholly earned after", f"{steps[-1].before_months} months"
    if _is_linear(of):
        yield "Returned", "the share of these months that is not complete"


def _steps(of: ClawbackComponent) -> TableShown | None:
    if _is_linear(of):
        return None
    rows = tuple((f"before month {each.before_months}", _share(each.returned)) for each in of.earn_out.steps)
    return TableShown(("Customer leaves", "Returned"), rows, "by complete months since the deal")


def _is_linear(of: ClawbackComponent) -> bool:
    return of.earn_out == EarnOut.linear(of.earn_out.steps[-1].before_months)


def _of_credit(of: CreditComponent) -> Iterator[Fact]:
    resets = f", begun anew each {of.reset}" if of.aggregation == "cumulative" else ""
    yield "Adds up", _ADDS_UP[of.aggregation] + resets
    yield "Credited", ", ".join(of.roles)
    yield "Earned", "as it is paid for" if of.earned_on == "payment" else ""
    yield "Refunds", "reverse what the deal was paid" if of.refunds == "original_lot" else "count as if never sold"
    yield "Part of the target incentive", _share(of.weight) if of.pays == "target" and of.weight != 1 else ""
    carried = ", the rest is carried on" if of.excess == "carried" else ""
    yield "Cap", f"{money(of.cap)}{carried}" if of.cap is not None else ""
    if of.hold is not None:
        yield "Held until value is verified", _share(of.hold.share)
        yield (
            "What is held vests",
            "; ".join(f"{_share(gives)} at {_share(at)} of the value" for at, gives in of.hold.curve.points),
        )
    parts = [f"{_share(each.share)} after {each.after_months} months" for each in of.instalments]
    yield "Paid in parts", ", ".join(parts)


def _rates(of: CreditComponent, plan: Plan) -> TableShown:
    """The table's tiers; bounds are amounts of credit, or shares of the quota."""

    def bound(number: Fraction | None) -> str:
        if number is None:
            return "without end"
        return _share(number) if of.of == "attainment" else exactly(number, plan.credited_in)

    def pays(number: Fraction) -> str:
        if of.table.kind == "interpolated" and of.pays == "rate":
            return exactly(number, plan.currency)
        return _share(number)

    rows = []
    for tier in of.table.tiers:
        fee = f" and {exactly(tier.flat, plan.currency)}" if tier.flat else ""
        rows.append((bound(tier.lower), bound(tier.upper), pays(tier.pays) + fee))
    what = "Quota from" if of.of == "attainment" else "Credit from"
    return TableShown((what, "Up to", "Pays"), tuple(rows), _TABLES[of.table.kind])


def _curve(curve: ValueCurve) -> TableShown:
    rows = tuple((_share(at), _share(gives)) for at, gives in curve.points)
    return TableShown(
        ("Of the committed value", "Vests"), rows, "nothing below the first, in between it is linear, no more after"
    )


def _of_plan(plan: Plan) -> Iterator[Fact]:
    yield "Paid by", str(plan.period)
    yield "Currency", plan.currency
    if plan.credited_in != plan.currency:
        yield "Quotas and credits in", plan.credited_in
    if plan.published_on is not None:
        yield "People were told", _day(plan.published_on)
    for name, limit in (("Cap on all of it", plan.cap), ("Guaranteed", plan.guarantee)):
        if limit is not None:
            yield name, f"{money(limit.amount)} a {limit.window}"
    if plan.draw is not None:
        until, since = period_name(plan.draw.ends), period_name(plan.draw.recovers_from)
        yield "Draw", f"lifted to {money(plan.draw.minimum)} through {until}, recovered from {since} on"
    policy = plan.policy
    if policy.de_minimis is not None:
        yield "Differences that wait", f"those below {money(policy.de_minimis)}"
    if policy.lookback is not None:
        yield "Trued up", f"{policy.lookback} months back at most"
    parts = f", in {policy.instalments} parts" if policy.negative_delta == "instalments" else ""
    yield "Paid too much", _NEGATIVE[policy.negative_delta] + parts
    if policy.floor is not None:
        yield "A run leaves at least", money(policy.floor)
    yield "New versions", _RETRO[policy.retro_change]


def _kind(credits_: str) -> str:
    return credits_.replace("_", " ")


def _share(share: Fraction) -> str:
    """A share of 1 in percent, to four places."""
    return exactly(share * 100, "%")


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"
