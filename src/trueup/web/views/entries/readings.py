"""Readings of goals: entered, corrected, confirmed."""

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from trueup.record import access
from trueup.record.actions.readings import add_reading, correct_reading, remove_reading, verify_reading
from trueup.record.models import Reading
from trueup.web.templatetags.entered import amount
from trueup.web.views.entries import goals
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.reading_form import CorrectionForm, ReadingForm
from trueup.web.views.entries.rights import changeable, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, carried_out, fill_in, history, remove
from trueup.web.views.entries.stakeholders import Deletion


class ConfirmationForm(EntryForm):
    """Who confirmed a reading, and how."""

    evidence = text("Who confirmed it, and how", "such as: Carla Jensen, in the review of 12 March")
    evidence_link = text("Link to it", "https://…")


@require_POST
def add(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """Enter a reading; the form is ready for the next one then."""
    goal, user = changeable(request, access.goals, goal_id), viewer(request)
    form = ReadingForm(request.POST, unit=goal.unit)
    is_added = carried_out(form, lambda: add_reading(user, goal, at=datetime.now(UTC), **form.cleaned_data))
    if not request.htmx:  # type: ignore[attr-defined]  # the htmx middleware puts it there
        if not is_added:
            form.point_at_first()
            return goals.page(request, goal, form)
        messages.success(request, "Added.")
        return redirect(reverse("goal", args=[goal.pk]) + "#readings")
    if is_added:
        kept = {name: form.cleaned_data[name] for name in ("observed_on", "source")}
        added = amount(form.cleaned_data["value"], goal.unit)
        form = ReadingForm(initial=kept, unit=goal.unit)
    form.point_at_first()
    about = goals.about(user, goal, form)
    return render(request, "web/entries/goal_read.html", {**about, "added": added if is_added else ""})


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """Correct a reading; the value before stays in its history."""
    reading, user = _entered(request, reading_id), viewer(request)
    kept = {name: getattr(reading, name) for name in ReadingForm.base_fields}
    form = CorrectionForm(typed_in(request), initial=kept, unit=reading.goal.unit)
    others = (
        ("Delete it", reverse("reading_remove", args=[reading.pk])),
        ("Its history", history("reading", reading.pk)),
    )
    return fill_in(
        request,
        form,
        _sheet(reading, "Correct the reading", others),
        lambda: correct_reading(
            user, reading, at=datetime.now(UTC), reason=form.cleaned_data["reason"], **form.correction()
        ),
        says="Corrected.",
    )


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """Say that the customer confirmed a reading."""
    reading, user = _entered(request, reading_id), viewer(request)
    form = ConfirmationForm(
        typed_in(request), initial={"evidence": reading.evidence, "evidence_link": reading.evidence_link}
    )
    return fill_in(
        request,
        form,
        _sheet(reading, "The customer confirmed the reading"),
        lambda: verify_reading(user, reading, at=datetime.now(UTC), **form.cleaned_data),
        says="Confirmed.",
    )


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """Delete a reading that should not have been entered."""
    reading, user = _entered(request, reading_id), viewer(request)
    form = Deletion(typed_in(request))
    return remove(
        request,
        form,
        _sheet(reading, "Delete the reading"),
        lambda: remove_reading(user, reading, at=datetime.now(UTC), **form.cleaned_data),
        says="The reading was deleted.",
        history=history("reading", reading.pk),
    )


def _entered(request: HttpRequest, reading_id: UUID) -> Reading:
    """A reading that the viewer may change; what a system measured is corrected there."""
    reading = changeable(request, access.readings, reading_id)
    if reading.verification == "measured_by_system":
        raise Http404
    return reading


def _sheet(reading: Reading, title: str, others: tuple[tuple[str, str], ...] = ()) -> Sheet:
    goal = reading.goal
    back = reverse("goal", args=[goal.pk])
    lede = f"{goal.measure}: {amount(reading.value, goal.unit)} on {reading.observed_on:%-d %B %Y}"
    return Sheet(title, back, goal.account, lede=lede, others=others)
