"""The conversation guide: whom one talks with, what to ask them, and how answers become goals as they are typed."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trueup import served
from trueup.goals.guide import guide_book, role_named
from trueup.record import access
from trueup.record.actions.stakeholders import StakeholderFacts, record_stakeholder
from trueup.record.models import Account, Stakeholder, User
from trueup.record.scorecard import lines_of
from trueup.web.views.entries.contacts import contact, contacts, facts, named
from trueup.web.views.entries.conversation import Around, Asked, Conversation
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import account_for, key_of, typed_in, viewer
from trueup.web.views.entries.sheets import carried_out, customer


class PersonForm(EntryForm):
    """Somebody to talk with who is not recorded yet."""

    name = text("Name", "such as Carla Jensen")
    title = text("Title", "such as VP Finance; it decides what to ask")
    contact_id = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.fields["name"].widget.attrs["list"] = "contacts"


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, account_id: str) -> HttpResponse:
    """Whom to talk with; then the questions for them, and what was answered."""
    account, user = account_for(request, account_id), viewer(request)
    told = request.POST.get("who") or request.GET.get("who")
    if not told:
        return _choose(request, user, account)
    around = _around(request, user, account, told)
    if request.method == "GET":
        return _page(request, Conversation(around, around.note()))
    talk = Conversation.of(around, request.POST)
    how = request.POST.get("do")
    if how in {"draft", "agree"}:
        return _keep(request, talk, is_agreed=how == "agree")
    return _page(request, _turned(talk, request.POST))


@require_POST
def understand(request: HttpRequest, account_id: str) -> HttpResponse:
    """What is understood of the answer that is being typed."""
    talk = _talk(request, account_id)
    asked = request.POST.get("question", "")
    return render(
        request,
        "web/entries/ask_understood.html",
        {"understood": talk.understood(asked), "account": talk.around.stakeholder.account, "is_part": True},
    )


@require_POST
def add(request: HttpRequest, account_id: str) -> HttpResponse:
    """An answer taken: the row to put with the others, or the note with it."""
    talk = _talk(request, account_id)
    key = request.POST.get("add", "")
    known, taken = talk.understood(key), talk.taking(key)
    if known is None:
        return HttpResponse(status=204)
    page = {
        "key": key,
        "answer": known.answer,
        "kept_as": known.kept_as,
        "talk": taken,
        "may_confide": talk.around.may_confide,
    }
    return render(request, "web/entries/ask_added.html", page)


@require_POST
def said(request: HttpRequest, account_id: str) -> HttpResponse:
    """A goal of the list in a sentence, after it was changed."""
    talk = _talk(request, account_id)
    row = next((row for row in talk.goals if row.prefix == request.POST.get("row")), None)
    if row is None:
        raise Http404
    return HttpResponse(row.said)


@require_GET
def role(request: HttpRequest) -> HttpResponse:
    """Whose questions a title leads to."""
    found = role_named(request.GET.get("title", ""))
    about = next((each for each in guide_book().roles if each.key == found), None)
    return render(request, "web/entries/ask_role.html", {"role": about})


def _choose(request: HttpRequest, user: User, account: Account) -> HttpResponse:
    known = access.stakeholders(user).filter(account=account, erased_at__isnull=True).order_by("name", "pk")
    listed = contacts(user, account)
    form = PersonForm(typed_in(request), initial=contact(user, account, request.GET.get("contact", "")))
    made: list[Stakeholder] = []

    def write() -> None:
        found = named(listed, form.cleaned_data["name"])
        of_crm = facts(found) if found is not None else {}
        told = {name: value for name, value in form.cleaned_data.items() if value}
        about: StakeholderFacts = {**of_crm, **told}  # type: ignore[typeddict-item]  # from a form and the CRM
        made.append(record_stakeholder(user, account, at=datetime.now(UTC), **about))

    if request.method == "POST" and carried_out(form, write):
        return redirect(f"{reverse('ask', args=[account.pk])}?who={made[0].pk}")
    form.point_at_first()
    page = {
        "account": account,
        "back": customer(account.pk),
        "stakeholders": [each for each in known if each.departed_on is None],
        "contacts": listed,
        "form": form,
    }
    return render(request, "web/entries/ask_whom.html", page, status=422 if form.errors else 200)


def _around(request: HttpRequest, user: User, account: Account, told: str) -> Around:
    known = access.stakeholders(user).filter(account=account, erased_at__isnull=True).select_related("account")
    stakeholder = known.filter(pk=key_of(told)).first()
    if stakeholder is None:
        raise Http404
    settings = served.settings()
    roles = {role.key for role in guide_book().roles}
    chosen = request.POST.get("role")
    return Around(
        user,
        stakeholder,
        chosen if chosen in roles or chosen == "" else role_named(stakeholder.title) or "",
        served.today(),
        settings.rules,
        settings.currency,
        access.may(user, "confide", account),
    )


def _talk(request: HttpRequest, account_id: str) -> Conversation:
    account = account_for(request, account_id)
    around = _around(request, viewer(request), account, request.POST.get("who", ""))
    return Conversation.of(around, request.POST)


def _keep(request: HttpRequest, talk: Conversation, *, is_agreed: bool) -> HttpResponse:
    full = talk.taking_all().typed_out()
    if full.is_empty:
        messages.error(request, "There is nothing to keep yet. Answer a question first.")
        return _page(request, talk, status=422)
    if not (full.keep_as_agreed() if is_agreed else full.keep_as_drafts()):
        return _page(request, full, status=422)
    count = len(full.goals)
    goals = f"{count} goal{'' if count == 1 else 's'}" if count else "What was said"
    messages.success(request, f"{goals} of {talk.around.stakeholder} {'is' if count <= 1 else 'are'} recorded.")
    return redirect(customer(talk.around.stakeholder.account_id))


def _page(request: HttpRequest, talk: Conversation, *, status: int = 200) -> HttpResponse:
    around = talk.around
    recorded = list(access.goals(around.user).filter(stakeholder=around.stakeholder).order_by("measure"))
    asked = talk.asked()
    wrong = next((form for form in (*talk.goals, *talk.stakes, talk.note) if form.is_bound and form.errors), None)
    if status == 422 and wrong is not None:
        wrong.point_at_first()
    page = {
        "account": around.stakeholder.account,
        "back": customer(around.stakeholder.account_id),
        "stakeholder": around.stakeholder,
        "talk": talk,
        "asked": asked,
        "first": None if wrong is not None and status == 422 else _first_open(asked),
        "role": around.role,
        "roles": guide_book().roles,
        "recorded": lines_of(around.user, recorded, today=around.today, zone=served.settings().zone),
        "may_confide": around.may_confide,
    }
    return render(request, "web/entries/ask.html", page, status=status)


def _turned(talk: Conversation, told: Mapping[str, str]) -> Conversation:
    """The conversation after a button was pressed that keeps nothing yet."""
    if dropped := told.get("drop"):
        return talk.without(dropped)
    if added := told.get("add"):
        return talk.taking(added)
    match told.get("do"):
        case "read":
            return talk.taking_all()
        case "empty":
            return talk.with_empty_goal()
        case _:
            return talk


def _first_open(asked: list[Asked]) -> str:
    """The question whose answer the page opens at."""
    return next((each.key for each in asked if not each.answer.strip()), "")
