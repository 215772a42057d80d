"""What of ours is meant to move customers' measures, and which account uses it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from trueup import served
from trueup.record import access
from trueup.record.actions.levers import adopt_lever, change_adoption, change_lever, define_lever, remove_adoption
from trueup.record.models import Account, Lever, User
from trueup.record.refusal import Refused
from trueup.web.views.entries.choices import OneOf
from trueup.web.views.entries.fields import DayField
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import account_for, changeable, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, customer, fill_in, history, remove
from trueup.web.views.entries.stakeholders import Deletion


class LeverForm(EntryForm):
    """One of our products or plays."""

    name = text("Name", "such as Automatic dunning")
    product = text("Product", "the product it belongs to, where it does")
    description = text("What it does for the customer", long=True)


class AdoptionForm(EntryForm):
    """Since when an account uses a lever."""

    beside = (("lever", "name"), ("adopted_on", "ended_on"))

    lever = OneOf("What they use", none="choose one")
    name = text("or one that is not listed", "its name; it is added to our levers")
    adopted_on = DayField(label="Since")
    ended_on = DayField(label="Until, and including", required=False)

    def __init__(self, *arguments: Any, levers: QuerySet[Lever], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.offer("lever", levers)


class UseForm(EntryForm):
    """Since when, and until when."""

    beside = (("adopted_on", "ended_on"),)

    adopted_on = DayField(label="Since")
    ended_on = DayField(label="Until, and including", required=False)


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """All levers; and a form for another one, for who may define one."""
    user = viewer(request)
    may_define = user.role in access.LEVER_ROLES
    if request.method == "POST" and not may_define:
        raise Http404
    form = LeverForm(typed_in(request))
    sheet = Sheet("Add a lever", reverse("levers"), button="Add")
    if request.method == "POST":
        return fill_in(
            request, form, sheet, lambda: define_lever(user, at=datetime.now(UTC), **form.cleaned_data), says="Added."
        )
    levers = access.levers(user).order_by("name")
    return render(request, "web/entries/levers.html", {"levers": levers, "form": form if may_define else None})


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, lever_id: UUID) -> HttpResponse:
    """Change what a lever is called or said to be."""
    lever, user = changeable(request, access.levers, lever_id), viewer(request)
    kept = {name: getattr(lever, name) for name in LeverForm.base_fields}
    form = LeverForm(typed_in(request), initial=kept)
    return fill_in(
        request,
        form,
        Sheet(lever.name, reverse("levers"), others=(("Its history", history("lever", lever.pk)),)),
        lambda: change_lever(user, lever, at=datetime.now(UTC), **form.cleaned_data),
        says="Saved.",
    )


@require_http_methods(["GET", "POST"])
def adopt(request: HttpRequest, account_id: str) -> HttpResponse:
    """Say that an account uses a lever."""
    account, user = account_for(request, account_id), viewer(request)
    form = AdoptionForm(
        typed_in(request), initial={"adopted_on": served.today()}, levers=access.levers(user).order_by("name")
    )
    return fill_in(
        request,
        form,
        Sheet("What they use of ours", customer(account_id), account, button="Add"),
        lambda: _adopt(user, account, **form.cleaned_data),
        says="Added.",
    )


@require_http_methods(["GET", "POST"])
def change_use(request: HttpRequest, adoption_id: UUID) -> HttpResponse:
    """Say until when, or correct since when."""
    adoption, user = changeable(request, access.adoptions, adoption_id), viewer(request)
    form = UseForm(typed_in(request), initial={"adopted_on": adoption.adopted_on, "ended_on": adoption.ended_on})
    others = (
        ("Delete it", reverse("adoption_remove", args=[adoption.pk])),
        ("Its history", history("adoption", adoption.pk)),
    )
    return fill_in(
        request,
        form,
        Sheet(str(adoption.lever), customer(adoption.account_id), adoption.account, others=others),
        lambda: change_adoption(user, adoption, at=datetime.now(UTC), **form.cleaned_data),
        says="Saved.",
    )


@require_http_methods(["GET", "POST"])
def delete_use(request: HttpRequest, adoption_id: UUID) -> HttpResponse:
    """Delete an adoption that never was."""
    adoption, user = changeable(request, access.adoptions, adoption_id), viewer(request)
    form = Deletion(typed_in(request))
    sheet = Sheet(
        f"Delete that they use {adoption.lever}?",
        customer(adoption.account_id),
        adoption.account,
        lede="For what never was. What they stopped using has a last day instead.",
    )
    return remove(
        request,
        form,
        sheet,
        lambda: remove_adoption(user, adoption, at=datetime.now(UTC), **form.cleaned_data),
        says="It was deleted.",
        history=history("adoption", adoption.pk),
    )


def _adopt(user: User, account: Account, *, lever: Lever | None, name: str, **days: Any) -> None:
    if (lever is None) == (not name):
        raise Refused("It is not said what they use.", field="lever", cure="Choose one, or name another one.")
    with transaction.atomic():
        known = lever or access.levers(user).filter(name__iexact=name).first()
        used = known or define_lever(user, at=datetime.now(UTC), name=name)
        adopt_lever(user, account, used, at=datetime.now(UTC), **days)
