"""What a simulated plan does, in numbers that finance compares plans by; what cannot be said is None, with the reason.

Pay is what ``Simulation.pay`` says. Amounts in several currencies are never added: then only everybody's own pay is
told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor, sqrt

import numpy as np
from scipy.stats import rankdata  # type: ignore[import-untyped]

from trueup.pay.conversion import Conversion
from trueup.pay.crediting import credit
from trueup.pay.plan import ClawbackComponent, ValueComponent, counts, in_order
from trueup.pay.simulate import Simulated, Simulation
from trueup.pay.simulate_cliffs import NEAR, CliffMet, cliffs_met
from trueup.pay.stints import stint_on, stints
from trueup.units.money import Money
from trueup.units.period import parse_period

FEWEST = 3
"""Payees of whom a rank correlation is told; of two it is always 1 or -1."""
_NOTHING = Fraction(0)
_ONE_OWN = {"direct", "split"}


@dataclass(frozen=True)
class Measured:
    """A number, or None and why there is none."""

    value: Fraction | float | None
    because: str = ""


@dataclass(frozen=True)
class Measures:
    """One plan's numbers; money is in ``currency``, which is empty where people are paid in several.

    - ``cost``: what the closes posted as earned, all payees and components together.
    - ``held``, ``parked``: what is held and not yet earned after the last close; what the last close let wait.
    - ``credited``: deals less refunds, each once (direct and split credit only) and in the currency of quotas, of
      people on a plan that day, whether a component pays for it or not: so that two plans have the same of it.
    - ``per_unit``: cost over credited.
    - ``with_value``, ``with_attainment``: Spearman's rank correlation over payees of pay with the value that their
      customers got (of those of whom it is given), and with attainment: the mean over the payee's components of
      credit over quota in all windows. Ties have the mean of their ranks.
    - ``gini``, ``p90_to_p10``, ``variation``: the spread of pay over payees: Gini's coefficient (0: all alike), the
      ninth decile over the first, interpolated, and the standard deviation over the mean, of all payees as they are.
    - ``cliffs``: who stands within 5 % of a bound at which pay jumps.
    - ``trued_up``: amounts, all above 0, posted for earning periods that an earlier close had closed, without what is
      clawed back. ``clawed_back``: amounts, all above 0, of clawbacks (and of their reversal), and of verified value
      that was less than before. The ``…_share`` is over cost.
    - ``median_days``, ``p90_days``: from an event's day to the close that first paid a payee for it, over all events
      and payees, interpolated.
    """

    currency: str
    payees: int
    cost: Measured
    held: Measured
    parked: Measured
    credited: Measured
    per_unit: Measured
    with_value: Measured
    with_attainment: Measured
    gini: Measured
    p90_to_p10: Measured
    variation: Measured
    trued_up: Measured
    trued_up_share: Measured
    clawed_back: Measured
    clawed_back_share: Measured
    median_days: Measured
    p90_days: Measured
    cliffs: tuple[CliffMet, ...]

    @property
    def numbers(self) -> Mapping[str, Measured]:
        """The numbers by their names."""
        return {name: each for name, each in vars(self).items() if isinstance(each, Measured)}


def measures(
    simulation: Simulation,
    *,
    value: Mapping[str, Fraction] | None = None,
    of_kind: str | None = None,
    near: Fraction = NEAR,
) -> Measures:
    """The numbers of a simulation. ``value``: the value that customers got, by payee.

    ``of_kind``: the kind of credit that counts as result, where there are several.
    """
    pay = simulation.pay()
    currencies = sorted({amount.currency for amount in pay.values()})
    mixed = "" if len(currencies) == 1 else _mixed(currencies)
    amounts = [Fraction(amount.amount) for amount in pay.values()]
    cost = Measured(None, mixed) if mixed else Measured(sum(amounts, _NOTHING))
    credited = _credited(simulation, of_kind)
    trued_up, clawed_back = (
        Measured(None, mixed) if mixed else Measured(_volume(each)) for each in _corrections(simulation)
    )
    by_payee = {} if mixed else {payee: Fraction(amount.amount) for payee, amount in pay.items()}
    days = sorted(Fraction(number) for number in simulation.days.values())
    undated = "nothing was paid by a close with a day" if not days else ""
    return Measures(
        currency="" if mixed else currencies[0],
        payees=len(pay),
        cost=cost,
        held=_standing(simulation.of("held"), "what is held is in several currencies"),
        parked=_standing(
            (each for each in simulation.of("parked") if each.falls_in == simulation.closes[-1].period), mixed
        ),
        credited=credited,
        per_unit=_over(cost, credited, "nothing was credited"),
        with_value=_with_value(by_payee, value, mixed),
        with_attainment=spearman(by_payee, attainment(simulation), mixed or "too few payees have a quota"),
        gini=Measured(None, mixed) if mixed else gini(amounts),
        p90_to_p10=Measured(None, mixed) if mixed else _deciles(amounts),
        variation=Measured(None, mixed) if mixed else _variation(amounts),
        trued_up=trued_up,
        trued_up_share=_over(trued_up, cost, "nothing is paid"),
        clawed_back=clawed_back,
        clawed_back_share=_over(clawed_back, cost, "nothing is paid"),
        median_days=Measured(quantile(days, Fraction(1, 2)), undated),
        p90_days=Measured(quantile(days, Fraction(9, 10)), undated),
        cliffs=cliffs_met(simulation, near=near),
    )


def mix(simulation: Simulation) -> Mapping[str, Fraction]:
    """What share of all pay each component was, of those that paid above 0; empty of several currencies."""
    sums: defaultdict[str, Fraction] = defaultdict(Fraction)
    for each in simulation.of("earned"):
        sums[each.component] += Fraction(each.amount.amount)
    above = {name: amount for name, amount in sums.items() if amount > 0}
    whole = sum(above.values(), _NOTHING)
    return {name: amount / whole for name, amount in above.items()} if len(simulation.cost()) == 1 else {}


def attainment(simulation: Simulation) -> Mapping[str, Fraction]:
    """How far everybody with a quota came: of each component all credit over all quotas, the mean of components."""
    sums: defaultdict[tuple[str, str], list[Fraction]] = defaultdict(lambda: [_NOTHING, _NOTHING])
    for each in simulation.attained:
        sums[each.payee, each.component][0] += each.credited
        sums[each.payee, each.component][1] += each.quota
    shares: defaultdict[str, list[Fraction]] = defaultdict(list)
    for (payee, _), (reached, quota) in sums.items():
        if quota:
            shares[payee].append(reached / quota)
    return {payee: sum(own, _NOTHING) / len(own) for payee, own in shares.items()}


def spearman(one: Mapping[str, Fraction], other: Mapping[str, Fraction], because: str) -> Measured:
    """Spearman's rank correlation over those who have both; ``because``: why there is none where they are too few."""
    both = sorted(one.keys() & other.keys())
    if len(both) < FEWEST:
        return Measured(None, f"{because}: {len(both)} have both numbers, and it takes {FEWEST}")
    ranks = [rankdata(_in_order([numbers[payee] for payee in both])) for numbers in (one, other)]
    if any(np.ptp(each) == 0 for each in ranks):
        return Measured(None, "all have the same of one of the two")
    return Measured(float(np.corrcoef(*ranks)[0, 1]))


