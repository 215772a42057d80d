"""Sharing goals with the customer: links that open them, and what was answered there."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from trueup import served
from trueup.record import access
from trueup.record.actions.links import make_link, revoke_link
from trueup.record.models import Account, Goal, User
from trueup.record.refusal import Refused
from trueup.web.asked import viewer
from trueup.web.expiry import end_of
from trueup.web.views.entries.fields import DayField
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import account_for, changeable, require
from trueup.web.views.entries.sheets import customer

_DAYS = 30
"""For so many days a link is open unless somebody says otherwise."""
_ANSWERS_SHOWN = 50


class ShareForm(EntryForm):
    """What to share, for whom, and until when."""

    goals = forms.MultipleChoiceField(
        label="Goals to share",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="With their readings. Personal goals are never shared.",
        error_messages={"invalid_choice": "This goal is not among those that may be shared. Choose others."},
    )
    label = text("For whom", "Only your team sees this: such as Jane Doe, for the review in July.")
    expires_at = DayField(label="Open until", help_text="Including that day.")

    def __init__(self, goals: list[Goal], today: date, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen = self.fields["goals"]
        chosen.choices = [(str(goal.pk), _told(goal)) for goal in goals]  # type: ignore[attr-defined]
        chosen.initial = [str(goal.pk) for goal in goals if goal.status == "agreed"]
        self.fields["expires_at"].initial = today + timedelta(days=_DAYS)


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, account_id: str) -> HttpResponse:
    """Links of an account and what was answered through them; for who may enter there, a form for another one."""
    account, user = account_for(request, account_id, "see"), viewer(request)
    may_share = access.may(user, "change", account)
    if request.method == "POST":
        require(request, "change", account)
    goals = _shareable(user, account) if may_share else []
    form = ShareForm(goals, served.today(), request.POST or None)
    made = _made(user, account, goals, form) if request.method == "POST" and form.is_valid() else None
    page = {
        "account": account,
        "back": customer(account.pk),
        "form": form if may_share and made is None else None,
        "has_goals": bool(goals),
        "may_share": may_share,
        "made": made,
        "address": request.build_absolute_uri(reverse("voice", args=[made])) if made else "",
        "until": form.cleaned_data["expires_at"] if made else None,
        "person": user,
        "links": access.links(user)
        .filter(account=account)
        .prefetch_related(Prefetch("goals", access.goals(user)))
        .order_by("-created_at"),
        "now": datetime.now(UTC),
        "answers": access.answers(user)
        .filter(goal__account=account)
        .select_related("goal", "reading", "link")
        .order_by("-sequence")[:_ANSWERS_SHOWN],
    }
    form.point_at_first()
    return render(request, "web/share/page.html", page, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Close a link for good."""
    link = changeable(request, access.links, link_id)
    revoke_link(viewer(request), link, at=datetime.now(UTC))
    messages.success(request, "The link is closed. Whoever opens it reads whom to ask.")
    return redirect("share", link.account_id)


def _shareable(user: User, account: Account) -> list[Goal]:
    return list(
        access.goals(user).filter(account=account, kind="business").exclude(status="withdrawn").order_by("measure")
    )


def _told(goal: Goal) -> str:
    named = goal.measure or "A goal without a measure"
    return named if goal.status == "agreed" else f"{named} ({goal.status})"


def _made(user: User, account: Account, goals: list[Goal], form: ShareForm) -> str | None:
    """The new link's token; None where the form says now what is wrong."""
    chosen = set(form.cleaned_data["goals"])
    try:
        _, token = make_link(
            user,
            account,
            at=datetime.now(UTC),
            goals=[goal for goal in goals if str(goal.pk) in chosen],
            expires_at=end_of(form.cleaned_data["expires_at"]),
            label=form.cleaned_data["label"],
        )
    except Refused as refused:
        form.refuse(refused)
        return None
    return token
