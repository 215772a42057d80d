"""What rate tables tempt to: cliffs, accelerators without end, and steep slopes that end with the period."""

from collections.abc import Iterator
from fractions import Fraction

from trueup.pay.lint_findings import Asked, Finding, found, number, percent
from trueup.pay.plan import CreditComponent, Plan
from trueup.pay.rate_table import Cliff, RateTable
from trueup.units.period import PeriodKind

_SHORT = (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER)


def of_tables(plan: Plan, asked: Asked) -> Iterator[Finding]:
    """The findings of every table."""
    for component in plan.components:
        if isinstance(component, CreditComponent):
            yield from _cliffs(component, asked)
            yield from _refunds(component)
            yield from _accelerates(plan, component)
            yield from _ends_with_the_period(plan, component, asked)
            yield from _carries(component)


def below(table: RateTable, cliff: Cliff) -> Fraction:
    """What is paid just below a cliff."""
    at = table.pays(cliff.bound)
    return at if table.upper == "inclusive" else at - cliff.jump


def slopes(table: RateTable) -> tuple[Fraction, ...]:
    """What one more unit of credit is paid in each tier."""
    if table.kind == "interpolated":
        return tuple(tier.pays / (tier.upper - tier.lower) for tier in table.tiers if tier.upper is not None)
    return tuple(tier.pays for tier in table.tiers)


def _cliffs(component: CreditComponent, asked: Asked) -> Iterator[Finding]:
    for cliff in component.table.cliffs():
        before = below(component.table, cliff)
        share = abs(cliff.jump) / abs(before) if before else None
        if share is not None and share <= asked.bounds.jump:
            continue
        much = f"by {percent(share)}" if share is not None else "from nothing"
        place = percent(cliff.bound) + " of the quota" if component.of == "attainment" else number(cliff.bound)
        if cliff.jump < 0:
            yield found(
                component,
                "falls",
                "error",
                f"At {place} pay falls {much}: whoever reaches it sells more and is paid less.",
                "Let no tier pay less than the one below it, or make it a step table.",
            )
        elif component.allows_cliffs:
            yield found(
                component,
                "cliff",
                "note",
                f"At {place} pay jumps {much}. The plan says that this is meant.",
                "Watch who stands just above the bound, and just below it.",
            )
        else:
            yield found(
                component,
                "cliff",
                "error",
                f"At {place} pay jumps {much}: one coin decides, and deals are moved, split or bought for it.",
                "Make it a step table, or say 'allows_cliffs: true' if it is meant.",
            )


def _refunds(component: CreditComponent) -> Iterator[Finding]:
    if component.table.kind == "slab" and component.refunds == "original_lot":
        yield found(
            component,
            "slab_by_lot",
            "warning",
            "A slab with refunds by their lot: the deal that crossed a bound returns the whole jump, any other nothing"
            " of it, and credit stays as if nothing had come back.",
            "Say 'refunds: restate', or make it a step table.",
        )


def _accelerates(plan: Plan, component: CreditComponent) -> Iterator[Finding]:
    rates = slopes(component.table)
    first = next((rate for rate in rates if rate > 0), None)
    has_end = component.table.kind == "interpolated" or component.cap is not None or plan.cap is not None
    if first is not None and rates[-1] > first and not has_end:
        yield found(
            component,
            "no_cap",
            "warning",
            f"Its last tier pays {number(rates[-1] / first)} times its first, without end: one windfall, or one"
            " mistaken deal, is paid in full.",
            "Give it a cap, the plan a cap, or the table a last tier that pays less.",
        )


def _ends_with_the_period(plan: Plan, component: CreditComponent, asked: Asked) -> Iterator[Finding]:
    window = {"per_event": None, "per_period": plan.period, "cumulative": component.reset}[component.aggregation]
    if window not in _SHORT:
        return
    rates = slopes(component.table)
    first = next((rate for rate in rates if rate > 0), None)
    if first is None:
        return
    cure = "Let it run over the year, or make the rates more alike."
    if rates[0] == 0:
        yield found(
            component,
            "period_end",
            "warning",
            f"A {window} that misses the first bound pays nothing: its last deals are worth more in the next {window},"
            " and those of the next in this one.",
            cure,
        )
    steep = max(rates) / first
    if steep > asked.bounds.slopes:
        yield found(
            component,
            "period_end",
            "warning",
            f"Each {window} starts anew, and a deal is paid up to {number(steep)} times as much as another of the same"
            f" {window}: it pays to move deals across its end, and to give discounts for it.",
            cure,
        )


def _carries(component: CreditComponent) -> Iterator[Finding]:
    if component.excess == "carried":
        yield found(
            component,
            "carried",
            "note",
            "What its cap cuts opens the next window: the cap puts off, it does not limit, and a good window pays for"
            " an idle one.",
            "Say 'excess: forfeited', or say in the plan document why it is carried.",
        )
