"""Notes of conversations."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from trueup import served
from trueup.record import access
from trueup.record.actions.notes import change_note, remove_note, write_note
from trueup.record.models import Account, Stakeholder, User
from trueup.web.views.entries.choices import SomeOf
from trueup.web.views.entries.fields import DayField
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import account_for, changeable, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, customer, fill_in, history, remove
from trueup.web.views.entries.stakeholders import Deletion, colleagues_at, told


class NoteForm(EntryForm):
    """What was said, when, with whom."""

    text = text("What was said", long=True)
    held_on = DayField(label="On")
    stakeholders = SomeOf("With", named=told)
    is_private = forms.BooleanField(label="Only the account's own team and administrators see this", required=False)

    def __init__(self, *arguments: Any, present: QuerySet[Stakeholder], may_confide: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.offer("stakeholders", present)
        if not may_confide:
            del self.fields["is_private"]
        if not present:
            del self.fields["stakeholders"]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, account_id: str) -> HttpResponse:
    """Keep what was said."""
    account, user = account_for(request, account_id), viewer(request)
    kept = {"held_on": served.today(), "stakeholders": request.GET.getlist("who")}
    form = _form(request, user, account, kept)
    return fill_in(
        request,
        form,
        Sheet("Note a conversation", customer(account_id), account, button="Keep it"),
        lambda: write_note(user, account, at=datetime.now(UTC), **form.cleaned_data),
        says="Kept.",
    )


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Change a note."""
    note, user = changeable(request, access.notes, note_id), viewer(request)
    kept = {
        "text": note.text,
        "held_on": note.held_on,
        "is_private": note.is_private,
        "stakeholders": list(note.stakeholders.values_list("pk", flat=True)),
    }
    form = _form(request, user, note.account, kept)
    others = (("Delete it", reverse("note_remove", args=[note.pk])), ("Its history", history("note", note.pk)))
    return fill_in(
        request,
        form,
        Sheet(f"Note of {note.held_on:%-d %B %Y}", customer(note.account_id), note.account, others=others),
        lambda: change_note(user, note, at=datetime.now(UTC), **form.cleaned_data),
        says="Saved.",
    )


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Delete a note."""
    note, user = changeable(request, access.notes, note_id), viewer(request)
    form = Deletion(typed_in(request))
    return remove(
        request,
        form,
        Sheet(f"Delete the note of {note.held_on:%-d %B %Y}?", customer(note.account_id), note.account),
        lambda: remove_note(user, note, at=datetime.now(UTC), **form.cleaned_data),
        says="The note was deleted.",
        history=history("note", note.pk),
    )


def _form(request: HttpRequest, user: User, account: Account, kept: dict[str, Any]) -> NoteForm:
    return NoteForm(
        typed_in(request),
        initial=kept,
        present=colleagues_at(user, account),
        may_confide=access.may(user, "confide", account),
    )
