"""What else moved a customer's measures: proposed by its team, approved or refused by somebody else."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from trueup import served
from trueup.record import access
from trueup.record.actions.adjustments import (
    AdjustmentFacts,
    change_adjustment,
    decidable,
    decide_adjustment,
    newest_version,
    propose_adjustment,
    withdraw_adjustment,
)
from trueup.record.models import Account, Adjustment, User
from trueup.record.refusal import Refused
from trueup.web.templatetags.entered import number
from trueup.web.views.entries.binding import bindable
from trueup.web.views.entries.fields import DayField, NumberField
from trueup.web.views.entries.forms import REASON, EntryForm, choice, text
from trueup.web.views.entries.rights import account_for, changeable, seen, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, customer, fill_in, history, remove
from trueup.web.views.entries.stakeholders import Deletion

HEADING = "What else moved their measures"
_KINDS = [
    ("change_of_level", "its level: it lies higher or lower"),
    ("change_of_definition", "its definition: it is counted in another way"),
]


class AdjustmentForm(EntryForm):
    """What the customer itself changed, and what that did to one of its measures."""

    beside = (("measure", "other"), ("kind", "amount"), ("starts_on", "ends_on"), ("evidence", "evidence_link"))

    measure = choice("Which of their measures", [])
    other = text("or one that is not listed", "as they or their systems call it")
    kind = choice("What changed", _KINDS, initial="change_of_level")
    amount = NumberField(
        label="By how much",
        required=False,
        help_text="only the number, in the measure's unit; -2.5 where it fell. Empty for another definition.",
    )
    starts_on = DayField(label="From")
    ends_on = DayField(label="To, and including", required=False, help_text="Empty: it lasts.")
    reason = text("What happened", "such as: they moved into a second warehouse", long=True)
    evidence = text("Evidence", "who said or showed it, and how")
    evidence_link = text("Link to it", "https://…")

    def __init__(self, *arguments: Any, measures: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["measure"].choices = [("", "choose one"), *measures]  # type: ignore[attr-defined]  # a ChoiceField

    def facts(self) -> AdjustmentFacts:
        """What the action takes; Refused where two measures are named."""
        told = dict(self.cleaned_data)
        other = told.pop("other")
        if other and told["measure"]:
            raise Refused("Two measures are named.", field="other", cure="Choose one, or name another one.")
        told["measure"] = told["measure"] or other
        told["kind"] = told["kind"] or "change_of_level"
        return cast("AdjustmentFacts", told)


class DecisionForm(EntryForm):
    """Why it counts or does not; ``seen``: the version that is decided."""

    reason = text("Reason", REASON)
    seen = forms.IntegerField(widget=forms.HiddenInput())


@require_GET
def show(request: HttpRequest, account_id: str) -> HttpResponse:
    """All that was proposed at a customer, the newest change first, and what became of it."""
    user = viewer(request)
    account = get_object_or_404(access.accounts(user), pk=account_id)
    found = list(
        access.adjustments(user)
        .filter(account=account)
        .select_related("proposed_by", "decided_by")
        .order_by("-starts_on", "measure", "pk")
    )
    units = dict(access.goals(user).filter(account=account).values_list("measure", "unit"))
    page = {
        "account": account,
        "heading": HEADING,
        "back": customer(account_id),
        "rows": [(each, units.get(each.measure, "")) for each in found],
        "decidable": decidable(user, found),
        "may_change": access.may(user, "change", account),
        "zone": served.settings().zone,
    }
    return render(request, "web/entries/adjustments.html", page)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, account_id: str) -> HttpResponse:
    """Propose an adjustment."""
    account, user = account_for(request, account_id), viewer(request)
    form = AdjustmentForm(typed_in(request), measures=_measures(user, account))
    sheet = Sheet(
        HEADING,
        listed(account_id),
        account,
        lede="What the customer itself changed, so that it passes neither for our doing nor for our failing. It counts"
        " once somebody else approves it.",
        button="Propose it",
    )
    return fill_in(
        request,
        form,
        sheet,
        lambda: propose_adjustment(user, account, at=datetime.now(UTC), **form.facts()),
        says="Proposed.",
    )


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, adjustment_id: UUID) -> HttpResponse:
    """Change what is proposed."""
    adjustment, user = changeable(request, access.adjustments, adjustment_id), viewer(request)
    kept = {name: getattr(adjustment, name) for name in AdjustmentForm.base_fields if name != "other"}
    offered = _measures(user, adjustment.account)
    if adjustment.measure not in dict(offered):
        offered.append((adjustment.measure, adjustment.measure))
    form = AdjustmentForm(typed_in(request), initial=kept, measures=offered)
    others = (
        ("Withdraw it", reverse("adjustment_withdraw", args=[adjustment.pk])),
        ("Its history", history("adjustment", adjustment.pk)),
    )
    return fill_in(
        request,
        form,
        Sheet(_titled(adjustment), listed(adjustment.account_id), adjustment.account, others=others),
        lambda: change_adjustment(user, adjustment, at=datetime.now(UTC), **form.facts()),
        says="Saved.",
    )


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, adjustment_id: UUID) -> HttpResponse:
    """Delete what was proposed and should not be decided."""
    adjustment, user = changeable(request, access.adjustments, adjustment_id), viewer(request)
    form = Deletion(typed_in(request))
    return remove(
        request,
        form,
        Sheet(f"Withdraw {_titled(adjustment)}?", listed(adjustment.account_id), adjustment.account),
        lambda: withdraw_adjustment(user, adjustment, at=datetime.now(UTC), **form.cleaned_data),
        says="It was withdrawn.",
        history=history("adjustment", adjustment.pk),
    )


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, adjustment_id: UUID) -> HttpResponse:
    """Say that it counts."""
    return _decide(request, adjustment_id, approve=True)


@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, adjustment_id: UUID) -> HttpResponse:
    """Say that it does not count, and why."""
    return _decide(request, adjustment_id, approve=False)


def listed(account_id: str) -> str:
    """The page that lists a customer's adjustments."""
    return reverse("adjustments", args=[account_id])


