"""Accounts made by hand, and who works on an account besides its owners."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from trueup.record import access
from trueup.record.actions.accounts import join_team, leave_team, make_account
from trueup.record.models import Account, User
from trueup.record.refusal import Refused
from trueup.web.views.entries.choices import OneOf
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import account_for, key_of, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, carried_out, customer, fill_in


class AccountForm(EntryForm):
    """A company that no system knows."""

    beside = (("name", "domain"), ("segment", "industry", "region"))

    name = text("Company", "such as Northwind Traders")
    domain = text("Web address", "such as northwind.example")
    segment = text("Segment")
    industry = text("Industry", "such as Logistics; it decides which measures come first")
    region = text("Region")


class MemberForm(EntryForm):
    """Somebody to add."""

    user = OneOf(
        "Who", none="choose somebody", named=lambda user: f"{user} ({user.email})" if user.name else user.email
    )

    def __init__(self, *arguments: Any, users: QuerySet[User], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.offer("user", users)


@require_http_methods(["GET", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """Make an account by hand."""
    user = viewer(request)
    if not access.may_make_accounts(user):
        raise Http404
    form = AccountForm(typed_in(request))
    made: list[Account] = []

    def write() -> None:
        made.append(make_account(user, at=datetime.now(UTC), **form.cleaned_data))

    if request.method == "POST" and carried_out(form, write):
        messages.success(request, f"{made[0]} was added.")
        return redirect(customer(made[0].pk))
    sheet = Sheet(
        "Add an account by hand",
        reverse("board"),
        button="Add",
        lede="For a company that none of your systems has. Those of your CRM come with the next import.",
    )
    return fill_in(request, form, sheet, write, says="")


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, account_id: str) -> HttpResponse:
    """The account's own team: its owners, and who was added; add somebody, or take them off."""
    account, user = account_for(request, account_id, "staff"), viewer(request)
    members = access.team_members(user).filter(account=account).select_related("user").order_by("user__name")
    others = access.users(user).filter(is_active=True).exclude(pk__in=members.values("user")).order_by("name", "email")
    form = MemberForm(typed_in(request), users=others)
    if request.method == "POST" and "leaves" in request.POST:
        return _take_off(request, user, account)
    if request.method == "POST" and carried_out(form, lambda: _add(user, account, form.cleaned_data["user"])):
        messages.success(request, "Added to the team.")
        return redirect("account_team", account_id)
    form.point_at_first()
    page = {
        "account": account,
        "back": customer(account_id),
        "owners": [
            (says, access.people(user).filter(pk=person).first())
            for says, person in (("owner", account.owner_id), ("success owner", account.success_owner_id))
            if person is not None
        ],
        "members": members,
        "form": form,
    }
    return render(request, "web/entries/team.html", page, status=422 if form.errors else 200)


def _add(user: User, account: Account, added: User | None) -> None:
    if added is None:
        raise Refused("It is not said who.", field="user", cure="Choose somebody of the list.")
    join_team(user, account, added, at=datetime.now(UTC))


def _take_off(request: HttpRequest, user: User, account: Account) -> HttpResponse:
    leaving = access.team_members(user).filter(account=account, pk=key_of(request.POST["leaves"])).first()
    if leaving is None:
        raise Http404
    member = leaving.user
    try:
        leave_team(user, account, member, at=datetime.now(UTC))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{member} is not on the team any more.")
    is_still_here = access.may(user, "staff", account)
    return redirect("account_team", account.pk) if is_still_here else redirect("board")
