"""The rates of a component over somebody's stints: tables by version, quotas and target incentives by window.

Where bounds are shares of a quota, every window has its own: the exact prorated quotas of the periods that make it up.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from trueup.pay.accumulate import Rates
from trueup.pay.conversion import Conversion
from trueup.pay.facts import FactError, Quota
from trueup.pay.plan import CreditComponent
from trueup.pay.prorate import NoQuota, Segment, prorated
from trueup.pay.stints import Stint
from trueup.units.period import CIVIL, Period, PeriodKind, PeriodRules, parse_period, periods_between

_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
_A_YEAR = 12
Spell = tuple[Stint, CreditComponent]


@dataclass(frozen=True)
class Window:
    """A window in which attainment is told: the exact prorated quota, and the pay at target (None where there is none).

    Both in their own currency: the quota in that of credits, the target in the plan's. ``plan``: the fingerprint of the
    version that holds last in it.
    """

    period: Period
    quota: Fraction
    target: Fraction | None
    plan: str


def rates_of(
    spells: Sequence[Spell],
    quotas: Iterable[Quota],
    conversion: Conversion,
    *,
    through: date,
    rules: PeriodRules = CIVIL,
) -> tuple[list[Rates], list[Window]]:
    """The rates of one component over somebody's spells with it, and the windows that they are told by."""
    if all(component.of == "credit" for _, component in spells):
        return [Rates(stint.start, component.table) for stint, component in spells], []
    rates, windows = [], []
    listed = tuple(quotas)
    for period in _windows(spells, through, rules):
        within = [spell for spell in spells if spell[0].within(period.start, period.end)]
        if not within:
            continue
        window = Window(
            period,
            _quota(period, within, listed, conversion, rules),
            _target(period, within),
            within[-1][0].plan.fingerprint,
        )
        windows.append(window)
        for stint, component in within:
            valid_from = max(period.start, stint.start)
            if component.of == "credit":
                rates.append(Rates(valid_from, component.table))
            else:
                base = window.quota if component.pays == "rate" else _wanted(window, stint)
                rates.append(Rates(valid_from, component.table, quota=window.quota, base=base))
    return rates, windows


def _windows(spells: Sequence[Spell], through: date, rules: PeriodRules) -> Iterator[Period]:
    _, component = spells[0]
    kind = spells[0][0].plan.period if component.aggregation == "per_period" else component.reset
    if spells[0][0].start <= through:
        yield from periods_between(spells[0][0].start, through, kind, rules)


def _wanted(window: Window, stint: Stint) -> Fraction:
    if window.target is None:
        raise FactError(
            f"{stint.assignment.payee} has no target incentive on {stint.plan.plan_id} from {stint.start}:"
            " give a year's pay at target with the assignment."
        )
    return window.target


def _quota(
    window: Period, spells: Sequence[Spell], quotas: Iterable[Quota], conversion: Conversion, rules: PeriodRules
) -> Fraction:
    stint, component = spells[0]
    payee = stint.assignment.payee
    by_period: defaultdict[str, list[Quota]] = defaultdict(list)
    for quota in quotas:
        period = parse_period(quota.period, rules)
        if quota.credits == component.credits and window.start <= period.start and period.end <= window.end:
            by_period[period.key].append(quota)
    if not by_period:
        raise NoQuota(
            f"{payee} has no quota of {component.credits} for {window.key}: give one for it, or for the periods in it"
        )
    periods = sorted((parse_period(key, rules) for key in by_period), key=lambda period: period.start)
    _check_covered(payee, component, window, spells, periods)
    whole = Fraction(0)
    for period in periods:
        segments = [
            Segment(*days, each.amount * conversion.factor("credit", each.currency or into, into, period.start))
            for each in by_period[period.key]
            for stint, _ in spells
            if (into := stint.plan.credited_in)
            and (
                days := stint.within(
                    max(each.start or period.start, period.start), min(each.end or period.end, period.end)
                )
            )
        ]
        whole += sum(prorated(period, segments), Fraction(0))
    if whole <= 0:
        raise NoQuota(
            f"the quota of {payee} of {component.credits} for {window.key} is {whole}, which cannot be attained:"
            " give one above 0"
        )
    return whole


def _check_covered(
    payee: str, component: CreditComponent, window: Period, spells: Sequence[Spell], periods: Sequence[Period]
) -> None:
    """Refuse a window that has quotas for some of its periods only: attainment would look larger than it is."""
    days = [days for stint, _ in spells if (days := stint.within(window.start, window.end))]
    for start, end in days:
        at = start
        for period in periods:
            if period.start > at:
                break
            at = max(at, period.end)
        if at < end:
            raise NoQuota(
                f"{payee} has no quota of {component.credits} for {at} in {window.key}, but has for other days of it:"
                " give one for every period of the window"
            )


def _target(window: Period, spells: Iterable[Spell]) -> Fraction | None:
    """The pay at target of a window: a year's by months, for the days on which it was in force."""
    segments = []
    for stint, component in spells:
        if component.pays != "target" or component.of != "attainment":
            continue
        if stint.assignment.target_incentive is None:
            return None
        days = stint.within(window.start, window.end)
        assert days is not None
        share = component.weight * Fraction(_MONTHS[window.kind], _A_YEAR)
        segments.append(Segment(*days, stint.assignment.target_incentive * share))
    return sum(prorated(window, segments), Fraction(0)) if segments else None