def _decide(request: HttpRequest, adjustment_id: UUID, *, approve: bool) -> HttpResponse:
    adjustment, user = seen(request, access.adjustments, adjustment_id), viewer(request)
    if adjustment.pk not in decidable(user, [adjustment]):
        raise Http404
    form = DecisionForm(typed_in(request), initial={"seen": newest_version(adjustment)})
    verb = "Approve" if approve else "Refuse"
    sheet = Sheet(
        f"{verb} {_titled(adjustment)}?",
        listed(adjustment.account_id),
        adjustment.account,
        lede=f"{_told(adjustment)} Once it is decided, it stays as it is.",
        button=verb,
        is_grave=True,
        others=(("Its history", history("adjustment", adjustment.pk)),),
    )
    return fill_in(
        request,
        form,
        sheet,
        lambda: decide_adjustment(user, adjustment, approve=approve, at=datetime.now(UTC), **form.cleaned_data),
        says="Approved. It counts from the next build on." if approve else "Refused.",
    )


def _measures(user: User, account: Account) -> list[tuple[str, str]]:
    """The account's measures: those of its business goals, then others that its systems deliver."""
    goals = access.goals(user).filter(account=account, kind="business").exclude(measure="").order_by("measure", "pk")
    of_goals = {goal.measure: f"{goal.measure} ({goal.unit})" if goal.unit else goal.measure for goal in goals}
    bound = {goal.bound_to.removeprefix("series:") for goal in goals}
    of_data = [(name, label) for name, label in bindable(account.pk).series if name not in bound | of_goals.keys()]
    return [*of_goals.items(), *of_data]


def _titled(adjustment: Adjustment) -> str:
    return f"{adjustment.measure}, from {adjustment.starts_on:%-d %B %Y}"


def _told(adjustment: Adjustment) -> str:
    """An adjustment in words, for who decides it."""
    until = f" to {adjustment.ends_on:%-d %B %Y}" if adjustment.ends_on else " on"
    when = f"from {adjustment.starts_on:%-d %B %Y}{until}"
    what = (
        f"Counted in another way {when}."
        if adjustment.amount is None
        else f"{'Higher' if adjustment.amount > 0 else 'Lower'} by {number(abs(adjustment.amount))} {when}."
    )
    evidence = " ".join(part for part in (adjustment.evidence, adjustment.evidence_link) if part)
    return f"{what} {adjustment.proposed_by} says: “{adjustment.reason}” Evidence: {evidence}."
