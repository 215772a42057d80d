"""Keys with which programs act for whoever is signed in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from trueup import served
from trueup.record import access
from trueup.record.actions.tokens import make_token, revoke_token
from trueup.record.models import User
from trueup.record.refusal import Refused
from trueup.web.asked import viewer
from trueup.web.expiry import end_of
from trueup.web.views.entries.fields import DayField
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import changeable

_DAYS = 90
"""For so many days a key is good unless somebody says otherwise."""
_SCOPES = (("read", "Read what I may read"), ("write", "Read and write what I may"))


class TokenForm(EntryForm):
    """What a key is for, what it may, and until when."""

    beside = (("scope", "expires_at"),)

    label = text("What it is for", "Such as the nightly export into the warehouse.")
    scope = forms.ChoiceField(label="It may", choices=_SCOPES, initial="read")
    expires_at = DayField(label="Good until", help_text="Including that day.")

    def __init__(self, today: date, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["expires_at"].initial = today + timedelta(days=_DAYS)


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """One's own keys, and a form for another one."""
    user = viewer(request)
    form = TokenForm(served.today(), request.POST or None)
    made = _made(user, form) if request.method == "POST" and form.is_valid() else None
    form.point_at_first()
    page = {
        "form": None if made else form,
        "made": made,
        "tokens": access.tokens(user).filter(user=user).order_by("-created_at"),
        "now": datetime.now(UTC),
        "api": request.build_absolute_uri("/api/v1/"),
    }
    return render(request, "web/tokens/page.html", page, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End a key."""
    token = changeable(request, access.tokens, token_id)
    revoke_token(viewer(request), token, at=datetime.now(UTC))
    messages.success(request, f"The token {token.label!r} is not good any more.")
    return redirect("tokens")


def _made(user: User, form: TokenForm) -> str | None:
    """The new key's text; None where the form says now what is wrong."""
    asked = form.cleaned_data
    try:
        _, made = make_token(
            user,
            at=datetime.now(UTC),
            label=asked["label"],
            scope=asked["scope"],
            expires_at=end_of(asked["expires_at"]),
        )
    except Refused as refused:
        form.refuse(refused)
        return None
    return made
