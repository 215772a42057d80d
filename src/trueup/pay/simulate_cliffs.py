"""Cliffs that people stood at: bounds of rate tables at which pay jumps, and who came near enough to be tempted."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trueup.pay.lines import PayLine
from trueup.pay.plan import CreditComponent, Plan
from trueup.pay.rounding import rounded
from trueup.pay.simulate import Simulation
from trueup.units.money import Money
from trueup.units.period import period_of

NEAR = Fraction(1, 20)
"""How near to a bound somebody stands, as a share of it."""
_COUNTED = {"credit", "instalment"}


@dataclass(frozen=True)
class CliffMet:
    """Somebody who stands near a bound in a window, and by how much pay jumps there.

    ``stands`` and ``bound``: amounts of credit, or shares of the quota. ``window``: a period, or the event where the
    table runs by event.
    """

    payee: str
    component: str
    window: str
    stands: Fraction
    bound: Fraction
    jump: Money

    @property
    def is_reached(self) -> bool:
        """Whether the bound is behind them."""
        return self.stands >= self.bound


def cliffs_met(simulation: Simulation, *, near: Fraction = NEAR) -> tuple[CliffMet, ...]:
    """Everybody who stands within ``near`` of a bound where pay jumps, as the last close knew it.

    What is earned as it is paid for is left out: the whole that its table runs on may not have been paid for yet.
    """
    by_print = {plan.fingerprint: plan for plan in simulation.plans}
    found: list[CliffMet] = []
    for each in simulation.attained:
        component = _component(by_print, each.plan, each.component)
        worth = each.target if component is not None and component.pays == "target" else each.quota
        if component is not None and component.of == "attainment" and each.quota and worth is not None:
            standing = (each.payee, each.window, each.credited / each.quota, worth)
            found += _near(by_print[each.plan], component, standing, near)
    for (payee, name), lines in _grouped(simulation.lines).items():
        plan, component = by_print[lines[-1].plan], _component(by_print, lines[-1].plan, name)
        if component is not None and component.of == "credit" and component.earned_on == "booking":
            for window, stands in _by_credit(simulation, plan, component, lines).items():
                found += _near(plan, component, (payee, window, stands, Fraction(1)), near)
    return tuple(sorted(found, key=lambda met: (met.payee, met.component, met.window, met.bound)))


def _component(by_print: Mapping[str, Plan], fingerprint: str, name: str) -> CreditComponent | None:
    component = by_print[fingerprint].component(name)
    return component if isinstance(component, CreditComponent) else None


def _grouped(lines: Iterable[PayLine]) -> Mapping[tuple[str, str], list[PayLine]]:
    """Lines by payee and component."""
    found: defaultdict[tuple[str, str], list[PayLine]] = defaultdict(list)
    for line in lines:
        found[line.payee, line.component].append(line)
    return found


def _by_credit(
    simulation: Simulation, plan: Plan, component: CreditComponent, lines: Sequence[PayLine]
) -> Mapping[str, Fraction]:
    """What was credited by window, each event once, however many lines it has."""
    sums: defaultdict[str, Fraction] = defaultdict(Fraction)
    counted: set[str] = set()
    for line in lines:
        event = simulation.events.get(line.event)
        if line.kind not in _COUNTED or event is None or line.event in counted:
            continue
        counted.add(line.event)
        match component.aggregation:
            case "per_event":
                window = line.event
            case "per_period":
                window = period_of(event.on, plan.period, simulation.rules).key
            case "cumulative":
                window = period_of(event.on, component.reset, simulation.rules).key
        sums[window] += line.credited
    return sums


def _near(
    plan: Plan, component: CreditComponent, standing: tuple[str, str, Fraction, Fraction], near: Fraction
) -> Iterator[CliffMet]:
    """The cliffs near to where a payee stands in a window, a unit of the table's pay being worth so much."""
    payee, window, stands, worth = standing
    for cliff in component.table.cliffs():
        if abs(stands - cliff.bound) <= near * cliff.bound:
            jump = rounded(cliff.jump * worth, plan.currency)
            yield CliffMet(payee, component.name, window, stands, cliff.bound, jump)
