"""What pay is reckoned from: dated rows of what happened, who was credited, who is on which plan, what was verified.

Every row says when it was known; what is not known yet on a day does not exist on it, nor what was told otherwise by
then (``known_until``). Days are civil days, as the plan's zone has them; ranges are [start, end), without end where
that is None. Amounts are exact.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Protocol, TypeVar, get_args

from trueup.pay.split import Role
from trueup.units.money import Money

EventKind = Literal["deal", "refund", "payment", "credit_note", "churn", "reinstate", "withdrawn"]
"""``deal``: what is credited. ``refund``: takes off a deal. ``payment``, ``credit_note``: of a deal that is earned as
it is paid for. ``churn``, ``reinstate``: of a deal, or of a customer. ``withdrawn``: it never happened."""
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
RateUse = Literal["credit", "pay", "report"]
ALWAYS = date.min
"""Known from the beginning."""


class FactError(ValueError):
    """Rows that contradict each other; ``str()`` names them and the cure."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``payee``: whose it is where no shares are given; ``of``: the key of what it is about.

    ``credits``: the kind of credit, as components name it. A higher ``revision`` of the same key replaces a lower one
    from the day on which it is known.
    """

    natural_key: str
    kind: EventKind
    on: date
    known_on: date
    amount: Fraction = Fraction(0)
    currency: str = ""
    payee: str = ""
    credits: str = ""
    customer: str = ""
    of: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class EventShare:
    """What fraction of an event somebody is credited."""

    event: str
    payee: str
    role: Role
    fraction: Fraction
    known_on: date = ALWAYS


@dataclass(frozen=True, slots=True)
class Assignment:
    """That somebody is on a plan. ``target_incentive``: a year's variable pay at target, in the plan's currency."""

    payee: str
    plan: str
    start: date
    end: date | None = None
    target_incentive: Fraction | None = None
    pay_currency: str = ""
    known_on: date = ALWAYS


@dataclass(frozen=True, slots=True)
class Quota:
    """What somebody is to sell in a period, were it in force all of it; it is for the days [start, end) in it."""

    payee: str
    credits: str
    period: str
    amount: Fraction
    currency: str = ""
    start: date | None = None
    end: date | None = None
    known_on: date = ALWAYS
    known_until: date | None = None


@dataclass(frozen=True, slots=True)
class ReportingLine:
    """To whom somebody reports."""

    person: str
    manager: str
    start: date = date.min
    end: date | None = None
    known_on: date = ALWAYS
    known_until: date | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """``rate`` units of ``to`` for one of ``of``, for a use and a period (month, quarter or year)."""

    use: RateUse
    period: str
    of: str
    to: str
    rate: Decimal
    on: date
    source: str
    known_on: date = ALWAYS


@dataclass(frozen=True, slots=True)
class Outcome:
    """A metric of somebody's customers in a period: its value, of how many, and what share of those asked answered."""

    payee: str
    metric: str
    period: str
    value: Fraction
    n: int
    known_on: date
    response: Fraction | None = None


@dataclass(frozen=True, slots=True)
class SignedAgreement:
    """What a payee is paid at target for the value that a customer gets, by an agreement that both sides signed.

    ``lapses_on``: the last day on which a reading of it may be verified.
    """

    agreement_id: str
    payee: str
    customer: str
    component: str
    signed_on: date
    at_target: Money
    committed: Money
    band: Money
    ends_on: date | None = None
    lapses_on: date | None = None
    known_on: date = ALWAYS


@dataclass(frozen=True, slots=True)
class EligibleCustomer:
    """That a customer is in somebody's book for the days [start, end): theirs to serve, agreement or not."""

    payee: str
    customer: str
    start: date = date.min
    end: date | None = None
    known_on: date = ALWAYS


@dataclass(frozen=True, slots=True)
class ValueReading:
    """The value of an agreement to date, as estimated and as far as it is certain, and who verified it when.

    ``independent_of``: the payees to whom the verifier is unrelated; None: to all of them.
    """

    agreement_id: str
    as_of: date
    estimate: Fraction
    lower: Fraction
    lapses_on: date
    known_on: date
    revision: int = 0
    verified_on: date | None = None
    independent_of: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """That somebody signed a version of a plan, by its fingerprint; its change of the past may need that."""

    payee: str
    fingerprint: str
    signed_on: date

    @property
    def known_on(self) -> date:
        """The day on which it was signed."""
        return self.signed_on


@dataclass(frozen=True)
class Facts:
    """All that is known."""

    events: tuple[Event, ...] = ()
    shares: tuple[EventShare, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    quotas: tuple[Quota, ...] = ()
    reporting_lines: tuple[ReportingLine, ...] = ()
    rates: tuple[Rate, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    agreements: tuple[SignedAgreement, ...] = ()
    readings: tuple[ValueReading, ...] = ()
    eligible_customers: tuple[EligibleCustomer, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()

    def known(self, day: date) -> "Facts":
        """What was known on a day, each event and reading in its newest revision by then.

        FactError where a revision of an event says two things; what was delivered twice alike counts once.
        """
        of_day = {each.name: tuple(_known(getattr(self, each.name), day)) for each in fields(self)}
        of_day["quotas"] = tuple(_still(of_day["quotas"], day))
        of_day["reporting_lines"] = tuple(_still(of_day["reporting_lines"], day))
        of_day["events"] = _newest(of_day["events"])
        of_day["outcomes"] = _last_known(of_day["outcomes"])
        return Facts(**of_day)


class _Known(Protocol):
    @property
    def known_on(self) -> date: ...


_Row = TypeVar("_Row", bound=_Known)
_Corrected = TypeVar("_Corrected", Quota, ReportingLine)


def _known(rows: Iterable[_Row], day: date) -> Iterator[_Row]:
    return (row for row in rows if row.known_on <= day)


def _still(rows: Iterable[_Corrected], day: date) -> Iterator[_Corrected]:
    return (row for row in rows if row.known_until is None or day < row.known_until)


def _newest(events: Iterable[Event]) -> tuple[Event, ...]:
    """Each event in its newest revision; of one revision there is one, or it says the same again."""
    newest: dict[str, Event] = {}
    told: dict[tuple[str, int], Event] = {}
    for event in events:
        other = told.setdefault((event.natural_key, event.revision), event)
        if other is not event and _said(other) != _said(event):
            raise FactError(
                f"{event.natural_key} is here twice with revision {event.revision}, and says two things:"
                " give the correction a higher revision."
            )
        if newest.setdefault(event.natural_key, event).revision < event.revision:
            newest[event.natural_key] = event
    return tuple(event for event in newest.values() if event.kind != "withdrawn")


def _said(event: Event) -> tuple[object, ...]:
    """All that an event says but when it was known: the same delivered again is no other."""
    return tuple(getattr(event, each.name) for each in fields(event) if each.name != "known_on")


def _last_known(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcome of each payee, metric and period that was known last."""
    newest: dict[tuple[str, str, str], Outcome] = {}
    for outcome in sorted(outcomes, key=lambda each: each.known_on):
        key = (outcome.payee, outcome.metric, outcome.period)
        other = newest.get(key)
        if other is not None and other.known_on == outcome.known_on and other != outcome:
            raise FactError(
                f"{outcome.metric} of {outcome.payee} for {outcome.period} is here twice, known on {outcome.known_on},"
                " and says two things: leave one out, or say that it was known later."
            )
        newest[key] = outcome
    return tuple(newest.values())
