"""From dated credits to what each of them, and each earning period, is paid.

Credits are in the quota's currency, above 0 for what was sold; pay is in the plan's. The table runs anew for every
event (``per_event``), for every earning period (``per_period``), or runs on until the window is reset (``cumulative``).
A running total is what it is whatever the order of its credits; its lines go by date, then natural key, compared
bytewise. A period earns its rounded window's total through it less that through the period before; so where the window
is the earning period itself, each period is rounded alone. A total of no credit is paid nothing, whatever flat fees.

Refunds either ``restate`` the deal on its own date, from the day of the refund on, so that earlier periods change; or
return, on their own day, their share of what the deal's line was paid (``original_lot``), and the running total of
credit stays as it was. One dated before its deal counts from the deal's date on.

A cap cuts the window's running total of pay in that order; the excess is forfeited, or carried: then it opens the next
window with a line of its own.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Literal

from trueup.pay.limits import cut, payable_cap
from trueup.pay.rate_table import RateTable
from trueup.pay.rounding import rounded_lines, written
from trueup.units.money import MixedCurrencies, Money, total
from trueup.units.period import CIVIL, Period, PeriodKind, PeriodRules, periods_between

Aggregation = Literal["per_event", "per_period", "cumulative"]
_SPANS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
_NOTHING = Fraction(0)
_WHOLE = Fraction(1)


def unchanged(_day: date) -> Fraction:
    """The factor of what nothing modifies."""
    return _WHOLE


class InvalidAccumulation(ValueError):  # noqa: N818  named as people say it
    """Terms, rates or facts that no pay follows from; names them and the cure."""


@dataclass(frozen=True, slots=True)
class Credit:
    """What somebody is credited for one event: ``amount`` in the quota's currency, below 0 for what is taken off."""

    natural_key: str
    credited_on: date
    amount: Fraction


@dataclass(frozen=True)
class Refund:
    """A refund of the credit ``of``; ``amount`` is what it takes off, above 0."""

    natural_key: str
    refunded_on: date
    of: str
    amount: Fraction


@dataclass(frozen=True)
class Rates:
    """What a running total of credit is paid by a plan version: ``base`` times the table at the total over ``quota``.

    A table of amounts has both at 1. One of attainment has the exact prorated quota, and as base the quota again for
    rates on credit, or the target incentive, in the plan's currency, for shares of it.
    """

    valid_from: date
    table: RateTable
    quota: Fraction = Fraction(1)
    base: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if self.quota <= 0:
            raise InvalidAccumulation(
                f"the quota from {self.valid_from} is {written(self.quota)}, of which there is no attainment: "
                "give one above 0"
            )

    def pays(self, total: Fraction) -> Fraction:
        """The exact pay of a running total; of none, none."""
        return self._on_credit.pays(total) if total else _NOTHING

    @cached_property
    def _on_credit(self) -> RateTable:
        """The table with its bounds in credit and its pay in money."""
        return self.table if self.base == self.quota == 1 else self.table.scaled(self.quota, self.base)


@dataclass(frozen=True)
class Terms:
    """How a component adds up: earning periods of a kind, in windows of a kind that are as long or longer."""

    aggregation: Aggregation
    currency: str
    reset: PeriodKind
    period: PeriodKind = PeriodKind.MONTH
    refunds: Literal["restate", "original_lot"] = "restate"
    cap: Money | None = None
    excess: Literal["forfeited", "carried"] = "forfeited"
    rules: PeriodRules = CIVIL

    def __post_init__(self) -> None:
        if not {self.period, self.reset} <= set(_SPANS) or _SPANS.index(self.reset) < _SPANS.index(self.period):
            raise InvalidAccumulation(
                f"earning periods of a {self.period} do not make up windows of a {self.reset}: "
                "both are month, quarter or year, and the window is as long or longer"
            )
        if self.cap is not None and payable_cap(self.cap).currency != self.currency:
            raise MixedCurrencies(self.cap.currency, self.currency)
        if self.excess == "carried" and self.refunds == "original_lot":
            raise InvalidAccumulation(
                "a refund by its lot cannot tell what of the lot was carried: "
                "let refunds restate the deal, or forfeit the excess"
            )


