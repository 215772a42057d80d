"""A goal's page, and what is done with a goal: entered, changed, agreed, revised, ended."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from trueup import served
from trueup.record import access
from trueup.record.actions.goals import (
    agree_goal,
    change_goal,
    close_goal,
    current_terms,
    draft_goal,
    reopen_goal,
    revise_terms,
    withdraw_goal,
)
from trueup.record.history import changes
from trueup.record.models import Goal, User
from trueup.record.scorecard import line_of
from trueup.units.calendar import end_of_day
from trueup.web.views.entries.fields import DayField
from trueup.web.views.entries.forms import REASON, EntryForm, text
from trueup.web.views.entries.goal_chart import drawn
from trueup.web.views.entries.goal_forms import GoalForm, TermsForm, kept_terms
from trueup.web.views.entries.reading_form import ReadingForm, last_source, sources
from trueup.web.views.entries.rights import account_for, changeable, key_of, seen, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, carried_out, customer, fill_in, history

_CHANGES_SHOWN = 5
STATES = {
    "no_terms": "its terms are not complete",
    "not_started": "not begun yet",
    "no_reading": "nothing read yet",
    "stale": "not read for too long",
    "reached": "reached",
    "over": "its day has passed",
    "on_track": "on track",
    "at_risk": "at risk",
    "off_track": "off track",
}


class WhenForm(EntryForm):
    """The day on which something was done."""

    day = DayField(label="On", required=False, help_text="Empty: now.")


class EndForm(EntryForm):
    """How a goal ended."""

    outcome = forms.ChoiceField(
        label="It was", choices=[("achieved", "achieved"), ("missed", "missed")], widget=forms.RadioSelect
    )
    day = DayField(label="On", required=False, help_text="Empty: now.")
    reason = text("Reason", REASON)


class ReasonForm(EntryForm):
    """Why."""

    reason = text("Reason", REASON)


@require_GET
def show(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """All there is of a goal."""
    return page(request, seen(request, access.goals, goal_id))


def page(request: HttpRequest, goal: Goal, reading: ReadingForm | None = None) -> HttpResponse:
    """A goal's page; ``reading``: one that was refused, shown again."""
    status = 422 if reading is not None else 200
    return render(request, "web/entries/goal.html", about(viewer(request), goal, reading), status=status)


def about(user: User, goal: Goal, reading: ReadingForm | None = None) -> dict[str, Any]:
    """What the goal's page and its parts show."""
    today, settings = served.today(), served.settings()
    line = line_of(user, goal, today=today, zone=settings.zone)
    may_change = access.may(user, "change", goal)
    told = access.answers(user).filter(goal=goal).order_by("-answered_at")
    of_reading: dict[UUID | None, list[Any]] = {}
    for answer in told:
        of_reading.setdefault(answer.reading_id, []).append(answer)
    form = reading or ReadingForm(initial={"observed_on": today, "source": last_source(user, goal)})
    versions = changes(user, Goal, goal.pk)
    return {
        "goal": goal,
        "account": goal.account,
        "back": customer(goal.account_id),
        "zone": settings.zone,
        "line": line,
        "state": STATES[line.standing.state],
        "chart": drawn(line, today),
        "terms": line.terms[::-1],
        "readings": [(row, said, of_reading.get(row.pk, [])) for row, said in line.readings],
        "answers": of_reading.get(None, []),
        "milestones": line.milestones,
        "levers": goal.levers.order_by("name"),
        "stakes": access.stakes(user).filter(goal=goal).select_related("stakeholder"),
        "changes": versions[:_CHANGES_SHOWN],
        "sources": sources(user, goal),
        "form": form,
        "may_change": may_change,
        "may_confide": access.may(user, "confide", goal),
    }


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, account_id: str) -> HttpResponse:
    """Enter a goal by hand, as a draft."""
    account, user = account_for(request, account_id), viewer(request)
    initial = {
        "baseline_on": served.today(),
        "stated_on": served.today(),
        "stakeholder": access.stakeholders(user).filter(account=account, pk=key_of(request.GET.get("who"))).first(),
    }
    form = GoalForm(typed_in(request), initial=initial, user=user, account=account, goal=None)
    made: list[Goal] = []

    def write() -> None:
        levers = list(form.cleaned_data.get("levers") or ())
        made.append(
            draft_goal(user, account, at=datetime.now(UTC), terms=form.first_terms(), levers=levers, **form.facts())
        )

    if request.method == "POST" and carried_out(form, write):
        messages.success(request, "Drafted. Agree on it once the customer has said so.")
        return redirect("goal", made[0].pk)
    return fill_in(request, form, Sheet("A goal of theirs", customer(account_id), account), write, says="")


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """Change what a goal says, besides its terms."""
    goal, user = changeable(request, access.goals, goal_id), viewer(request)
    kept = {name: getattr(goal, name) for name in GoalForm.base_fields if name in _fields_of(goal)}
    kept["levers"] = list(goal.levers.values_list("pk", flat=True))
    kept |= kept_terms(current_terms(goal), served.today())
    form = GoalForm(typed_in(request), initial=kept, user=user, account=goal.account, goal=goal)

    def write() -> None:
        reason, levers = form.cleaned_data.get("reason", ""), form.cleaned_data.get("levers")
        change_goal(
            user,
            goal,
            at=datetime.now(UTC),
            reason=reason,
            terms=form.changed_terms(),
            levers=None if levers is None else list(levers),
            **form.facts(),
        )

    return fill_in(request, form, _sheet(goal, "Change what it says"), write, says="Saved.")


