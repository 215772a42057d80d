"""People at customers: who they are, what part they have, to whom they report."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from trueup import served
from trueup.record import access
from trueup.record.actions.stakeholders import (
    StakeholderFacts,
    change_stakeholder,
    record_stakeholder,
    remove_stakeholder,
)
from trueup.record.models import Account, Stakeholder, User
from trueup.record.models.stakeholders import MOST_INFLUENCE, ROLES_IN_DECISIONS
from trueup.record.scorecard import lines_of
from trueup.web.views.entries.choices import OneOf
from trueup.web.views.entries.contacts import contact
from trueup.web.views.entries.fields import DayField
from trueup.web.views.entries.forms import REASON, EntryForm, choice, text
from trueup.web.views.entries.rights import account_for, changeable, seen, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, customer, fill_in, history, remove

_ROLES = [(role, role.replace("_", " ")) for role in ROLES_IN_DECISIONS]
_INFLUENCE = [("", "not known"), *((str(n), str(n)) for n in range(1, MOST_INFLUENCE + 1))]


def told(stakeholder: Stakeholder) -> str:
    """A stakeholder as lists have them."""
    return ", ".join(part for part in (stakeholder.name, stakeholder.title) if part)


class StakeholderForm(EntryForm):
    """Who somebody at a customer is."""

    beside = (
        ("name", "title"),
        ("email", "department"),
        ("role_in_decisions", "influence"),
        ("reports_to", "departed_on"),
    )

    name = text("Name", "such as Carla Jensen")
    title = text("Title", "such as VP Finance; it decides what to ask them")
    email = text("Mail address")
    department = text("Department", "such as Finance")
    role_in_decisions = choice("Part in decisions", _ROLES, initial="unknown")
    influence = choice("Influence", _INFLUENCE, "5: their word decides")
    reports_to = OneOf("Reports to", none="nobody here, or not known", named=told)
    departed_on = DayField(label="Left the company on", required=False)
    contact_id = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *arguments: Any, colleagues: QuerySet[Stakeholder], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.offer("reports_to", colleagues)

    def facts(self) -> StakeholderFacts:
        """What the action takes."""
        told_facts = dict(self.cleaned_data)
        told_facts["influence"] = int(told_facts["influence"]) if told_facts["influence"] else None
        told_facts["role_in_decisions"] = told_facts["role_in_decisions"] or "unknown"
        return cast("StakeholderFacts", told_facts)


class Deletion(EntryForm):
    """Why something is deleted."""

    reason = text("Reason", REASON)


def colleagues_at(user: User, account: Account) -> QuerySet[Stakeholder]:
    """Everybody at a customer, by name."""
    return access.stakeholders(user).filter(account=account, erased_at__isnull=True).order_by("name", "pk")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, account_id: str) -> HttpResponse:
    """Somebody at a customer."""
    account, user = account_for(request, account_id), viewer(request)
    known = contact(user, account, request.GET.get("contact", ""))
    form = StakeholderForm(typed_in(request), initial=known, colleagues=colleagues_at(user, account))
    sheet = Sheet("Add a person", customer(account_id), account, button="Add")
    return fill_in(
        request,
        form,
        sheet,
        lambda: record_stakeholder(user, account, at=datetime.now(UTC), **form.facts()),
        says="Added.",
    )


@require_GET
def show(request: HttpRequest, stakeholder_id: UUID) -> HttpResponse:
    """Who they are, how they are measured, and what hangs on it for them."""
    stakeholder, user = seen(request, access.stakeholders, stakeholder_id), viewer(request)
    goals = list(access.goals(user).filter(stakeholder=stakeholder).order_by("measure"))
    page = {
        "stakeholder": stakeholder,
        "account": stakeholder.account,
        "back": customer(stakeholder.account_id),
        "lines": lines_of(user, goals, today=served.today(), zone=served.settings().zone),
        "stakes": access.stakes(user).filter(stakeholder=stakeholder).select_related("goal"),
        "notes": access.notes(user).filter(stakeholders=stakeholder).order_by("-held_on"),
        "may_change": access.may(user, "change", stakeholder) and stakeholder.erased_at is None,
        "may_confide": access.may(user, "confide", stakeholder) and stakeholder.erased_at is None,
        "may_administer": access.may(user, "administer"),
    }
    return render(request, "web/entries/stakeholder.html", page)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, stakeholder_id: UUID) -> HttpResponse:
    """Change what is known about somebody."""
    stakeholder, user = changeable(request, access.stakeholders, stakeholder_id), viewer(request)
    kept = {name: getattr(stakeholder, name) for name in StakeholderForm.base_fields}
    form = StakeholderForm(
        typed_in(request),
        initial=kept,
        colleagues=colleagues_at(user, stakeholder.account).exclude(pk=stakeholder.pk),
    )
    sheet = Sheet(stakeholder.name, reverse("stakeholder", args=[stakeholder.pk]), stakeholder.account)
    return fill_in(
        request,
        form,
        sheet,
        lambda: change_stakeholder(user, stakeholder, at=datetime.now(UTC), **form.facts()),
        says="Saved.",
    )


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, stakeholder_id: UUID) -> HttpResponse:
    """Delete somebody who was entered by mistake."""
    stakeholder, user = changeable(request, access.stakeholders, stakeholder_id), viewer(request)
    form = Deletion(typed_in(request))
    sheet = Sheet(
        f"Delete {stakeholder.name}?",
        customer(stakeholder.account_id),
        stakeholder.account,
        lede="For whoever was entered by mistake. Who left the company has a day on which they left instead.",
    )
    return remove(
        request,
        form,
        sheet,
        lambda: remove_stakeholder(user, stakeholder, at=datetime.now(UTC), **form.cleaned_data),
        says=f"{stakeholder.name} was deleted.",
        history=history("stakeholder", stakeholder.pk),
    )
