"""What is done about an agreement: it is signed by both sides, read on its days, and what was read is verified."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from trueup import served
from trueup.answers.pay_words import money, short
from trueup.pay.agreements import Terms
from trueup.record import access
from trueup.record.actions.agreements import (
    read_value,
    record_customers_signature,
    sign_for_us,
    verify_value,
)
from trueup.record.models import ValueReading
from trueup.record.models.agreements import VALUE_DECISIONS
from trueup.record.refusal import Refused
from trueup.served import agreements as told
from trueup.served.agreements import AgreementTold
from trueup.units.money import Money
from trueup.web.asked import viewer
from trueup.web.templatetags.entered import amount, number
from trueup.web.views.agreements import baseline_told, called
from trueup.web.views.entries.choices import OneOf
from trueup.web.views.entries.fields import DayField, NumberField
from trueup.web.views.entries.forms import MISSING, EntryForm, choice, text
from trueup.web.views.entries.rights import typed_in
from trueup.web.views.entries.sheets import Sheet, fill_in

_DECISIONS = [("", "choose one"), ("verified", "It is right"), ("refused", "It is not right")]


class DayInAddress:
    """A path converter: days as 2026-09-30."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The day that an address names; no page for what is none."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """The day as it stands in an address."""
        return str(value)


class OurSignature(EntryForm):
    """As what one signs, and which terms."""

    role = choice("You sign as", [])
    content_hash = forms.CharField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *arguments: Any, roles: Sequence[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["role"].choices = [(role, role) for role in roles]  # type: ignore[attr-defined]  # a ChoiceField


class TheirSignature(OurSignature):
    """Who signed for the customer, and when."""

    stakeholder = OneOf("Who signed", none="somebody else")
    name = text("or their name", "where they are none of the customer's people here")
    signed_on = DayField(label="On")
    field_order = ("role", "stakeholder", "name", "signed_on")
    beside = (("stakeholder", "name"),)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["role"].label = "They signed as"


class ReadingForm(EntryForm):
    """What the measure was over the term to a day."""

    actual = NumberField(
        label="What it was", help_text="the measure's mean over the term to this day", error_messages=MISSING
    )
    std_error = NumberField(
        label="Standard error", help_text="how far the improvement may be off", error_messages=MISSING
    )
    method = text("How it was measured", long=True)
    evidence_sha256 = text("SHA-256 of the extract", "64 characters; sha256sum prints them")
    evidence_link = text("or a link to it", "https://…")
    beside = (("actual", "std_error"), ("evidence_sha256", "evidence_link"))


class VerificationForm(EntryForm):
    """Whether a reading is right, by which evidence."""

    decision = choice("What you say to it", _DECISIONS)
    evidence_hash = text("SHA-256 of the evidence that you saw", "Reckon it yourself from the file: 64 characters.")
    relation_to_payees = text("How you stand to those who are paid by it", "such as: none")


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Sign the terms for us."""
    user, found = viewer(request), _found(request, agreement_id)
    if not found.sign.may:
        raise Http404
    agreement = found.agreement
    form = OurSignature(
        typed_in(request), initial={"content_hash": agreement.content_hash}, roles=_roles(found, "ours")
    )
    sheet = Sheet(
        "Sign this agreement for us?",
        listed(agreement.account_id),
        agreement.account,
        lede=f"{_terms_told(found.terms)}{_pay_told(found)} You sign the hash {short(agreement.content_hash)},"
        " which covers the terms and the pay. It is not undone.",
        button="Sign",
        is_grave=True,
    )
    return fill_in(
        request,
        form,
        sheet,
        lambda: sign_for_us(user, agreement, at=datetime.now(UTC), **form.cleaned_data),
        says="Signed for us.",
    )


@require_http_methods(["GET", "POST"])
def signed(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Record that the customer signed."""
    user, found = viewer(request), _found(request, agreement_id)
    if not found.record.may:
        raise Http404
    agreement = found.agreement
    form = TheirSignature(
        typed_in(request),
        initial={"content_hash": agreement.content_hash, "signed_on": served.today()},
        roles=_roles(found, "customer"),
    )
    form.offer(
        "stakeholder", access.stakeholders(user).filter(account=agreement.account_id, erased_at=None).order_by("name")
    )
    sheet = Sheet(
        "Record the customer’s signature",
        listed(agreement.account_id),
        agreement.account,
        lede=f"{_terms_told(found.terms)} What they signed has the hash {short(agreement.content_hash)}.",
        button="Record it",
        is_grave=True,
    )

    def write() -> object:
        now = datetime.now(UTC)
        said = dict(form.cleaned_data)
        moment = datetime.combine(said.pop("signed_on"), time(12), tzinfo=ZoneInfo(served.settings().zone))
        # Somebody who signed today did so before it was recorded.
        at = min(moment, now) if moment.date() <= served.today() else moment
        return record_customers_signature(user, agreement, signed_at=at, at=now, **said)

    return fill_in(request, form, sheet, write, says="Recorded.")


@require_http_methods(["GET", "POST"])
def read(request: HttpRequest, agreement_id: UUID, as_of: date) -> HttpResponse:
    """Say what the measure was over the term to one of the days agreed on; once more, it is a revision."""
    user, found = viewer(request), _found(request, agreement_id)
    terms = found.terms
    if not found.read.may or terms is None or as_of not in terms.reading_dates:
        raise Http404
    agreement = found.agreement
    form = ReadingForm(typed_in(request), initial=_suggested(terms, as_of))
    is_again = any(each.reading.as_of == as_of for each in found.readings)
    sheet = Sheet(
        f"{called(terms.measure)} to {as_of:%-d %B %Y}",
        listed(agreement.account_id),
        agreement.account,
        lede=f"Baseline: {baseline_told(terms)}. Give the mean over the term, from {terms.starts_on:%-d %B %Y} on."
        + (" It was read already: this is a revision, which has to be verified anew." if is_again else ""),
        button="Revise the reading" if is_again else "Read it",
    )
    return fill_in(
        request,
        form,
        sheet,
        lambda: read_value(user, agreement, as_of=as_of, at=datetime.now(UTC), **form.cleaned_data),
        says="Read. It counts once somebody unrelated verified it.",
    )


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, number: int) -> HttpResponse:
    """Say whether a reading is right."""
    user = viewer(request)
    reading = get_object_or_404(access.value_readings(user).select_related("agreement__account", "author"), pk=number)
    found = _found(request, reading.agreement_id)
    mine = next((each for each in found.readings if each.reading.pk == number), None)
    if mine is None or mine.state != "waits" or not mine.verify.may:
        raise Http404
    form = VerificationForm(typed_in(request))
    sheet = Sheet(
        f"Is {called(reading.agreement.measure)} to {reading.as_of:%-d %B %Y} right?",
        listed(reading.agreement.account_id),
        reading.agreement.account,
        lede=_reading_told(reading),
        button="Decide",
        is_grave=True,
    )

    def write() -> object:
        said = dict(form.cleaned_data)
        chosen = said.pop("decision")
        decision = next((each for each in VALUE_DECISIONS if each == chosen), None)
        if decision is None:
            raise Refused("Nothing is chosen.", field="decision", cure="Say whether it is right.")
        return verify_value(user, reading, decision=decision, at=datetime.now(UTC), **said)

    return fill_in(request, form, sheet, write, says="Decided.")


