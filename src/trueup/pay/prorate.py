"""Quotas and target incentives for part of a period: by days in force over the period's days, by the actual calendar.

Amounts are those of a whole period, in one currency; attainment is credit over the exact prorated quota. Rounding is
for display, where the last segment takes what is left, so that the segments shown add up to the total shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from trueup.pay.rounding import rounded, written
from trueup.units.money import Money, total
from trueup.units.period import Period


class InvalidSegment(ValueError):  # noqa: N818  named as people say it
    """A segment that is no part of its period, or is there twice."""


class NoQuota(ValueError):  # noqa: N818  named as people say it
    """A quota of nothing, of which no attainment can be told."""


@dataclass(frozen=True)
class Segment:
    """The days [start, end) for which ``amount`` a whole period is in force."""

    start: date
    end: date
    amount: Fraction

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.end - self.start).days


def prorated(period: Period, segments: Iterable[Segment]) -> tuple[Fraction, ...]:
    """The exact part of each segment; days of the period without a segment count as days off."""
    listed = tuple(segments)
    for segment in listed:
        if not period.start <= segment.start < segment.end <= period.end:
            raise InvalidSegment(
                f"{segment.start} to {segment.end} is no part of {period.key}: "
                f"give days from {period.start} on, ending before or on {period.end}, which no longer counts"
            )
    for before, after in pairwise(sorted(listed, key=lambda segment: segment.start)):
        if after.start < before.end:
            raise InvalidSegment(f"two segments of {period.key} both hold {after.start}: end the first one there")
    return tuple(segment.amount * segment.days / period.days for segment in listed)


def shown(parts: Iterable[Fraction], currency: str) -> tuple[Money, ...]:
    """The parts in whole coins, for display; the last one takes what is left of the rounded total."""
    listed = tuple(parts)
    before = tuple(rounded(part, currency) for part in listed[:-1])
    whole = rounded(sum(listed, Fraction(0)), currency)
    return (*before, whole - total(before, currency)) if listed else ()


def attainment(credit: Fraction, quota: Fraction) -> Fraction:
    """Credit as a share of a quota, which must be above 0."""
    if quota <= 0:
        raise NoQuota(f"a quota of {written(quota)} cannot be attained: give one above 0, or leave the component out")
    return credit / quota
