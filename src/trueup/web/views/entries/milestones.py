"""Planned steps to a customer's first value and to later ones."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from trueup import served
from trueup.record import access
from trueup.record.actions.milestones import (
    MilestoneFacts,
    change_milestone,
    finish_milestone,
    plan_milestone,
    remove_milestone,
)
from trueup.record.models import Goal, Milestone
from trueup.web.views.entries.choices import OneOf
from trueup.web.views.entries.fields import DayField
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import account_for, changeable, key_of, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, customer, fill_in, history, remove
from trueup.web.views.entries.stakeholders import Deletion
from trueup.web.views.entries.stakes import measure_of


class MilestoneForm(EntryForm):
    """A planned step."""

    beside = (("planned_on", "goal"),)

    title = text("What is to be done", "such as: first invoices go out by themselves")
    planned_on = DayField(label="Planned for")
    goal = OneOf("Towards the goal", none="none in particular", named=measure_of)
    is_first_value = forms.BooleanField(label="With it the customer has their first value", required=False)

    def __init__(self, *arguments: Any, goals: QuerySet[Goal], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.offer("goal", goals)

    def facts(self) -> MilestoneFacts:
        """What the action takes."""
        return cast("MilestoneFacts", self.cleaned_data)


class DoneForm(EntryForm):
    """When a step was done."""

    done_on = DayField(label="Done on", required=False, help_text="Empty: it was not done after all.")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, account_id: str) -> HttpResponse:
    """Plan a step."""
    account, user = account_for(request, account_id), viewer(request)
    goals = access.goals(user).filter(account=account).order_by("measure")
    goal = goals.filter(pk=key_of(request.GET.get("goal"))).first()
    form = MilestoneForm(typed_in(request), initial={"goal": goal}, goals=goals)
    back = customer(account_id) if goal is None else reverse("goal", args=[goal.pk])
    return fill_in(
        request,
        form,
        Sheet("Plan a milestone", back, account, button="Plan it"),
        lambda: plan_milestone(user, account, at=datetime.now(UTC), **form.facts()),
        says="Planned.",
    )


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """Plan it anew."""
    milestone, user = changeable(request, access.milestones, milestone_id), viewer(request)
    goals = access.goals(user).filter(account=milestone.account_id).order_by("measure")
    kept = {name: getattr(milestone, name) for name in MilestoneForm.base_fields}
    form = MilestoneForm(typed_in(request), initial=kept, goals=goals)
    others = (
        ("When it was done", reverse("milestone_done", args=[milestone.pk])),
        ("Delete it", reverse("milestone_remove", args=[milestone.pk])),
        ("Its history", history("milestone", milestone.pk)),
    )
    return fill_in(
        request,
        form,
        Sheet(milestone.title, back_of(milestone), milestone.account, others=others),
        lambda: change_milestone(user, milestone, at=datetime.now(UTC), **form.facts()),
        says="Saved.",
    )


@require_http_methods(["GET", "POST"])
def done(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """Say when it was done."""
    milestone, user = changeable(request, access.milestones, milestone_id), viewer(request)
    form = DoneForm(typed_in(request), initial={"done_on": milestone.done_on or served.today()})
    return fill_in(
        request,
        form,
        Sheet(f"{milestone.title}: done?", back_of(milestone), milestone.account),
        lambda: finish_milestone(user, milestone, at=datetime.now(UTC), done_on=form.cleaned_data["done_on"]),
        says="Saved.",
    )


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, milestone_id: UUID) -> HttpResponse:
    """Delete a step that is not planned any more."""
    milestone, user = changeable(request, access.milestones, milestone_id), viewer(request)
    form = Deletion(typed_in(request))
    return remove(
        request,
        form,
        Sheet(f"Delete {milestone.title}?", back_of(milestone), milestone.account),
        lambda: remove_milestone(user, milestone, at=datetime.now(UTC), **form.cleaned_data),
        says=f"{milestone.title} was deleted.",
        history=history("milestone", milestone.pk),
    )


def back_of(milestone: Milestone) -> str:
    """The page that a milestone stands on."""
    return customer(milestone.account_id) if milestone.goal_id is None else reverse("goal", args=[milestone.goal_id])