@dataclass(frozen=True, slots=True)
class Line:
    """What one credit or refund is paid: ``amount``, its part of the rounded total, and ``exact``, before rounding.

    ``cut``: what the cap took, below 0 where it gave back. Without a ``natural_key`` it is excess from the window
    before. ``period``: the earning period's key.
    """

    natural_key: str | None
    on: date
    period: str
    exact: Fraction
    cut: Fraction
    amount: Money


@dataclass(frozen=True, slots=True)
class _Paid:
    """A line before it is rounded."""

    natural_key: str | None
    on: date
    exact: Fraction
    cut: Fraction = _NOTHING


def lines(
    credited: Iterable[Credit],
    refunds: Iterable[Refund],
    rates: Iterable[Rates],
    terms: Terms,
    *,
    through: date,
    factor: Callable[[date], Fraction] = unchanged,
) -> tuple[Line, ...]:
    """The lines of all windows through a day, in their order; what is dated later does not count yet.

    ``factor``: what a credit's pay is multiplied with, by its day, before the cap.
    """
    deals, returns = _known(list(credited), list(refunds), through)
    if terms.refunds == "restate":
        deals, returns = _restated(deals, returns), []
    versions = _versions(rates)
    lots = {deal.natural_key: deal.amount for deal in deals}
    lot_pay: dict[str | None, Fraction] = {}
    found: list[Line] = []
    excess = _NOTHING
    for window in periods_between(deals[0].credited_on, through, terms.reset, terms.rules) if deals else ():
        periods = _Periods(window, terms)
        first = bisect_left(deals, window.first, key=_credited_on)
        sold = deals[first : bisect_right(deals, window.last, key=_credited_on)]
        raw = [_Paid(None, window.first, excess)] if excess and terms.excess == "carried" else []
        raw += [
            _Paid(deal.natural_key, deal.credited_on, pay if factor is unchanged else pay * factor(deal.credited_on))
            for deal, pay in _priced(window, sold, versions, terms, periods)
        ]
        paid = _capped(raw, terms.cap)
        excess = sum((line.cut for line in paid), _NOTHING)
        lot_pay |= {line.natural_key: line.exact for line in paid}
        paid += [
            _Paid(refund.natural_key, refund.refunded_on, -lot_pay[refund.of] * refund.amount / lots[refund.of])
            for refund in returns
            if refund.refunded_on in window
        ]
        found += _rounded(paid, terms, periods)
    return tuple(found)


def earned(found: Iterable[Line], currency: str) -> dict[str, Money]:
    """What each earning period that has a line earns, by its key, in whole coins."""
    by_period: defaultdict[str, list[Money]] = defaultdict(list)
    for line in found:
        by_period[line.period].append(line.amount)
    return {period: total(amounts, currency) for period, amounts in by_period.items()}


def _known(credited: list[Credit], refunds: list[Refund], through: date) -> tuple[list[Credit], list[Refund]]:
    """The credits and refunds that count by a day, in the order of their lines; refunds not before their deals."""
    keys = [deal.natural_key for deal in credited] + [refund.natural_key for refund in refunds]
    twice = [key for key, times in Counter(keys).items() if times > 1]
    if twice:
        raise InvalidAccumulation(f"{twice[0]} is here twice: give each event once, as last corrected")
    deals = {deal.natural_key: deal for deal in credited}
    returned: defaultdict[str, Fraction] = defaultdict(Fraction)
    for refund in refunds:
        if refund.of not in deals:
            raise InvalidAccumulation(f"refund {refund.natural_key} is of {refund.of}, which is not among the credits")
        returned[refund.of] += refund.amount
        if refund.amount <= 0 or returned[refund.of] > deals[refund.of].amount:
            raise InvalidAccumulation(
                f"refund {refund.natural_key} of {written(refund.amount)} leaves {refund.of} refunded by "
                f"{written(returned[refund.of])} of {written(deals[refund.of].amount)}: "
                "give amounts above 0, together at most the credit's"
            )
    dated = [replace(each, refunded_on=max(each.refunded_on, deals[each.of].credited_on)) for each in refunds]
    return (
        sorted((deal for deal in credited if deal.credited_on <= through), key=_deal_order),
        [refund for refund in dated if refund.refunded_on <= through],
    )


def _credited_on(deal: Credit) -> date:
    return deal.credited_on


