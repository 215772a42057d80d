"""The history of any entry: who changed what, from what to what, when and why; and the way back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from trueup import served
from trueup.record import access
from trueup.record.history import RESTORED, changes, restore
from trueup.record.models import (
    Adjustment,
    Adoption,
    Goal,
    GradeAnswer,
    GradeOverride,
    Lever,
    MetricTarget,
    Milestone,
    Note,
    Reading,
    Stake,
    Stakeholder,
    User,
)
from trueup.record.models.entry import Entry
from trueup.record.refusal import NotAllowed, Refused
from trueup.web.views.entries.adjustments import HEADING, listed
from trueup.web.views.entries.rights import viewer
from trueup.web.views.entries.sheets import customer


@dataclass(frozen=True)
class _Kind:
    """Entries of a kind: their model, and the rows of it that somebody may see."""

    model: type[Entry]
    question: Callable[[User], QuerySet[Any]]


_KINDS: Mapping[str, _Kind] = {
    "answer": _Kind(GradeAnswer, access.grade_answers),
    "override": _Kind(GradeOverride, access.grade_overrides),
    "goal": _Kind(Goal, access.goals),
    "reading": _Kind(Reading, access.readings),
    "stakeholder": _Kind(Stakeholder, access.stakeholders),
    "stake": _Kind(Stake, access.stakes),
    "milestone": _Kind(Milestone, access.milestones),
    "note": _Kind(Note, access.notes),
    "adjustment": _Kind(Adjustment, access.adjustments),
    "adoption": _Kind(Adoption, access.adoptions),
    "lever": _Kind(Lever, access.levers),
    "target": _Kind(MetricTarget, access.targets),
}


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, kind: str, entry_id: UUID) -> HttpResponse:
    """Every version that the viewer may see; a POST restores one of them."""
    if kind not in _KINDS:
        raise Http404
    model, question = _KINDS[kind].model, _KINDS[kind].question
    user, refused = viewer(request), ""
    try:
        if request.method == "POST":
            _restore(user, model, entry_id, request.POST)
            messages.success(request, "Restored, as a new version.")
            return redirect("history", kind, entry_id)
        told = changes(user, model, entry_id)
    except NotAllowed as error:
        raise Http404 from error
    except Refused as error:
        refused = str(error)
        told = changes(user, model, entry_id)
    row = question(user).filter(pk=entry_id).first()
    back, says = _place(row)
    page = {
        "kind": kind,
        "changes": told,
        "back": back,
        "back_says": says,
        "is_deleted": told[0].what == "deleted",
        # Who may not restore what is deleted is told so when they try: nothing is left to ask about it.
        "may_restore": model in RESTORED and (row is None or _may_change(user, row)),
        "refused": refused,
        "zone": served.settings().zone,
    }
    return render(request, "web/entries/history.html", page, status=422 if refused else 200)


def _may_change(user: User, row: Entry) -> bool:
    """Whether the viewer may change an entry; nobody changes an adjustment that is decided."""
    is_frozen = isinstance(row, Adjustment) and row.status != "proposed"
    return not is_frozen and access.may(user, "change", row)


def _restore(user: User, model: type[Entry], entry_id: UUID, told: Mapping[str, str]) -> None:
    version = told.get("version", "")
    if not version.isdigit():
        raise Http404
    restore(user, model, entry_id, int(version), at=datetime.now(UTC), reason=told.get("reason", ""))


def _place(row: Entry | None) -> tuple[str, str]:
    """Where an entry stands, and what that is called; the board for what is deleted."""
    match row:
        case Goal():
            place = reverse("goal", args=[row.pk]), row.measure
        case Reading():
            place = reverse("goal", args=[row.goal_id]), row.goal.measure
        case Stake():
            place = reverse("stakeholder", args=[row.stakeholder_id]), str(row.stakeholder)
        case Lever() | MetricTarget():
            name = "levers" if isinstance(row, Lever) else "targets"
            place = reverse(name), name.capitalize()
        case GradeAnswer() | GradeOverride():
            place = reverse("customer_grades", args=[row.account_id]), f"Grades of {row.account}"
        case Adjustment():
            place = listed(row.account_id), f"{HEADING}: {row.account}"
        case Adoption() | Milestone() | Note() | Stakeholder():
            place = customer(row.account_id), str(row.account)
        case _:
            place = reverse("board"), "Board"
    return place