def _in_order(numbers: Sequence[Fraction]) -> list[int]:
    """Whole numbers in the same order: floats would make equal what is only close."""
    places = {number: place for place, number in enumerate(sorted(set(numbers)))}
    return [places[number] for number in numbers]


def gini(amounts: Iterable[Fraction]) -> Measured:
    """Gini's coefficient: half the mean difference of any two over the mean; None where somebody is below 0."""
    ordered = sorted(amounts)
    whole = sum(ordered, _NOTHING)
    if not ordered or ordered[0] < 0 or whole <= 0:
        return Measured(None, "somebody's pay is below 0" if ordered and ordered[0] < 0 else "nothing is paid")
    count = len(ordered)
    weighted = sum(((2 * place - count - 1) * each for place, each in enumerate(ordered, start=1)), _NOTHING)
    return Measured(weighted / (count * whole))


def quantile(ordered: Sequence[Fraction], share: Fraction) -> Fraction | None:
    """The value that a share of an ordered list lies below, linear in between; None of an empty one."""
    if not ordered:
        return None
    at = share * (len(ordered) - 1)
    below = floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def _mixed(currencies: Sequence[str]) -> str:
    if not currencies:
        return "nobody is on a plan"
    return f"people are paid in {' and '.join(currencies)}, which are not added up"


