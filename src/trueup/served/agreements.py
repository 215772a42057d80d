"""Agreements on customers' value as they are told to somebody who is signed in, and what they may do with each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from statistics import fmean, stdev
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from trueup import served
from trueup.answers.opened import opened
from trueup.lake.duckdb import literal
from trueup.pay.agreements import PayeeShare, Terms
from trueup.pay.baseline import (
    Baseline,
    Comparison,
    Direction,
    NoBaseline,
    SeriesValue,
    Statistic,
    baseline,
    sandbagging,
)
from trueup.record import access
from trueup.record.agreements import (
    Standing,
    agreements_of,
    are_related,
    leaders,
    payees_of,
    standing,
)
from trueup.record.models import (
    Account,
    AgreementSignature,
    User,
    ValueAgreement,
    ValueReading,
    ValueVerification,
)
from trueup.runs.pay_tables import PAY_SCHEMA
from trueup.served.pay import Step

_SERIES = "customers_series"
_STEP = Decimal("0.0001")
_LEAST_VALUES = 2
"""As many values as a standard error is reckoned from, at least."""
_NOT_ITS_DAY = Step(may=False)


@dataclass(frozen=True)
class Measured:
    """A measure that a customer's systems deliver, and the unit it comes in."""

    name: str
    unit: str


@dataclass(frozen=True)
class Before:
    """The baseline as it would be locked now, and how it looks beside others."""

    baseline: Baseline
    compared: tuple[Comparison, ...]


@dataclass(frozen=True)
class Suggested:
    """The mean of a series over a term to a day, and the standard error of that mean; of so many values."""

    mean: Decimal
    std_error: Decimal
    values: int


@dataclass(frozen=True)
class Signed:
    """A signer, and their signature if it is there."""

    side: str
    role: str
    signature: AgreementSignature | None


@dataclass(frozen=True)
class ReadingTold:
    """A reading and what became of it; ``state``: verified, refused, waits, lapsed or replaced."""

    reading: ValueReading
    state: str
    verification: ValueVerification | None
    verify: Step


@dataclass(frozen=True)
class AgreementTold:
    """An agreement as the viewer may see it; no ``terms`` where they are not what was signed.

    ``payees``: those whose pay the viewer may see, by name; ``hidden_payees``: how many others there are. ``counts``:
    the newest reading that was verified. ``due``: days that are over and were not read.
    """

    agreement: ValueAgreement
    terms: Terms | None
    payees: tuple[tuple[str, PayeeShare], ...]
    hidden_payees: int
    signers: tuple[Signed, ...]
    since: datetime | None
    ends_on: date
    readings: tuple[ReadingTold, ...]
    counts: ValueReading | None
    due: tuple[date, ...]
    sign: Step
    record: Step
    read: Step

    @property
    def missing(self) -> tuple[Signed, ...]:
        """Who still has to sign."""
        return tuple(each for each in self.signers if each.signature is None)

    @property
    def waiting(self) -> tuple[ReadingTold, ...]:
        """Readings that wait for somebody to verify them."""
        return tuple(each for each in self.readings if each.state == "waits")

    @property
    def share(self) -> Fraction:
        """What is certain and verified of what was committed."""
        return _share(self.counts.lower if self.counts else Decimal(0), self.agreement.committed)

    @property
    def estimated_share(self) -> Fraction:
        """What was estimated of it, in the reading that counts."""
        return _share(self.counts.estimate if self.counts else Decimal(0), self.agreement.committed)


def of_account(viewer: User, account: Account, now: datetime) -> list[AgreementTold]:
    """The account's agreements that the viewer may see, the last to begin first."""
    return _told(viewer, agreements_of(viewer, account), now)


def every(viewer: User, now: datetime) -> list[AgreementTold]:
    """All agreements that the viewer may see, the last to begin first."""
    return _told(viewer, access.value_agreements(viewer).order_by("-starts_on", "account__name", "-locked_at"), now)


def one(viewer: User, key: UUID, now: datetime) -> AgreementTold | None:
    """One of those that the viewer may see."""
    return next(iter(_told(viewer, access.value_agreements(viewer).filter(pk=key), now)), None)


def measures(account_id: str) -> list[Measured]:
    """What the customer's own systems deliver in the newest build."""
    return [
        Measured(name, unit)
        for name, unit in _asked(
            f"SELECT measure, coalesce(max(unit), '') FROM {PAY_SCHEMA}.{_SERIES}"
            f" WHERE account_id = {literal(account_id)} GROUP BY measure ORDER BY measure"
        )
    ]


def series(account_id: str, measure: str) -> list[SeriesValue]:
    """The values of a customer's measure in the newest build, by day."""
    return _series_by_account(measure, account_id).get(account_id, [])


