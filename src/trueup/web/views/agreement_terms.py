"""Agreeing on value: first the baseline, computed from the customer's own series, then what is agreed on beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from trueup import served
from trueup.answers.pay_words import short
from trueup.goals.library import library
from trueup.pay.agreements import PayeeShare, Per, Signer, measure_key
from trueup.pay.baseline import Direction, NoBaseline, Statistic
from trueup.record import access
from trueup.record.actions.agreements import AgreedOn, agree
from trueup.record.agreements import agreements_of
from trueup.record.models import Account, User, ValueAgreement
from trueup.record.refusal import Refused
from trueup.served import agreements as told
from trueup.served.agreements import Before
from trueup.units.money import InvalidAmount, Money, UnknownCurrency
from trueup.units.period import PeriodKind, periods_between
from trueup.web.asked import viewer
from trueup.web.templatetags.entered import amount
from trueup.web.views.agreement_deeds import listed
from trueup.web.views.agreements import called
from trueup.web.views.entries.choices import OneOf
from trueup.web.views.entries.fields import CodeField, DayField, NumberField, ShareField
from trueup.web.views.entries.forms import MISSING, EntryForm, choice, text
from trueup.web.views.entries.rights import account_for, typed_in
from trueup.web.views.entries.sheets import carried_out

_LOOKBACK = 12
_A_YEAR = timedelta(days=364)
_LAPSES = 90
_PLACES = (1, 2, 3)
_CERTAINTIES = {
    "0.8416": "one-sided, 80 %",
    "0.6745": "one-sided, 75 %",
    "1.2816": "one-sided, 90 %",
    "1.6449": "one-sided, 95 %",
    "0": "as estimated, 50 %",
}
_VERIFIER = "an analyst who neither is paid by it nor measured it"


@dataclass(frozen=True)
class Asked:
    """Of which measure a baseline is asked for, and how it is computed."""

    measure: str
    direction: Direction
    lookback_months: int
    statistic: Statistic


class BaselineForm(EntryForm):
    """Which measure, and how its baseline is computed."""

    beside = (("measure", "direction"), ("lookback_months", "statistic"))

    measure = choice("Which of their measures", [])
    direction = choice(
        "Which way is value", [("", "the way that is better for it"), ("increase", "up"), ("decrease", "down")]
    )
    lookback_months = forms.IntegerField(
        label="Months to look back on",
        min_value=1,
        max_value=120,
        help_text="Those before this month; two thirds of them must have values.",
        error_messages={"required": "This is missing. Fill it in.", "invalid": "This is no whole number. Write 12."},
    )
    statistic = choice("Statistic", [("median", "median"), ("mean", "mean")], initial="median")

    def __init__(self, *arguments: Any, measures: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["measure"].choices = [("", "choose one"), *measures]  # type: ignore[attr-defined]  # a ChoiceField

    def asked(self) -> Asked:
        """What is asked for; Refused where it is not said whether more or less is better."""
        chosen = self.cleaned_data
        if not chosen["measure"]:
            raise Refused("A measure is missing.", field="measure", cure="Say which of theirs is agreed on.")
        known = library().by_key.get(chosen["measure"])
        direction = chosen["direction"] or (known.direction if known else "")
        if direction not in {"increase", "decrease"}:
            raise Refused("Nobody knows which way is better.", field="direction", cure="Choose up or down.")
        return Asked(
            chosen["measure"],
            cast("Direction", direction),
            chosen["lookback_months"],
            "mean" if chosen["statistic"] == "mean" else "median",
        )


def _named(each: ValueAgreement) -> str:
    return f"the one from {each.starts_on:%-d %B %Y} to {each.ends_on:%-d %B %Y}"


class TermsForm(EntryForm):
    """What is agreed on beside the baseline; ``seen``: the digest of the values it was computed from."""

    beside = (
        ("value_per_unit", "per", "currency"),
        ("committed", "band"),
        ("starts_on", "ends_on"),
        ("payee_1", "at_target_1", "share_1"),
        ("payee_2", "at_target_2", "share_2"),
        ("payee_3", "at_target_3", "share_3"),
        ("signer_ours", "signer_customer"),
        ("cap", "verify_within_days"),
    )
    more: ClassVar[Sequence[str]] = (
        *(f"{name}_{place}" for place in (2, 3) for name in ("payee", "at_target", "share")),
        *("cap", "verify_within_days"),
    )

    definition = text("How it is computed", "its formula, and from which system", long=True)
    value_per_unit = NumberField(label="A unit of it is worth", error_messages=MISSING)
    per = choice("per", [("month", "complete month"), ("term", "term")], initial="month")
    currency = CodeField(label="Currency", max_length=3, error_messages=MISSING)
    committed = NumberField(label="Committed", help_text="value over the whole term", error_messages=MISSING)
    band = NumberField(label="Band", help_text="value that is noise; 0 for none", error_messages=MISSING)
    starts_on = DayField(label="From")
    ends_on = DayField(label="To, and including")
    reading_dates = text(
        "Days on which it is read", "such as 2027-03-31 2027-06-30. Empty: the quarters’ ends, and the last day."
    )
    quantile = choice(
        "How certain value has to be",
        list(_CERTAINTIES.items()),
        "A reading counts at the end that is certain so far: the more, the more careful.",
    )
    payee_1 = OneOf("Who is paid by it", none="nobody")
    at_target_1 = NumberField(label="At target", required=False)
    share_1 = ShareField(label="Share of the value", required=False)
    payee_2 = OneOf("And who else", none="nobody")
    at_target_2 = NumberField(label="At target", required=False)
    share_2 = ShareField(label="Share of the value", required=False)
    payee_3 = OneOf("And who else", none="nobody")
    at_target_3 = NumberField(label="At target", required=False)
    share_3 = ShareField(label="Share of the value", required=False)
    verifier = text("Who verifies readings")
    signer_ours = text("Who signs for us", "a role, no name; several with ; between")
    signer_customer = text("Who signs for the customer", "a role, no name; several with ; between")
    supersedes = OneOf("It supersedes", none="none: it is new", named=_named)
    cap = NumberField(label="Cap", required=False, help_text="value beyond which nothing counts; empty for none")
    verify_within_days = forms.IntegerField(
        label="Days to verify a reading", min_value=0, error_messages={"required": "This is missing. Fill it in."}
    )
    seen = forms.CharField(widget=forms.HiddenInput(), required=False)

    def refuse(self, refused: Refused) -> None:
        """As any form; what is said of all payees stands beside the first."""
        if refused.field == "payees":
            self.add_error("payee_1", str(refused))
        else:
            super().refuse(refused)

    def agreed(self, asked: Asked) -> AgreedOn:
        """What the action takes; Refused where something cannot be understood."""
        typed = self.cleaned_data
        return {
            "measure": asked.measure,
            "direction": asked.direction,
            "definition": typed["definition"],
            "value_per_unit": self._money("value_per_unit"),
            "per": cast("Per", typed["per"] or "month"),
            "committed": self._money("committed"),
            "band": self._money("band"),
            "payees": tuple(self._payee(place) for place in _PLACES if typed[f"payee_{place}"] is not None),
            "starts_on": typed["starts_on"],
            "ends_on": typed["ends_on"],
            "quantile": Decimal(typed["quantile"] or next(iter(_CERTAINTIES))),
            "confidence": _CERTAINTIES[typed["quantile"] or next(iter(_CERTAINTIES))],
            "reading_dates": _days(typed["reading_dates"]) or quarters_ends(typed["starts_on"], typed["ends_on"]),
            "verifier": typed["verifier"],
            "signers": (
                *(Signer("ours", role) for role in _roles(typed["signer_ours"])),
                *(Signer("customer", role) for role in _roles(typed["signer_customer"])),
            ),
            "cap": self._money("cap") if typed["cap"] is not None else None,
            "verify_within_days": typed["verify_within_days"],
        }

    def _payee(self, place: int) -> PayeeShare:
        typed = self.cleaned_data
        for name in ("at_target", "share"):
            if typed[f"{name}_{place}"] is None:
                raise Refused("This is missing.", field=f"{name}_{place}", cure="Fill it in.")
        share = Fraction(typed[f"share_{place}"])
        return PayeeShare(typed[f"payee_{place}"].pk, self._money(f"at_target_{place}"), share)

    def _money(self, name: str) -> Money:
        try:
            return Money.of(self.cleaned_data[name], self.cleaned_data["currency"])
        except UnknownCurrency as error:
            raise Refused(f"{error}.", field="currency") from error
        except InvalidAmount as error:
            raise Refused(f"{error}.", field=name) from error


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, account_id: str) -> HttpResponse:
    """Show the baseline that would be locked, then take what is agreed on beside it."""
    account, user = account_for(request, account_id, "agree"), viewer(request)
    measures = [
        (each.name, f"{called(each.name)} ({each.unit})" if each.unit else called(each.name))
        for each in told.measures(account.pk)
    ]
    chosen = BaselineForm(
        request.GET if "measure" in request.GET else None,
        measures=measures,
        initial={"lookback_months": _LOOKBACK, "statistic": "median"},
    )
    page: dict[str, object] = {"account": account, "chosen": chosen, "measures": measures, "back": listed(account.pk)}
    found = _before(chosen, account) if chosen.is_bound else None
    if found is None:
        chosen.point_at_first()
        return render(request, "web/agreements/new.html", page, status=422 if chosen.is_bound else 200)
    asked, before = found
    form = TermsForm(typed_in(request), initial=_initial(account, before))
    _offer(form, user, account, asked)
    if request.method == "POST" and carried_out(form, lambda: _agree(user, account, asked, before, form)):
        messages.success(request, "Agreed on, and its baseline locked. It is in force once both sides signed.")
        return redirect(listed(account.pk))
    if form.is_bound:
        form.point_at_first()
    page |= {"form": form, "before": before, **_told(asked, before)}
    return render(request, "web/agreements/new.html", page, status=422 if form.is_bound else 200)


def quarters_ends(starts_on: date, ends_on: date) -> tuple[date, ...]:
    """The last days of the quarters that end within a term, and the term's own."""
    if ends_on < starts_on:
        return ()
    ends = {quarter.last for quarter in periods_between(starts_on, ends_on, PeriodKind.QUARTER)}
    return tuple(sorted({day for day in ends if day <= ends_on} | {ends_on}))


