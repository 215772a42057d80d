"""Pay that vests as a customer's outcome is verified: a share of the amount at target, by the value realised.

Value is money of the customer's. R = what is certain of it, by verified readings to date, over what was committed over
the term; vested = the amount at target x g(R), and a reading's release is what it changes of that, below 0 where less
is certain than before. Certain is the one-sided lower bound: better evidence pays more, a rosier estimate does not.
Value inside the band of noise counts as none. All agreements with a customer are taken together, so that cutting one
into slices pays no more.

A reading counts once somebody unrelated to the payee verified it before it lapsed. Any other freezes what has vested:
it pays nothing and takes nothing back, and of a revised reading the last verified revision stays in force.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from trueup.pay.rounding import rounded_lines, written
from trueup.units.money import Money, Number, exact, total

_NOTHING = Fraction(0)


class InvalidValue(ValueError):  # noqa: N818  named as people say it
    """A curve, agreement or reading from which nothing can vest."""


@dataclass(frozen=True)
class ValueCurve:
    """g: the share of the amount at target that vests, by the share of the committed value that is realised.

    ``points`` (realised, vests) by rising share realised. Nothing vests before the first, and what the last one gives
    is the most; in between it is linear.
    """

    points: tuple[tuple[Fraction, Fraction], ...]

    def __post_init__(self) -> None:
        if not self.points or self.points[0][0] <= 0 or self.points[0][1] < 0:
            raise InvalidValue("the value curve has no first point above 0: say from what share realised on it vests")
        for (realised, vests), (further, more) in pairwise(self.points):
            if further <= realised or more < vests:
                raise InvalidValue(
                    f"the value curve goes from {written(realised)} realised, {written(vests)} vested, to "
                    f"{written(further)}, {written(more)}: order points by what is realised, and let none vest less"
                )

    @classmethod
    def of(cls, *points: tuple[Number, Number]) -> "ValueCurve":
        """A curve through decimal points, as plans write them."""
        return cls(tuple((exact(realised), exact(vests)) for realised, vests in points))

    def vests(self, realised: Fraction) -> Fraction:
        """The share that vests."""
        first, last = self.points[0], self.points[-1]
        if realised < first[0]:
            return _NOTHING
        for (start, low), (end, high) in pairwise(self.points):
            if realised < end:
                return low + (high - low) * (realised - start) / (end - start)
        return last[1]


DEFAULT_CURVE = ValueCurve.of((Decimal("0.25"), Decimal("0.25")), (1, 1), (Decimal("1.4"), Decimal("1.6")))
"""Nothing below a quarter, what is realised up to all of it, half as much again above, and at most 1.6."""


@dataclass(frozen=True)
class Adjustment:
    """What a change of the customer's own doing moved its baseline by; it counts once it is approved."""

    amount: Fraction
    is_approved: bool


@dataclass(frozen=True)
class Improvement:
    """How far a measure came from its adjusted baseline, in its unit and as a share of that (none of 0)."""

    amount: Fraction
    share: Fraction | None


def improvement(
    locked: Fraction, adjustments: Iterable[Adjustment], actual: Fraction, *, direction: Literal["increase", "decrease"]
) -> Improvement:
    """The improvement on the baseline as locked and adjusted since; above 0 where it goes the way it is meant to."""
    baseline = locked + sum((each.amount for each in adjustments if each.is_approved), _NOTHING)
    amount = actual - baseline if direction == "increase" else baseline - actual
    return Improvement(amount, amount / abs(baseline) if baseline else None)


def lower_bound(estimate: Fraction, error: Fraction, *, quantile: Fraction) -> Fraction:
    """What the value is above with the agreed confidence, by the one-sided normal quantile written in the agreement."""
    if error < 0 or quantile < 0:
        raise InvalidValue(
            f"a standard error of {written(error)} and a quantile of {written(quantile)}: neither lies below 0"
        )
    return estimate - quantile * error


