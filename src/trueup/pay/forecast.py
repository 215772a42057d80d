"""What a window would pay if it went on as it went so far, and what it pays at target; a projection, no promise."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from trueup.pay.accumulate import Rates
from trueup.pay.limits import cut
from trueup.pay.lines import Attained, PayLine
from trueup.pay.plan import CreditComponent, Plan
from trueup.pay.rounding import rounded
from trueup.units.money import Money, total
from trueup.units.period import PeriodRules, parse_period


@dataclass(frozen=True)
class Forecast:
    """A component's window: earned by now, expected at its end, and at all of the quota."""

    component: str
    window: str
    now: Money
    expected: Money
    at_target: Money
    because: str


def forecast_of(
    lines: Iterable[PayLine], attained: Iterable[Attained], plans: Sequence[Plan], day: date, rules: PeriodRules
) -> Iterator[Forecast]:
    """The windows that hold a day, each with the pace of its days so far."""
    listed = list(lines)
    for reached in attained:
        window = parse_period(reached.window, rules)
        if day not in window:
            continue
        found = _component(reached, plans)
        if found is None:
            continue
        plan, component = found
        own = [
            line.amount for line in listed if line.component == reached.component and _within(line, window.key, rules)
        ]
        now = total(own, plan.currency)
        passed = (day - window.first).days + 1
        pace = reached.credited * window.days / passed
        base = reached.quota if component.pays == "rate" else reached.target
        if base is None:
            continue

        rates = Rates(window.first, component.table, quota=reached.quota, base=base)
        expected, at_target = (cut(rates.pays(credited), component.cap) for credited in (pace, reached.quota))
        yield Forecast(
            component=reached.component,
            window=window.key,
            now=now,
            expected=rounded(expected, plan.currency),
            at_target=rounded(at_target, plan.currency),
            because=f"{passed} of {window.days} days passed; credit goes on at the pace so far",
        )


def _component(reached: Attained, plans: Iterable[Plan]) -> tuple[Plan, CreditComponent] | None:
    for plan in plans:
        component = plan.component(reached.component)
        if plan.fingerprint == reached.plan and isinstance(component, CreditComponent):
            return plan, component
    return None


def _within(line: PayLine, window: str, rules: PeriodRules) -> bool:
    return parse_period(line.period, rules).first in parse_period(window, rules)
