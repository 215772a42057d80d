"""What a customer and we agree on that a payee's value pay is based on, and what a measurement realises of it.

The terms are fixed when they are agreed on: measure, unit, direction, definition, baseline, what a unit is worth, what
is committed, and the days on which it is read, so that nobody reads it when it looks best. Whoever wants other terms
makes another agreement, and this one settles by its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from trueup.pay.baseline import Baseline, Direction
from trueup.pay.rounding import written
from trueup.pay.vesting import (
    DEFAULT_CURVE,
    Adjustment,
    Agreement,
    InvalidValue,
    Reading,
    ValueCurve,
    Verification,
    improvement,
    lower_bound,
)
from trueup.units.money import Money, exact

Per = Literal["month", "term"]
Side = Literal["ours", "customer"]
SIDES: tuple[Side, ...] = ("ours", "customer")
_NOTHING = Fraction(0)
_MONTHS = 12


class InvalidAgreement(InvalidValue):
    """Terms that cannot be agreed on, or a measurement that they do not allow."""


@dataclass(frozen=True)
class PayeeShare:
    """What a payee is paid at target, and which share of the value is theirs."""

    payee: str
    at_target: Money
    share: Fraction


@dataclass(frozen=True)
class Signer:
    """Who has to sign, by what they are: no name, which could not be erased from what is hashed."""

    side: Side
    role: str


@dataclass(frozen=True)
class Terms:
    """What was agreed on.

    ``definition``: the measure's formula and where it comes from. ``value_per_unit``: what a unit of improvement is
    worth ``per`` complete month, or once in the term. ``band``: value that is noise. ``cap``: value beyond which
    nothing counts. ``quantile``: the one-sided one, ``confidence`` in words. ``verify_within_days``: of the day read.
    """

    agreement_id: str
    customer: str
    measure: str
    direction: Direction
    baseline: Baseline
    definition: str
    value_per_unit: Money
    per: Per
    committed: Money
    band: Money
    payees: tuple[PayeeShare, ...]
    starts_on: date
    ends_on: date
    quantile: Decimal
    confidence: str
    reading_dates: tuple[date, ...]
    verifier: str
    signers: tuple[Signer, ...]
    cap: Money | None = None
    curve: ValueCurve = DEFAULT_CURVE
    verify_within_days: int = 90

    def __post_init__(self) -> None:
        _check(self)

    @property
    def unit(self) -> str:
        """The unit of the measure, which is its baseline's."""
        return self.baseline.unit


@dataclass(frozen=True)
class Change:
    """What the customer's own doing moved its measure by from a day on; no ``amount``: it redefined the measure."""

    starts_on: date
    ends_on: date | None
    amount: Decimal | None
    is_approved: bool


def measure_key(name: str) -> str:
    """A measure's name without what tells only ways of writing apart."""
    return "_".join("".join(each if each.isalnum() else " " for each in name.lower()).split())


def as_agreement(terms: Terms, payee: str, *, signed_on: date) -> Agreement:
    """The agreement as value vests by it for one of its payees, once it is signed."""
    own = [each for each in terms.payees if each.payee == payee]
    if not own:
        raise InvalidAgreement(f"{payee} is no payee of {terms.agreement_id}: name one of {_payees(terms)}")
    return Agreement(terms.agreement_id, signed_on, own[0].at_target, terms.committed, terms.band)


def adjustments_on(terms: Terms, changes: Iterable[Change], *, as_of: date) -> tuple[Adjustment, ...]:
    """What changes move the baseline by, over the term to a day: each by the share of its days on which it was there.

    One that began within the baseline's months is in the baseline already. Refuses a measure that was redefined.
    """
    found = []
    days = (as_of - terms.starts_on).days + 1
    for change in changes:
        last = as_of if change.ends_on is None else min(change.ends_on, as_of)
        if change.starts_on <= terms.baseline.last or last < max(change.starts_on, terms.starts_on):
            continue
        if change.amount is None:
            if change.is_approved:
                raise InvalidAgreement(
                    f"the customer redefined {terms.measure} on {change.starts_on}: "
                    "what came after cannot be held against the baseline; make a new agreement"
                )
            continue
        there = (last - max(change.starts_on, terms.starts_on)).days + 1
        found.append(Adjustment(exact(change.amount) * Fraction(there, days), change.is_approved))
    return tuple(found)