@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """Give a goal other terms; the ones before stay readable."""
    goal, user = changeable(request, access.goals, goal_id), viewer(request)
    form = TermsForm(typed_in(request), initial=kept_terms(current_terms(goal), served.today()))
    if goal.direction != "maintain":
        del form.fields["tolerance"]
    if goal.agreed_at is None:
        del form.fields["reason"]
    lede = (
        "The baseline is locked since the goal was agreed: this makes a new revision, and the old one stays readable."
        if goal.agreed_at
        else ""
    )
    return fill_in(
        request,
        form,
        _sheet(goal, "From where to where", lede=lede),
        lambda: revise_terms(
            user, goal, form.revised(goal.direction), at=datetime.now(UTC), reason=form.cleaned_data.get("reason", "")
        ),
        says="Saved.",
    )


@require_http_methods(["GET", "POST"])
def agree(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """Agree on a goal: its baseline locks."""
    goal, user = changeable(request, access.goals, goal_id), viewer(request)
    form = WhenForm(typed_in(request))
    return fill_in(
        request,
        form,
        _sheet(goal, "Agree on it", button="Agreed", lede="From then on its baseline is locked."),
        lambda: agree_goal(user, goal, at=datetime.now(UTC), agreed_at=_moment(form.cleaned_data["day"])),
        says="Agreed.",
    )


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """End an agreed goal as achieved or missed."""
    goal, user = changeable(request, access.goals, goal_id), viewer(request)
    form = EndForm(typed_in(request))
    return fill_in(
        request,
        form,
        _sheet(goal, "Close it"),
        lambda: close_goal(
            user,
            goal,
            at=datetime.now(UTC),
            outcome=form.cleaned_data["outcome"],
            reason=form.cleaned_data["reason"],
            ended_at=_moment(form.cleaned_data["day"]),
        ),
        says="Closed.",
    )


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """End a goal that does not matter any more."""
    goal, user = changeable(request, access.goals, goal_id), viewer(request)
    form = ReasonForm(typed_in(request))
    return fill_in(
        request,
        form,
        _sheet(goal, "Withdraw it", lede="For a goal that does not matter to them any more."),
        lambda: withdraw_goal(user, goal, at=datetime.now(UTC), **form.cleaned_data),
        says="Withdrawn.",
    )


@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """Let a goal that ended run again."""
    goal, user = changeable(request, access.goals, goal_id), viewer(request)
    form = ReasonForm(typed_in(request))
    return fill_in(
        request,
        form,
        _sheet(goal, "Reopen it"),
        lambda: reopen_goal(user, goal, at=datetime.now(UTC), **form.cleaned_data),
        says="It runs again.",
    )


def _sheet(goal: Goal, title: str, *, button: str = "Save", lede: str = "") -> Sheet:
    back = reverse("goal", args=[goal.pk])
    others = (("Its history", history("goal", goal.pk)),)
    return Sheet(
        f"{goal.measure or 'Goal'}: {title.lower()}", back, goal.account, lede=lede, button=button, others=others
    )


def _fields_of(goal: Goal) -> frozenset[str]:
    return frozenset(field.name for field in goal._meta.concrete_fields)


def _moment(day: date | None) -> datetime | None:
    """The end of a day in the company's zone; None for today, which is not over, and for none."""
    if day is None or day == served.today():
        return None
    return end_of_day(day, served.settings().zone)
