"""A page with one form: shown, checked, carried out; what was typed is shown again with what is wrong beside it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from trueup.record.models import Account
from trueup.record.refusal import NotAllowed, Refused
from trueup.web.views.entries.forms import EntryForm


@dataclass(frozen=True)
class Sheet:
    """What stands around a form. ``back``: where to go without saving, and after it."""

    title: str
    back: str
    account: Account | None = None
    lede: str = ""
    button: str = "Save"
    is_grave: bool = False
    """What the form does is not undone by filling it in again."""
    others: tuple[tuple[str, str], ...] = ()
    """Further links: what they say and where they lead."""


def fill_in(
    request: HttpRequest, form: EntryForm, sheet: Sheet, write: Callable[[], object], *, says: str, then: str = ""
) -> HttpResponse:
    """Show the form; once it is filled in, ``write``, say so, and go on to ``then`` (else back)."""
    if request.method == "POST" and carried_out(form, write):
        messages.success(request, says)
        return redirect(then or sheet.back)
    form.point_at_first()
    status = 422 if form.is_bound else 200
    return render(request, "web/entries/sheet.html", {"form": form, "sheet": sheet}, status=status)


def carried_out(form: EntryForm, write: Callable[[], object]) -> bool:
    """Whether the form was in order and the record took it; else the form says what is wrong."""
    if not form.is_valid():
        return False
    try:
        write()
    except NotAllowed as error:
        raise Http404 from error
    except Refused as refused:
        form.refuse(refused)
        return False
    return True


def remove(
    request: HttpRequest, form: EntryForm, sheet: Sheet, write: Callable[[], object], *, says: str, history: str
) -> HttpResponse:
    """As ``fill_in``, for deletions: the message leads to the history, from which it can be restored."""
    undo = format_html('{} <a href="{}">Undo</a>', says, history)
    return fill_in(request, form, replace(sheet, button="Delete", is_grave=True), write, says=undo)


def customer(account_id: str) -> str:
    """The address of the customer's page."""
    return reverse("customer", args=[account_id])


def history(kind: str, key: object) -> str:
    """The address of an entry's history."""
    return reverse("history", args=[kind, key])