def _before(chosen: BaselineForm, account: Account) -> tuple[Asked, Before] | None:
    """What is asked for and its baseline; None where the form now says what is wrong."""
    if not chosen.is_valid():
        return None
    try:
        asked = chosen.asked()
        found = told.before(
            account.pk,
            asked.measure,
            on=_today(),
            lookback_months=asked.lookback_months,
            statistic=asked.statistic,
            direction=asked.direction,
        )
    except Refused as refused:
        chosen.refuse(refused)
        return None
    except NoBaseline as error:
        chosen.add_error("lookback_months", f"There is no baseline: {error}.")
        return None
    return asked, found


def _agree(user: User, account: Account, asked: Asked, before: Before, form: TermsForm) -> ValueAgreement:
    if form.cleaned_data["seen"] != before.baseline.digest:
        raise Refused("Their series has changed meanwhile.", cure="Look at the baseline above, and agree again.")
    return agree(
        user,
        account,
        at=datetime.now(UTC),
        series=told.series(account.pk, asked.measure),
        lookback_months=asked.lookback_months,
        statistic=asked.statistic,
        peers=told.peers(
            account.pk,
            asked.measure,
            before.baseline.unit,
            on=_today(),
            lookback_months=asked.lookback_months,
            statistic=asked.statistic,
        ),
        supersedes=form.cleaned_data.get("supersedes"),
        **form.agreed(asked),
    )