@dataclass(frozen=True)
class Agreement:
    """What a payee is paid at target for a customer's value, what was committed over the term, and the noise band."""

    agreement_id: str
    signed_on: date
    at_target: Money
    committed: Money
    band: Money

    def __post_init__(self) -> None:
        nothing = Money.zero(self.committed.currency)
        if self.committed <= nothing or self.band < nothing:
            raise InvalidValue(
                f"{self.agreement_id} commits {self.committed} with a band of {self.band}: "
                "commit more than 0, and give a band of 0 where there is none"
            )


@dataclass(frozen=True)
class Verification:
    """Somebody's word that a reading is right; ``is_independent``: they are unrelated to the payee."""

    verified_on: date
    is_independent: bool


@dataclass(frozen=True)
class Reading:
    """The value of an agreement to date, as estimated and as far as it is certain; the latest ``revision`` replaces."""

    agreement_id: str
    as_of: date
    revision: int
    estimate: Fraction
    lower: Fraction
    lapses_on: date
    verification: Verification | None = None

    def counts_on(self, day: date) -> bool:
        """Whether somebody unrelated had verified it by a day, and before it lapsed."""
        if self.verification is None or not self.verification.is_independent:
            return False
        return self.verification.verified_on <= min(day, self.lapses_on)


@dataclass(frozen=True)
class Release:
    """What the readings of one day changed: ``vested``, exact, is all that has vested by it, ``amount`` the change."""

    on: date
    realised: Fraction
    vested: Fraction
    amount: Money


def releases(
    agreements: Sequence[Agreement],
    readings: Iterable[Reading],
    curve: ValueCurve,
    *,
    through: date,
    at_target: Callable[[date], Fraction] | None = None,
) -> tuple[Release, ...]:
    """The releases of one customer's agreements to one payee, by the readings that count on a day.

    ``at_target``: what the customer's value is worth by a day; left out, what its agreements pay at target together.
    """
    listed = tuple(readings)
    unknown = {each.agreement_id for each in listed} - {each.agreement_id for each in agreements}
    if unknown:
        raise InvalidValue(f"a reading is of {min(unknown)}, which is not among the agreements")
    counting = [each for each in listed if each.as_of <= through and each.counts_on(through)]
    latest: dict[str, Reading] = {}
    days = []
    for day in sorted({each.as_of for each in counting}):
        of_day = sorted((each for each in counting if each.as_of == day), key=lambda each: each.revision)
        latest |= {each.agreement_id: each for each in of_day}
        in_force = [each for each in agreements if each.signed_on <= day]
        realised = _realised(in_force, latest)
        worth = _sum(each.at_target for each in in_force) if at_target is None else at_target(day)
        days.append((day, realised, worth * curve.vests(realised)))
    vested = [_NOTHING, *(vested for _, _, vested in days)]
    amounts = (
        rounded_lines((after - before for before, after in pairwise(vested)), _currency(agreements)) if days else ()
    )
    return tuple(Release(*day, amount) for day, amount in zip(days, amounts, strict=True))


def _realised(agreements: Sequence[Agreement], latest: dict[str, Reading]) -> Fraction:
    """What share is realised of what all agreements in force commit together."""
    read = [latest[each.agreement_id] for each in agreements if each.agreement_id in latest]
    if not read:
        return _NOTHING
    committed = _sum(each.committed for each in agreements)
    is_noise = sum(each.estimate for each in read) <= _sum(each.band for each in agreements)
    certain = _NOTHING if is_noise else sum((each.lower for each in read), _NOTHING)
    return certain / committed


def _sum(amounts: Iterable[Money]) -> Fraction:
    listed = tuple(amounts)
    return Fraction(total(listed, listed[0].currency).amount) if listed else _NOTHING


def _currency(agreements: Sequence[Agreement]) -> str:
    return agreements[0].at_target.currency
