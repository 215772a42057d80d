"""Plans as short as can be, for a look at what each part of them tempts to."""

from trueup.pay.plan import Plan
from trueup.pay.plan_file import PlanFile, load
from trueup.units.period import CIVIL, PeriodRules

HEAD = "plan: p\ncurrency: EUR\nvalid_from: 2026-01-01\n"
FLAT = "table: {kind: step, of: attainment, tiers: [{pays: 1}]}"
YEARLY = "aggregation: cumulative, reset: year"


def plan(*components: str, head: str = "", rules: PeriodRules = CIVIL) -> Plan:
    """A plan of components, each as YAML between braces says it."""
    text = HEAD + head + "components:\n" + "".join(f"  - {{{each}}}\n" for each in components)
    (found,) = load([PlanFile("plan.yaml", text)], rules=rules)
    return found


def rate(table: str, more: str = YEARLY) -> Plan:
    """A plan that pays rates on bookings, by its clause 3.1."""
    return plan(f"name: bookings, kind: rate, credits: bookings, clause: '3.1', {more}, table: {table}")


def target(name: str, weight: str, kind: str = "bookings") -> str:
    """A component that pays a part of the target incentive by attainment of the year's quota."""
    return f"name: {name}, kind: target, credits: {kind}, {YEARLY}, weight: {weight}, {FLAT}"
