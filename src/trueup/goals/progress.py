"""How far a goal has come: of what we claim, or only of what the customer or a system vouches for.

Progress = (current - baseline) / (target - baseline), current being the last value at or before the day; values from
before the baseline are no progress since. It is not clipped: a goal may be at -20 % or at 130 %. A goal to maintain is
at 1 while its value is inside the tolerance around the target, else at 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from trueup.goals.goal import Answer, Direction, Reading, Terms

Why = Literal["no_terms", "target_is_baseline", "no_tolerance", "no_reading"]
"""Why there is no progress."""
_VOUCHED = ("unverified", "confirmed_by_customer", "measured_by_system")
"""Of several readings of one day the one best vouched for counts, then the one recorded last."""


@dataclass(frozen=True)
class Value:
    """What a goal's measure was on a day, and the reading that says so."""

    observed_on: date
    amount: Decimal
    reading_id: str


@dataclass(frozen=True)
class Said:
    """The values of one reading, kept apart: claimed by us, confirmed, disputed.

    ``confirmed`` is what the customer or a system vouches for; ``is_disputed``: the customer's last word contradicts,
    and ``disputed`` is the value they hold right, where they gave one.
    """

    claimed: Decimal
    confirmed: Decimal | None
    is_disputed: bool
    disputed: Decimal | None


@dataclass(frozen=True)
class Progress:
    """How far a goal has come, as an exact share, and the value it is reckoned from; ``because``: why there is none."""

    exact: Fraction | None
    current: Value | None
    because: Why | None = None

    @property
    def share(self) -> Decimal | None:
        """The progress as a decimal, unclipped."""
        return None if self.exact is None else decimal(self.exact)

    @property
    def clipped(self) -> Decimal | None:
        """The progress between 0 and 1."""
        return None if self.exact is None else decimal(clip(self.exact))


def said_of(reading: Reading, answers: Iterable[Answer] = ()) -> Said:
    """What was claimed, confirmed and disputed of a reading; the last word counts, of two at once the customer's."""
    about = [answer for answer in answers if answer.reading_id == reading.reading_id]
    last = max(about, key=lambda answer: (answer.answered_at, answer.answer_id), default=None)
    is_verified = reading.verification != "unverified"
    if last is None or (is_verified and reading.verified_at is not None and reading.verified_at > last.answered_at):
        return Said(reading.value, reading.value if is_verified else None, is_disputed=False, disputed=None)
    if last.verdict == "disputed":
        return Said(reading.value, None, is_disputed=True, disputed=last.value)
    confirmed = reading.value if last.value is None and last.verdict == "confirmed" else last.value
    return Said(reading.value, confirmed, is_disputed=False, disputed=None)


def claimed(readings: Iterable[Reading]) -> tuple[Value, ...]:
    """The values as we claim them, one a day, by day."""
    return _one_a_day({reading: reading.value for reading in readings})


def verified(readings: Iterable[Reading], answers: Iterable[Answer]) -> tuple[Value, ...]:
    """The values that the customer or a system vouches for, one a day, by day."""
    known = tuple(answers)
    said = {reading: said_of(reading, known).confirmed for reading in readings}
    return _one_a_day({reading: amount for reading, amount in said.items() if amount is not None})


def _one_a_day(amounts: Mapping[Reading, Decimal]) -> tuple[Value, ...]:
    best: dict[date, Value] = {}
    for reading in sorted(amounts, key=lambda r: (_VOUCHED.index(r.verification), r.recorded_at, r.reading_id)):
        best[reading.observed_on] = Value(reading.observed_on, amounts[reading], reading.reading_id)
    return tuple(best[day] for day in sorted(best))


def progress(direction: Direction, terms: Terms | None, values: Iterable[Value], *, on: date) -> Progress:
    """How far the goal has come by the end of ``on``, by the terms in force then."""
    current = _current(terms, values, on)
    if terms is None or terms.target_value is None:
        return Progress(None, current, "no_terms")
    if direction == "maintain":
        return _maintained(terms.target_value, terms.tolerance, current)
    if terms.baseline_value is None:
        return Progress(None, current, "no_terms")
    if terms.target_value == terms.baseline_value:
        return Progress(None, current, "target_is_baseline")
    if current is None:
        return Progress(None, None, "no_reading")
    baseline = Fraction(terms.baseline_value)
    return Progress((Fraction(current.amount) - baseline) / (Fraction(terms.target_value) - baseline), current)


def _maintained(target: Decimal, tolerance: Decimal | None, current: Value | None) -> Progress:
    if tolerance is None:
        return Progress(None, current, "no_tolerance")
    if current is None:
        return Progress(None, None, "no_reading")
    strays = abs(Fraction(current.amount) - Fraction(target))
    return Progress(Fraction(strays <= Fraction(tolerance)), current)


def _current(terms: Terms | None, values: Iterable[Value], on: date) -> Value | None:
    begun = date.min if terms is None or terms.baseline_on is None else terms.baseline_on
    there = (value for value in values if begun <= value.observed_on <= on)
    return max(there, key=lambda value: value.observed_on, default=None)


def clip(share: Fraction) -> Fraction:
    """``share`` between 0 and 1."""
    return max(Fraction(0), min(Fraction(1), share))


def decimal(share: Fraction) -> Decimal:
    """A share as a decimal of 28 digits."""
    return Decimal(share.numerator) / Decimal(share.denominator)