def _told(asked: Asked, before: Before) -> dict[str, object]:
    """The baseline in words."""
    found = before.baseline
    return {
        "measure": called(asked.measure),
        "direction": "up" if asked.direction == "increase" else "down",
        "value": amount(found.value, found.unit),
        "how": f"The {found.statistic} of {found.months} months with values, from {found.first:%B %Y} to"
        f" {found.last:%B %Y}.",
        "digest": short(found.digest),
    }


def _initial(account: Account, before: Before) -> dict[str, object]:
    today = _today()
    return {
        "seen": before.baseline.digest,
        "currency": served.settings().currency,
        "band": Decimal(0),
        "starts_on": today,
        "ends_on": today + _A_YEAR,
        "payee_1": account.success_owner_id or account.owner_id,
        "share_1": Decimal(1),
        "verifier": _VERIFIER,
        "verify_within_days": _LAPSES,
    }


def _offer(form: TermsForm, user: User, account: Account, asked: Asked) -> None:
    people = access.people(user).order_by("name")
    for place in _PLACES:
        form.offer(f"payee_{place}", people)
    taken = access.value_agreements(user).exclude(supersedes=None).values("supersedes")
    older = agreements_of(user, account).filter(measure_key=measure_key(asked.measure)).exclude(pk__in=taken)
    if older.exists():
        form.offer("supersedes", older)
    else:
        form.fields.pop("supersedes")


def _days(typed: str) -> tuple[date, ...]:
    try:
        return tuple(date.fromisoformat(day) for day in re.split(r"[\s,;]+", typed.strip()) if day)
    except ValueError as error:
        raise Refused(
            "Not all of these are days.", field="reading_dates", cure="Write each as 2027-06-30, with spaces between."
        ) from error


def _roles(typed: str) -> list[str]:
    return [role.strip() for role in typed.split(";") if role.strip()]


def _today() -> date:
    """The day that the record counts by."""
    return datetime.now(UTC).date()
