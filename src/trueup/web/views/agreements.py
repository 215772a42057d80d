"""Agreements on what customers' value is: a customer's, and all that one may see with what they wait for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.pay_words import money, percent, short
from trueup.goals.library import library
from trueup.pay.agreements import Terms
from trueup.pay.signed_terms import NAMES_PAY
from trueup.record import access
from trueup.record.agreements import copy_for_the_customer
from trueup.record.models import Account, User
from trueup.served import agreements as told
from trueup.served.agreements import AgreementTold, ReadingTold
from trueup.served.pay import Step
from trueup.units.money import Money
from trueup.web.asked import viewer
from trueup.web.templatetags.entered import amount, number, share

_WHOLE = 100
_SHORT = Decimal("0.0001")


@dataclass(frozen=True)
class PayeeRow:
    """Somebody who is paid by an agreement, and what of."""

    name: str
    at_target: str
    share: str


@dataclass(frozen=True)
class ReadingRow:
    """A reading in words."""

    told: ReadingTold
    actual: str
    std_error: str
    adjusted: str
    estimate: str
    lower: str
    evidence: str


@dataclass(frozen=True)
class Shown:
    """An agreement in words; ``done`` and ``estimated``: percent of the bar.

    ``is_open``: whether the viewer may read the customer's pages; else ``customer`` is its id. ``is_handed_over``:
    whether the terms name nobody's pay, so that the customer may have them.
    """

    told: AgreementTold
    measure: str
    direction: str
    state: str
    mood: str
    baseline: str
    how: str
    value: str
    committed: str
    band: str
    cap: str
    certainty: str
    doubts: tuple[str, ...]
    payees: tuple[PayeeRow, ...]
    readings: tuple[ReadingRow, ...]
    reads: tuple[tuple[date, str], ...]
    hash: str
    realised: str
    done: int
    estimated: int
    whys: tuple[str, ...]
    customer: str
    is_open: bool
    is_handed_over: bool


@require_GET
def of_customer(request: HttpRequest, account_id: str) -> HttpResponse:
    """A customer's agreements, the last to begin first, with all that is in them."""
    user = viewer(request)
    account = get_object_or_404(access.accounts(user), pk=account_id)
    page = {
        "account": account,
        "agreements": summary(user, account),
        "may_agree": access.may(user, "agree", account),
        "zone": served.settings().zone,
    }
    return render(request, "web/agreements/customer.html", page)


@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """All agreements that the viewer may see: what is due, what waits, what is doubted, and the list."""
    user = viewer(request)
    listed = told.every(user, datetime.now(UTC))
    wanted = {each.agreement.account_id for each in listed}
    names = dict(access.accounts(user).filter(pk__in=wanted).values_list("pk", "name"))
    found = [shown(each, names) for each in listed]
    page = {
        "here": "agreements",
        "rows": found,
        "due": sorted(((day, each) for each in found for day in each.told.due), key=lambda due: due[0]),
        "waiting": [(each, row) for each in found for row in each.readings if row.told.state == "waits"],
        "unsigned": [each for each in found if each.told.missing],
        "doubted": [each for each in found if each.doubts],
        "zone": served.settings().zone,
    }
    return render(request, "web/agreements/every.html", page)