def before(
    account_id: str, measure: str, *, on: date, lookback_months: int, statistic: Statistic, direction: Direction
) -> Before:
    """The baseline that an agreement made on a day would lock; NoBaseline where there are too few values."""
    values = series(account_id, measure)
    found = baseline(values, ends=on, lookback_months=lookback_months, statistic=statistic)
    others = peers(account_id, measure, found.unit, on=on, lookback_months=lookback_months, statistic=statistic)
    return Before(found, sandbagging(found, values, others, direction=direction))


def peers(
    account_id: str, measure: str, unit: str, *, on: date, lookback_months: int, statistic: Statistic
) -> list[Decimal]:
    """The baselines that other customers would have on the same measure, in the same unit."""
    found = []
    for other, values in _series_by_account(measure).items():
        if other == account_id:
            continue
        try:
            theirs = baseline(values, ends=on, lookback_months=lookback_months, statistic=statistic)
        except NoBaseline:
            continue  # who has too few values is no peer
        if theirs.unit == unit:
            found.append(theirs.value)
    return found


def suggested(terms: Terms, as_of: date) -> Suggested | None:
    """What the customer's series says of a term to a day; None where it has too few values of it."""
    values = [each.value for each in series(terms.customer, terms.measure) if terms.starts_on <= each.on <= as_of]
    if len(values) < _LEAST_VALUES:
        return None
    error = stdev(map(float, values)) / len(values) ** 0.5
    return Suggested(_rounded(fmean(values)), _rounded(error), len(values))


def may_verify(viewer: User, reading: ValueReading) -> Step:
    """Whether the viewer may say if a reading is right, and why not."""
    return _may_verify(viewer, reading, payees_of(reading.agreement), leaders())


def _may_verify(viewer: User, reading: ValueReading, payees: Iterable[str], leads: Mapping[str, str | None]) -> Step:
    if reading.author_id == viewer.pk:
        return Step(may=False, why="You measured this: somebody else verifies it.")
    if viewer.person_id is None:
        return Step(may=False, why="The directory does not know you, so nobody knows how you stand to its payees.")
    if are_related(viewer.person_id, payees, leads):
        return Step(
            may=False, why="You are paid by this, or lead or report to somebody who is: who is neither decides."
        )
    return Step(may=True)


@dataclass(frozen=True)
class _Beside:
    """What is known of all agreements that are told at once, each asked for once.

    ``decided``: by reading; ``seen``: the payees whose pay the viewer may see; ``names``: of our people; ``leads``: to
    whom each of them reports; ``may_record``: the accounts where the viewer may agree.
    """

    standing: Mapping[UUID, Standing]
    signatures: Mapping[UUID, Sequence[AgreementSignature]]
    readings: Mapping[UUID, Sequence[ValueReading]]
    decided: Mapping[int, ValueVerification]
    seen: Mapping[UUID, Collection[str]]
    names: Mapping[str, str]
    leads: Mapping[str, str | None]
    may_record: Collection[str]


def _told(viewer: User, agreements: QuerySet[ValueAgreement], now: datetime) -> list[AgreementTold]:
    listed = list(agreements.select_related("agreed_by"))
    beside = _beside(viewer, listed)
    return [_one(viewer, each, beside, now) for each in listed]


def _beside(viewer: User, listed: Sequence[ValueAgreement]) -> _Beside:
    signatures: defaultdict[UUID, list[AgreementSignature]] = defaultdict(list)
    for signature in (
        access.agreement_signatures(viewer).filter(agreement__in=listed).select_related("user", "stakeholder")
    ):
        signatures[signature.agreement_id].append(signature)
    readings: defaultdict[UUID, list[ValueReading]] = defaultdict(list)
    for reading in (
        access.value_readings(viewer)
        .filter(agreement__in=listed)
        .select_related("author")
        .order_by("-as_of", "-revision")
    ):
        readings[reading.agreement_id].append(reading)
    decided = access.value_verifications(viewer).filter(reading__agreement__in=listed).select_related("verifier")
    seen: defaultdict[UUID, set[str]] = defaultdict(set)
    payees = access.agreement_payees(viewer).filter(agreement__in=listed)
    for key, payee in payees.values_list("agreement_id", "payee"):
        seen[key].add(payee)
    everybody = {payee for found in seen.values() for payee in found}
    accounts = {each.account_id for each in listed}
    writable = access.changeable_accounts(viewer).filter(pk__in=accounts)
    return _Beside(
        standing=standing(listed),
        signatures=signatures,
        readings=readings,
        decided={each.reading_id: each for each in decided},
        seen=seen,
        names=dict(access.people(viewer).filter(pk__in=everybody).values_list("pk", "name")),
        leads=leaders(),
        may_record=set(writable.values_list("pk", flat=True)),
    )


