"""What a customer's measure was before an agreement: computed from its own series, never typed.

Values of a month are averaged, and only months that were over count. Nothing is filled: a third of the months may be
missing, and where more are, there is no baseline. A seller gains by a "before" that looks bad, so a baseline is held
against the customer's own earlier months and against its peers', in the direction that makes improvement look larger.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Literal

from trueup.pay.rounding import written
from trueup.units.money import exact

Statistic = Literal["median", "mean"]
Direction = Literal["increase", "decrease"]
PLACES = 8
"""Digits that a baseline has after the point."""
MANY_MADS = Fraction(3)
LEAST_MONTHS, LEAST_PEERS = 6, 3
"""As many earlier months or peers as a baseline is held against, at least."""
_THERE = Fraction(2, 3)
_MONTHS = 12


class NoBaseline(ValueError):  # noqa: N818  named as people say it
    """A series from which no baseline can be computed."""


@dataclass(frozen=True)
class SeriesValue:
    """What a customer's measure was on a day."""

    on: date
    value: Decimal
    unit: str


@dataclass(frozen=True)
class Baseline:
    """A measure before an agreement: of the months from ``first`` on to ``last`` (both days inclusive).

    ``months``: how many of them had values; ``digest``: the SHA-256 of the values it was computed from.
    """

    value: Decimal
    unit: str
    statistic: Statistic
    first: date
    last: date
    months: int
    digest: str


@dataclass(frozen=True)
class Comparison:
    """A baseline beside others, and in words; ``distance``: in MADs from their median, None where those are all alike.

    ``distance`` is above 0 in the direction that makes improvement look larger.
    """

    beside: Literal["history", "peers"]
    distance: Fraction | None
    is_suspicious: bool
    words: str


def baseline(
    series: Iterable[SeriesValue], *, ends: date, lookback_months: int, statistic: Statistic = "median"
) -> Baseline:
    """The baseline of the months before the one in which ``ends`` lies; NoBaseline where too few of them are there."""
    if lookback_months < 1:
        raise NoBaseline(f"{lookback_months} months are no time to look back on: give one month or more")
    until = _month(ends)
    begins = until - lookback_months
    within = sorted(_between(series, begins, until), key=lambda each: (each.on, each.value))
    months = _by_month(within)
    least = -(-lookback_months * _THERE.numerator // _THERE.denominator)
    if len(months) < least:
        raise NoBaseline(
            f"of the {lookback_months} months from {_first_day(begins)} on {len(months)} have values: "
            f"{least} are needed; get the missing ones from the customer, or agree on a later day"
        )
    units = sorted({each.unit for each in within})
    if len(units) > 1:
        raise NoBaseline(f"the values are in {' and in '.join(map(repr, units))}: convert them to one unit")
    values = list(months.values())
    middle = median(values) if statistic == "median" else sum(values, Fraction(0)) / len(values)
    told = "\n".join(f"{each.on} {each.value:f} {each.unit}" for each in within)
    return Baseline(
        value=_rounded(middle),
        unit=units[0],
        statistic=statistic,
        first=_first_day(begins),
        last=_first_day(until) - timedelta(1),
        months=len(months),
        digest=hashlib.sha256(told.encode("utf-8", "replace")).hexdigest(),
    )


def sandbagging(
    locked: Baseline,
    series: Iterable[SeriesValue],
    peers: Collection[Decimal] = (),
    *,
    direction: Direction,
    k: Fraction = MANY_MADS,
) -> tuple[Comparison, ...]:
    """How a baseline looks beside the customer's own earlier months, and beside its peers' baselines.

    Suspicious is one that lies more than ``k`` MAD from their median, towards where improvement looks larger. Where
    there are too few to tell, the words say so.
    """
    if k <= 0:
        raise NoBaseline(f"{written(k)} MAD flag everything: give a number above 0")
    earlier = [each for each in series if each.on < locked.first and each.unit == locked.unit]
    history = list(_by_month(earlier).values())
    sign = 1 if direction == "decrease" else -1
    return (
        _compared("history", locked, history, LEAST_MONTHS, sign=sign, k=k),
        _compared("peers", locked, [exact(each) for each in peers], LEAST_PEERS, sign=sign, k=k),
    )


def _compared(
    beside: Literal["history", "peers"],
    locked: Baseline,
    others: Sequence[Fraction],
    least: int,
    *,
    sign: int,
    k: Fraction,
) -> Comparison:
    whose = "the customer's own earlier months" if beside == "history" else "the baselines of its peers"
    if len(others) < least:
        return Comparison(
            beside, None, is_suspicious=False, words=f"Not compared with {whose}: {len(others)} of {least} needed."
        )
    middle = median(others)
    mad = median([abs(each - middle) for each in others])
    further = sign * (exact(locked.value) - middle)
    distance = further / mad if mad else None
    is_suspicious = further > k * mad
    found = f"The baseline is {locked.value.normalize():f} {locked.unit}".rstrip()
    rests = f"{whose} have a median of {_short(middle)} and a MAD of {_short(mad)}"
    verdict = (
        f"more than {_short(k)} MAD worse. Ask why before anybody signs."
        if is_suspicious
        else f"not more than {_short(k)} MAD worse."
    )
    return Comparison(beside, distance, is_suspicious, words=f"{found}; {rests}: it is {verdict}")


def _between(series: Iterable[SeriesValue], begins: int, until: int) -> Iterable[SeriesValue]:
    return (each for each in series if begins <= _month(each.on) < until)


def _by_month(values: Iterable[SeriesValue]) -> dict[int, Fraction]:
    """The mean of each month's values."""
    told: defaultdict[int, list[Fraction]] = defaultdict(list)
    for each in values:
        told[_month(each.on)].append(exact(each.value))
    return {month: sum(found, Fraction(0)) / len(found) for month, found in told.items()}


def _month(day: date) -> int:
    return day.year * _MONTHS + day.month - 1


def _first_day(month: int) -> date:
    return date(month // _MONTHS, month % _MONTHS + 1, 1)


def _rounded(value: Fraction) -> Decimal:
    """Half-up to PLACES, away from zero."""
    steps = int(abs(value) * 10**PLACES + Fraction(1, 2))
    return Decimal((int(value < 0 < steps), tuple(map(int, str(steps))), -PLACES))


def _short(value: Fraction) -> str:
    return f"{_rounded(value).normalize():f}"