def listed(account_id: str) -> str:
    """The page that lists a customer's agreements."""
    return reverse("agreements", args=[account_id])


def _found(request: HttpRequest, agreement_id: UUID) -> AgreementTold:
    found = told.one(viewer(request), agreement_id, datetime.now(UTC))
    if found is None:
        raise Http404
    return found


def _roles(of: AgreementTold, side: str) -> list[str]:
    return [each.role for each in of.missing if each.side == side]


def _terms_told(terms: Terms | None) -> str:
    if terms is None:
        return ""
    return (
        f"{called(terms.measure)}: {money(terms.committed)} committed from {terms.starts_on:%-d %B %Y} to"
        f" {terms.ends_on:%-d %B %Y}, from a baseline of {baseline_told(terms)}."
    )


def _pay_told(of: AgreementTold) -> str:
    """Whom it pays how much, as far as the viewer may see it."""
    paid = [f"{name} {money(each.at_target)}" for name, each in of.payees]
    if of.hidden_payees:
        paid.append(f"{of.hidden_payees} whose pay you may not see")
    return f" It pays at target: {', '.join(paid)}." if paid else ""


def _suggested(terms: Terms, as_of: date) -> dict[str, object]:
    """What the customer's own series says, to begin with."""
    found = told.suggested(terms, as_of)
    if found is None:
        return {}
    return {
        "actual": found.mean,
        "std_error": found.std_error,
        "method": f"Mean of the {found.values} values of their series within the term, standard error of that mean.",
    }


def _reading_told(reading: ValueReading) -> str:
    agreement = reading.agreement
    evidence = " ".join(
        part
        for part in (
            f"SHA-256 {reading.evidence_sha256}" if reading.evidence_sha256 else "",
            reading.evidence_link,
        )
        if part
    )
    return (
        f"{reading.author} read {amount(reading.actual, agreement.unit)} with a standard error of"
        f" {number(reading.std_error)}: {_money(reading.estimate, agreement.currency)} estimated,"
        f" {_money(reading.lower, agreement.currency)} certain. “{reading.method}” Evidence: {evidence}."
        " Once it is decided, it stays as it is."
    )


def _money(value: Decimal, currency: str) -> str:
    return money(Money.of(value, currency).round())