def _one(viewer: User, agreement: ValueAgreement, beside: _Beside, now: datetime) -> AgreementTold:
    today = now.astimezone(UTC).date()
    stands = beside.standing[agreement.pk]
    terms, since, ends_on = stands.terms, stands.since, stands.ends_on
    readings = beside.readings[agreement.pk]
    told = _readings(viewer, readings, stands, beside, today)
    signed = {(each.side, each.role): each for each in beside.signatures[agreement.pk]}
    signers = (
        tuple(Signed(each.side, each.role, signed.get((each.side, each.role))) for each in terms.signers)
        if terms
        else ()
    )
    shown = [each for each in terms.payees if each.payee in beside.seen[agreement.pk]] if terms else []
    return AgreementTold(
        agreement=agreement,
        terms=terms,
        payees=tuple((beside.names.get(each.payee) or each.payee, each) for each in shown),
        hidden_payees=agreement.payees - len(shown),
        signers=signers,
        since=since,
        ends_on=ends_on,
        readings=told,
        counts=next((each.reading for each in told if _is_verified(each.verification)), None),
        due=_due(terms, since, ends_on, {each.as_of for each in readings}, today),
        sign=_may_sign(viewer, stands, signers),
        record=Step(may=_is_missing("customer", signers) and agreement.account_id in beside.may_record),
        read=_may_read(viewer, stands),
    )


def _readings(
    viewer: User, readings: Sequence[ValueReading], stands: Standing, beside: _Beside, today: date
) -> tuple[ReadingTold, ...]:
    newest: dict[date, int] = {}
    for each in readings:
        newest.setdefault(each.as_of, each.pk)
    told = []
    for each in readings:
        verification = beside.decided.get(each.pk)
        state = _state(each, verification, today, is_newest=newest[each.as_of] == each.pk)
        verify = _may_verify(viewer, each, stands.payees, beside.leads) if state == "waits" else _NOT_ITS_DAY
        told.append(ReadingTold(each, state, verification, verify))
    return tuple(told)


def _state(reading: ValueReading, verification: ValueVerification | None, today: date, *, is_newest: bool) -> str:
    if verification is not None:
        return verification.decision
    if not is_newest:
        return "replaced"
    return "waits" if today <= reading.lapses_on else "lapsed"


def _is_verified(verification: ValueVerification | None) -> bool:
    return verification is not None and verification.decision == "verified"


def _due(terms: Terms | None, since: datetime | None, ends_on: date, read: set[date], today: date) -> tuple[date, ...]:
    if terms is None or since is None:
        return ()
    signed_on = since.astimezone(UTC).date()
    last = min(ends_on, today)
    return tuple(day for day in terms.reading_dates if signed_on <= day <= last and day not in read)


def _may_sign(viewer: User, stands: Standing, signers: Iterable[Signed]) -> Step:
    if not _is_missing("ours", signers) or not access.may(viewer, "approve_pay"):
        return _NOT_ITS_DAY
    if viewer.person_id in stands.payees:
        return Step(may=False, why="You are paid by this agreement: somebody else signs it for us.")
    return Step(may=True)


def _may_read(viewer: User, stands: Standing) -> Step:
    if stands.since is None or not access.may(viewer, "measure"):
        return _NOT_ITS_DAY
    if viewer.person_id in stands.payees:
        return Step(may=False, why="You are paid by this agreement: somebody else measures it.")
    return Step(may=True)


def _is_missing(side: str, signers: Iterable[Signed]) -> bool:
    return any(each.side == side and each.signature is None for each in signers)


def _series_by_account(measure: str, account_id: str | None = None) -> dict[str, list[SeriesValue]]:
    only = "" if account_id is None else f" AND account_id = {literal(account_id)}"
    found: defaultdict[str, list[SeriesValue]] = defaultdict(list)
    for account, on, value, unit in _asked(
        f"SELECT account_id, observed_on, CAST(value AS DECIMAL(18, 4)), coalesce(unit, '')"
        f" FROM {PAY_SCHEMA}.{_SERIES} WHERE measure = {literal(measure)}{only} ORDER BY 1, 2"
    ):
        found[account].append(SeriesValue(on, value, unit))
    return found


def _asked(sql: str) -> list[tuple[Any, ...]]:
    """Rows of the newest build; none before the first, nor of one that tells no customers' series."""
    snapshot = served.snapshot()
    if snapshot is None:
        return []
    with opened(snapshot) as mart:
        if not mart.has_table(PAY_SCHEMA, _SERIES):
            return []
        found = mart.query(sql)
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


def _share(part: Decimal, whole: Decimal) -> Fraction:
    return Fraction(part) / Fraction(whole)


def _rounded(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_STEP)
