"""The rates of a plan's facts, found by use, currencies and day: that of the shortest period that holds the day."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from trueup.pay.currency import NoRate
from trueup.pay.facts import Rate, RateUse
from trueup.pay.rounding import written
from trueup.units.money import exact
from trueup.units.period import CIVIL, PeriodKind, PeriodRules, parse_period, period_of

_SPANS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)


class Conversion:
    """Exact factors between currencies, both ways; pay is converted at the rate of credit where none is declared."""

    def __init__(self, rates: Iterable[Rate], rules: PeriodRules = CIVIL) -> None:
        self._rules = rules
        self._given: dict[tuple[RateUse, str, str, str], Fraction] = {}
        self._found: dict[tuple[RateUse, str, str, date], Fraction] = {}
        for rate in rates:
            period = parse_period(rate.period, rules).key
            if exact(rate.rate) <= 0:
                raise NoRate(f"{rate.rate} {rate.to} for one {rate.of} is no rate: give one above 0")
            known = self._given.setdefault((rate.use, period, rate.of, rate.to), Fraction(rate.rate))
            if known != rate.rate:
                raise NoRate(
                    f"there are two {rate.use} rates of {rate.of} in {rate.to} for {period}, {written(known)} and"
                    f" {rate.rate}: leave one out"
                )

    def factor(self, use: RateUse, of: str, to: str, day: date) -> Fraction:
        """How many units of a currency are one of another on a day; NoRate where nobody gave it."""
        if of == to:
            return Fraction(1)
        asked = (use, of, to, day)
        if asked not in self._found:
            self._found[asked] = self._rate(use, of, to, day)
        return self._found[asked]

    def _rate(self, use: RateUse, of: str, to: str, day: date) -> Fraction:
        uses: tuple[RateUse, ...] = ("pay", "credit") if use == "pay" else (use,)
        keys = [period_of(day, kind, self._rules).key for kind in _SPANS]
        for wanted in uses:
            for key in keys:
                if (rate := self._given.get((wanted, key, of, to))) is not None:
                    return rate
                if (rate := self._given.get((wanted, key, to, of))) is not None:
                    return 1 / rate
        raise NoRate(f"there is no {use} rate of {of} in {to} for {day}: give one for {', '.join(keys)}")