def _over(part: Measured, whole: Measured, because: str) -> Measured:
    if part.value is None or whole.value is None:
        return Measured(None, part.because or whole.because)
    return Measured(part.value / whole.value) if whole.value > 0 else Measured(None, because)


def _standing(amounts: Iterable[Simulated], mixed: str) -> Measured:
    """What some amounts come to, if they are of one currency."""
    listed = [each.amount for each in amounts]
    if len({amount.currency for amount in listed}) > 1:
        return Measured(None, mixed)
    return Measured(sum((Fraction(amount.amount) for amount in listed), _NOTHING))


def _volume(amounts: Iterable[Money]) -> Fraction:
    return sum((abs(Fraction(amount.amount)) for amount in amounts), _NOTHING)


def _corrections(simulation: Simulation) -> tuple[list[Money], list[Money]]:
    """What was trued up, and what was clawed back; nothing is both."""
    components = [each for plan in simulation.plans for each in plan.components]
    clawbacks = {each.name for each in components if isinstance(each, ClawbackComponent)}
    valued = {each.name for each in components if isinstance(each, ValueComponent)}
    closed_to = _closed_before(simulation)
    trued_up, clawed_back = [], []
    for each in simulation.of("earned"):
        before = closed_to[each.falls_in]
        is_late = before is not None and parse_period(each.earned_for, simulation.rules).last <= before
        if each.component in clawbacks or (each.component in valued and each.amount.amount < 0):
            clawed_back.append(each.amount)
        elif is_late:
            trued_up.append(each.amount)
    return trued_up, clawed_back


def _closed_before(simulation: Simulation) -> Mapping[str, date | None]:
    """By close: the last day that an earlier one had closed."""
    found: dict[str, date | None] = {}
    before: date | None = None
    for close in simulation.closes:
        found.setdefault(close.period, before)
        last = parse_period(close.period, simulation.rules).last
        before = last if before is None else max(before, last)
    return found


def _with_value(pay: Mapping[str, Fraction], value: Mapping[str, Fraction] | None, mixed: str) -> Measured:
    if value is None:
        return Measured(None, "no value by payee was given")
    return spearman(pay, value, mixed or "too few payees have a value")


def _deciles(amounts: Iterable[Fraction]) -> Measured:
    ordered = sorted(amounts)
    low, high = quantile(ordered, Fraction(1, 10)), quantile(ordered, Fraction(9, 10))
    if low is None or high is None or low <= 0:
        return Measured(None, "the first decile of pay is not above 0")
    return Measured(high / low)


def _variation(amounts: Sequence[Fraction]) -> Measured:
    whole = sum(amounts, _NOTHING)
    if whole <= 0:
        return Measured(None, "nothing is paid")
    mean = whole / len(amounts)
    return Measured(sqrt(sum(((each - mean) ** 2 for each in amounts), _NOTHING) / len(amounts)) / float(mean))


def _credited(simulation: Simulation, of_kind: str | None) -> Measured:
    known, rules = simulation.known, simulation.rules
    found = stints(known.assignments, in_order(simulation.plans))
    conversion = Conversion(known.rates, rules)
    sums: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for payee, due in credit(known).items():
        for each in due:
            if each.role not in _ONE_OWN or max(each.event.on, each.deal.on) > simulation.through:
                continue
            stint = stint_on(found.get(payee, ()), each.deal.on)
            if stint is None or (of_kind is not None and not counts(of_kind, each.deal.credits)):
                continue
            into = stint.plan.credited_in
            try:
                factor = conversion.factor("credit", each.deal.currency or into, into, each.deal.on)
            except ValueError as error:
                return Measured(None, str(error))
            sign = 1 if each.event.kind == "deal" else -1
            sums[of_kind or each.deal.credits, into] += sign * factor * each.amount
    if len(sums) > 1:
        kinds = ", ".join(sorted({f"{kind} in {into}" for kind, into in sums}))
        return Measured(None, f"credit is of several kinds, which are not added up: {kinds}")
    return Measured(sum(sums.values(), _NOTHING))