def _deal_order(deal: Credit) -> tuple[date, str]:
    return deal.credited_on, deal.natural_key


def _restated(deals: list[Credit], refunds: list[Refund]) -> list[Credit]:
    off: defaultdict[str, Fraction] = defaultdict(Fraction)
    for refund in refunds:
        off[refund.of] += refund.amount
    return [
        replace(deal, amount=deal.amount - off[deal.natural_key]) if deal.natural_key in off else deal for deal in deals
    ]


def _priced(
    window: Period, deals: Sequence[Credit], versions: Sequence[Rates], terms: Terms, periods: "_Periods"
) -> Iterator[tuple[Credit, Fraction]]:
    """What each deal adds to the pay of the running total that it falls into, before the cap."""
    if terms.aggregation == "cumulative" and deals:
        _check_slab(versions, window)
    totals: dict[str, tuple[Fraction, Fraction, Rates]] = {}
    for deal in deals:
        rates = _in_force(versions, deal.credited_on)
        match terms.aggregation:
            case "per_event":
                runs_in = deal.natural_key
            case "per_period":
                period = periods.of(deal.credited_on)
                runs_in = period.key
                if runs_in not in totals:
                    _check_slab(versions, period)
            case "cumulative":
                runs_in = window.key
        if runs_in not in totals:
            paid = rates.pays(deal.amount)
            totals[runs_in] = (deal.amount, paid, rates)
            yield deal, paid
            continue
        before, paid, by = totals[runs_in]
        credit = before + deal.amount
        after = rates.pays(credit)
        totals[runs_in] = (credit, after, rates)
        yield deal, after - (paid if by is rates else rates.pays(before))


class _Periods:
    """The earning periods of a window, by day."""

    def __init__(self, window: Period, terms: Terms) -> None:
        self._periods = periods_between(window.first, window.last, terms.period, terms.rules)
        self._starts = [period.first for period in self._periods]

    def of(self, day: date) -> Period:
        """The period that holds a day of the window."""
        return self._periods[bisect_right(self._starts, day) - 1]


def _versions(rates: Iterable[Rates]) -> list[Rates]:
    ordered = sorted(rates, key=lambda version: version.valid_from)
    for version, other in pairwise(ordered):
        if version.valid_from == other.valid_from:
            raise InvalidAccumulation(f"two versions of the rates are valid from {other.valid_from}: give one")
    return ordered


def _in_force(versions: Sequence[Rates], day: date) -> Rates:
    begun = bisect_right(versions, day, key=lambda version: version.valid_from)
    if not begun:
        raise InvalidAccumulation(f"there is no rate for {day}: give a version valid from that day or earlier")
    return versions[begun - 1]


def _check_slab(versions: Sequence[Rates], span: Period) -> None:
    """Refuse a slab, whose rate is that of the whole amount, where it changes within a span."""
    begun = [version for version in versions if version.valid_from <= span.first]
    within = [*begun[-1:], *(version for version in versions if version.valid_from in span and version not in begun)]
    if len(within) > 1 and "slab" in {version.table.kind for version in within}:
        raise InvalidAccumulation(
            f"the rates change on {within[1].valid_from}, within {span.key}, and a slab's rate is that of the whole "
            f"total: change them with the start of a {span.kind}, or declare a step table"
        )


def _capped(raw: Iterable[_Paid], cap: Money | None) -> list[_Paid]:
    """The lines with what a cap on their running total leaves of each."""
    if cap is None:
        return list(raw)
    paid = []
    before = _NOTHING
    for line in raw:
        after = before + line.exact
        if max(before, after) > cap.amount:
            left = cut(after, cap) - cut(before, cap)
            paid.append(replace(line, exact=left, cut=line.exact - left))
        else:
            paid.append(line)
        before = after
    return paid


def _rounded(paid: list[_Paid], terms: Terms, periods: _Periods) -> Iterator[Line]:
    ordered = sorted(paid, key=lambda line: (line.on, line.natural_key or ""))
    amounts = rounded_lines((line.exact for line in ordered), terms.currency)
    for line, amount in zip(ordered, amounts, strict=True):
        yield Line(line.natural_key, line.on, periods.of(line.on).key, line.exact, line.cut, amount)