@require_GET
def terms_file(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """The terms to the byte, for the customer to keep and to check the hash by."""
    agreement = get_object_or_404(access.value_agreements(viewer(request)), pk=agreement_id)
    terms = copy_for_the_customer(agreement)
    if terms is None:
        raise Http404
    name = f"agreement-{agreement.pk}.json"
    return HttpResponse(
        terms, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def summary(user: User, account: Account) -> Sequence[Shown]:
    """The account's agreements as its own page tells them."""
    return [shown(each, {account.pk: account.name}) for each in told.of_account(user, account, datetime.now(UTC))]


def called(measure: str) -> str:
    """What people call a measure."""
    known = library().by_key
    return known[measure].name if measure in known else measure


def shown(of: AgreementTold, names: Mapping[str, str]) -> Shown:
    """An agreement in words; ``names``: of the customers that the viewer may read."""
    agreement, terms = of.agreement, of.terms
    state, mood = _state(of)
    committed = money(Money.of(agreement.committed, agreement.currency))
    return Shown(
        told=of,
        measure=called(agreement.measure),
        direction="up" if agreement.direction == "increase" else "down",
        state=state,
        mood=mood,
        baseline=amount(agreement.baseline, agreement.unit),
        how=_how(terms) if terms else "",
        value=_value(terms) if terms else "",
        committed=committed,
        band=money(terms.band) if terms and terms.band else "",
        cap=money(terms.cap) if terms and terms.cap else "",
        certainty=_certainty(terms) if terms else "",
        doubts=tuple(agreement.doubts.splitlines()),
        payees=tuple(PayeeRow(name, money(each.at_target), share(_decimal(each.share))) for name, each in of.payees),
        readings=tuple(_reading(of, each) for each in of.readings),
        reads=tuple((day, _day_state(of, day)) for day in terms.reading_dates) if terms else (),
        hash=short(agreement.content_hash),
        realised=_realised(of, committed),
        done=_bar(of.share),
        estimated=_bar(of.estimated_share),
        whys=tuple(dict.fromkeys(step.why for step in _steps(of) if step.why)),
        customer=names.get(agreement.account_id) or agreement.account_id,
        is_open=agreement.account_id in names,
        is_handed_over=agreement.algorithm != NAMES_PAY,
    )


def baseline_told(terms: Terms) -> str:
    """A baseline with its unit."""
    return amount(terms.baseline.value, terms.unit)


def _steps(of: AgreementTold) -> Sequence[Step]:
    return [of.sign, of.record, of.read, *(each.verify for each in of.readings)]


def _state(of: AgreementTold) -> tuple[str, str]:
    """Where an agreement stands, and whether that is good or bad."""
    if of.terms is None:
        return "not what was signed", "worse"
    if of.since is None:
        return "not signed yet", ""
    if of.ends_on < served.today():
        return "over", ""
    return "in force", "better"


def _how(terms: Terms) -> str:
    before = terms.baseline
    return (
        f"The {before.statistic} of {before.months} months from {before.first:%B %Y} to {before.last:%B %Y},"
        f" of their own series (SHA-256 {short(before.digest)})."
    )


def _value(terms: Terms) -> str:
    unit = {"": "a unit", "percent": "a percentage point"}.get(terms.unit, f"a unit ({terms.unit})")
    per = "a month" if terms.per == "month" else "in the term"
    return f"{money(terms.value_per_unit)} for {unit} {'more' if terms.direction == 'increase' else 'less'}, {per}"


def _certainty(terms: Terms) -> str:
    return f"{terms.confidence}: {number(terms.quantile)} standard errors off the estimate"


def _day_state(of: AgreementTold, day: date) -> str:
    read = next((each for each in of.readings if each.reading.as_of == day), None)
    if read is not None:
        return _STATES[read.state]
    if day in of.due:
        return "due"
    return "ahead" if day > served.today() else "not read"


_STATES = {
    "verified": "verified",
    "refused": "refused",
    "waits": "waits for verification",
    "lapsed": "lapsed",
    "replaced": "replaced by a revision",
}


def _reading(of: AgreementTold, each: ReadingTold) -> ReadingRow:
    reading, agreement = each.reading, of.agreement
    return ReadingRow(
        told=each,
        actual=amount(reading.actual, agreement.unit),
        std_error=amount(reading.std_error, agreement.unit),
        adjusted=amount(reading.adjusted.quantize(_SHORT), agreement.unit) if reading.adjusted else "",
        estimate=_money(reading.estimate, agreement.currency),
        lower=_money(reading.lower, agreement.currency),
        evidence=short(reading.evidence_sha256),
    )


def _realised(of: AgreementTold, committed: str) -> str:
    if of.counts is None:
        return f"Nothing is verified yet of {committed}."
    certain = _money(of.counts.lower, of.agreement.currency)
    return f"{certain} certain and verified of {committed}: {percent(of.share)}."


def _money(value: Decimal, currency: str) -> str:
    return money(Money.of(value, currency).round())


def _bar(part: Fraction) -> int:
    return max(0, min(_WHOLE, round(part * _WHOLE)))


def _decimal(part: Fraction) -> Decimal:
    return Decimal(part.numerator) / Decimal(part.denominator)