def realisation(
    terms: Terms,
    adjustments: Iterable[Adjustment],
    actual: Decimal,
    std_error: Decimal,
    *,
    as_of: date,
    revision: int = 1,
    verification: Verification | None = None,
) -> Reading:
    """The value of an agreement to one of its days, as estimated and as far as it is certain.

    ``actual``: the measure's mean over the term to that day, by its definition; ``std_error``: of the improvement.
    """
    if as_of not in terms.reading_dates:
        raise InvalidAgreement(
            f"{as_of} is no day on which this agreement is read: read it on {_days(terms.reading_dates)}"
        )
    made = improvement(exact(terms.baseline.value), adjustments, exact(actual), direction=terms.direction).amount
    certain = lower_bound(made, exact(std_error), quantile=exact(terms.quantile))
    worth = exact(terms.value_per_unit.amount)
    if terms.per == "month":
        worth *= complete_months(terms.starts_on, as_of)
    estimate, lower = made * worth, certain * worth
    if terms.cap is not None:
        most = exact(terms.cap.amount)
        estimate, lower = min(estimate, most), min(lower, most)
    lapses_on = as_of + timedelta(days=terms.verify_within_days)
    return Reading(terms.agreement_id, as_of, revision, estimate, lower, lapses_on, verification)


def complete_months(starts_on: date, through: date) -> int:
    """The months that were complete from a day through another one; part of a month does not count."""
    after = through + timedelta(1)
    months = (after.year - starts_on.year) * _MONTHS + after.month - starts_on.month
    return max(months - (after.day < starts_on.day), 0)


def _check(terms: Terms) -> None:
    for wrong, says in (*_wrong_words(terms), *_wrong_money(terms), *_wrong_days(terms)):
        if wrong:
            raise InvalidAgreement(f"this agreement {says}")


def _wrong_words(terms: Terms) -> Iterable[tuple[bool, str]]:
    yield not measure_key(terms.measure), "names no measure: say what is measured"
    yield not terms.definition.strip(), "does not define its measure: say how it is computed, and from which system"
    yield not terms.confidence.strip(), "does not say how certain value has to be: write 'one-sided, 80 %' or another"
    yield not terms.verifier.strip(), "names no verifier: say who verifies its readings"
    yield terms.direction not in ("increase", "decrease"), "goes no way: say whether to increase or to decrease"
    yield {each.side for each in terms.signers} != set(SIDES), "is not signed by both sides: name a signer of each"
    yield any(not each.role.strip() for each in terms.signers), "has a signer without a role: say what they are"
    yield len(set(terms.signers)) < len(terms.signers), "names a signer twice: name each once"


def _wrong_money(terms: Terms) -> Iterable[tuple[bool, str]]:
    nothing = Money.zero(terms.committed.currency)
    yield terms.committed <= nothing, f"commits {terms.committed}: commit more than 0"
    yield terms.band < nothing, f"has a band of {terms.band}: give 0 where there is none"
    yield terms.value_per_unit <= nothing, f"values a unit at {terms.value_per_unit}: give more than 0"
    yield terms.cap is not None and terms.cap <= nothing, "has a cap of 0 or less: give none, or more than 0"
    yield terms.per not in ("month", "term"), "does not say how often a unit is worth that: per month, or per term"
    yield not terms.payees, "pays nobody: name a payee"
    names = [each.payee for each in terms.payees]
    yield len(set(names)) < len(names), "names a payee twice: name each once"
    yield any(each.share <= 0 for each in terms.payees), "has a payee without a share: give each one above 0"
    whole = sum((each.share for each in terms.payees), _NOTHING)
    yield whole > 1, f"shares out {written(whole)} of its value: give its payees 1 at most, together"
    currencies = {each.at_target.currency for each in terms.payees}
    yield len(currencies) > 1, f"pays in {' and '.join(sorted(currencies))}: pay all of its payees in one currency"
    yield any(each.at_target.amount <= 0 for each in terms.payees), "pays somebody 0 or less at target: pay more"
    yield not terms.quantile.is_finite() or terms.quantile < 0, "has a quantile below 0: give 0.8416 for 80 %"


def _wrong_days(terms: Terms) -> Iterable[tuple[bool, str]]:
    yield terms.ends_on < terms.starts_on, "ends before it starts: correct one of the days"
    yield terms.starts_on <= terms.baseline.last, "starts within its baseline's months: start after them"
    yield not terms.reading_dates, "is never read: fix the days on which it is"
    yield (
        list(terms.reading_dates) != sorted(set(terms.reading_dates)),
        "has days of reading out of order: name each once, from the first to the last",
    )
    outside = [day for day in terms.reading_dates if not terms.starts_on <= day <= terms.ends_on]
    yield bool(outside), f"is read on {_days(outside)}, outside its term: read it within"
    yield terms.verify_within_days < 0, "lets its readings lapse before their days: give 0 days or more"


def _payees(terms: Terms) -> str:
    return ", ".join(each.payee for each in terms.payees)


def _days(days: Iterable[date]) -> str:
    return ", ".join(str(day) for day in days)
