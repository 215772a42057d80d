"""What hangs on goals for people at customers; only the account's own team is here."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from trueup.record import access
from trueup.record.actions.stakeholders import StakeFacts, add_stake, change_stake, remove_stake
from trueup.record.models import Goal, Stake, Stakeholder
from trueup.record.models.stakes import STAKE_TAGS
from trueup.web.views.entries.choices import OneOf
from trueup.web.views.entries.forms import EntryForm, choice, text
from trueup.web.views.entries.rights import changeable, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, fill_in, history, remove
from trueup.web.views.entries.stakeholders import Deletion

TAGS = [(tag, tag) for tag in STAKE_TAGS]
PRIVATE = "Only the account's own team and administrators see this."


def measure_of(goal: Goal) -> str:
    """What a goal is called where one chooses among goals; personal ones too, since whoever chooses may see them."""
    return goal.measure or "(not named yet)"


class StakeForm(EntryForm):
    """What hangs on it."""

    tag = choice("What hangs on it", TAGS, initial="other")
    text = text("In their words", "such as: if it works out, she gets the group's finance", long=True)
    goal = OneOf("On which goal", none="all of them", named=measure_of)

    def __init__(self, *arguments: Any, goals: QuerySet[Goal], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.offer("goal", goals)

    def facts(self) -> StakeFacts:
        """What the action takes."""
        return cast("StakeFacts", {**self.cleaned_data, "tag": self.cleaned_data["tag"] or "other"})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, stakeholder_id: UUID) -> HttpResponse:
    """What hangs on a goal for somebody."""
    stakeholder, user = changeable(request, access.stakeholders, stakeholder_id, "confide"), viewer(request)
    goals = access.goals(user).filter(account=stakeholder.account_id)
    form = StakeForm(typed_in(request), initial={"goal": request.GET.get("goal")}, goals=goals)
    return fill_in(
        request,
        form,
        _sheet(f"What hangs on it for {stakeholder.name}", stakeholder),
        lambda: add_stake(user, stakeholder, at=datetime.now(UTC), **form.facts()),
        says="Added.",
    )


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, stake_id: UUID) -> HttpResponse:
    """Change it."""
    stake, user = changeable(request, access.stakes, stake_id, "confide"), viewer(request)
    goals = access.goals(user).filter(account=stake.stakeholder.account_id)
    kept = {"tag": stake.tag, "text": stake.text, "goal": stake.goal_id}
    form = StakeForm(typed_in(request), initial=kept, goals=goals)
    return fill_in(
        request,
        form,
        _sheet(f"What hangs on it for {stake.stakeholder.name}", stake.stakeholder, stake),
        lambda: change_stake(user, stake, at=datetime.now(UTC), **form.facts()),
        says="Saved.",
    )


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, stake_id: UUID) -> HttpResponse:
    """Delete it."""
    stake, user = changeable(request, access.stakes, stake_id, "confide"), viewer(request)
    form = Deletion(typed_in(request))
    return remove(
        request,
        form,
        _sheet("Delete what hangs on it?", stake.stakeholder),
        lambda: remove_stake(user, stake, at=datetime.now(UTC), **form.cleaned_data),
        says="It was deleted.",
        history=history("stake", stake.pk),
    )


def _sheet(title: str, stakeholder: Stakeholder, stake: Stake | None = None) -> Sheet:
    others = (
        ()
        if stake is None
        else (("Delete it", reverse("stake_remove", args=[stake.pk])), ("Its history", history("stake", stake.pk)))
    )
    back = reverse("stakeholder", args=[stakeholder.pk])
    return Sheet(title, back, stakeholder.account, lede=PRIVATE, others=others)
