"""A worksheet to be filled by hand: one customer after the other, what the data know beside what only people know."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from trueup.answers.grades import graded_ids
from trueup.answers.gradings import SHOWN, sheet_of
from trueup.grades.worksheet import ANSWERS, Criterion, Worksheet
from trueup.record import access
from trueup.record.actions.grades import About, Answer, answer_questions
from trueup.record.models import Account, User
from trueup.record.refusal import Refused
from trueup.served.grades import explained_now
from trueup.web.views.entries.rights import account_for, viewer
from trueup.web.views.grades.account import told
from trueup.web.views.grades.chosen import ABOUT, LABELS, Chosen, chosen

CANNOT_SAY = "0"


@dataclass(frozen=True)
class Asked:
    """A question as the page asks it: what was answered so far, and in which words the evidence was given."""

    criterion: Criterion
    number: int
    options: tuple[tuple[int, str], ...]
    answer: int | None
    is_answered: bool
    note: str


@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Go to the first customer of whom something is unanswered."""
    user = viewer(request)
    found = _to_fill(request)
    if found is None:
        return render(request, "web/nothing_built.html")
    place = _places(user, found)
    if not place.open:
        says = "Everything is answered." if place.all else "There is nobody to answer for among your customers."
        messages.success(request, says)
        return redirect(f"{reverse('grades')}?{found.address}")
    return redirect(_address(place.open[0], found))


@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, account_id: str) -> HttpResponse:
    """One customer's questions; once saved, the next customer's."""
    account, user = account_for(request, account_id), viewer(request)
    found = _to_fill(request)
    if found is None:
        raise Http404
    sheet = sheet_of(found.snapshot, found.grading)
    if not sheet.questions:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            answers = _typed(sheet, request.POST)
            answer_questions(user, About(account, sheet.name, found.grading.period), answers, at=datetime.now(UTC))
        except Refused as error:
            refused = str(error)
        else:
            return _saved(request, user, found, account)
    place = _places(user, found)
    shown = explained_now(user, found.snapshot, found.grading, account_id)
    following = place.after(account_id)
    return render(
        request,
        "web/grades/by_hand.html",
        {
            "account": account,
            "chosen": found,
            "label": LABELS[found.grading.cadence],
            "about": ABOUT[found.grading.cadence],
            "questions": _asked(user, found, sheet, account, request.POST if refused else None),
            "known": [told(line, shown) for line in shown.lines if line.criterion.source != "question"]
            if shown
            else [],
            "shown": shown,
            "refused": refused,
            "done": len(place.all) - len(place.open),
            "total": len(place.all),
            "skip": _address(following, found) if following else "",
        },
        status=422 if refused else 200,
    )


def _to_fill(request: HttpRequest) -> Chosen | None:
    """The grading to answer for; what is closed is not there any more."""
    found = chosen(request, to_fill=True)
    if found is not None and found.grading.closed_at is not None:
        raise Http404
    return found


@dataclass(frozen=True)
class _Places:
    """The customers somebody may answer for, by name, and those of whom something is unanswered."""

    all: tuple[str, ...]
    open: tuple[str, ...]

    def after(self, account_id: str) -> str | None:
        """The next of whom something is unanswered, from this one on, and around again."""
        order = {each: place for place, each in enumerate(self.all)}
        here = order.get(account_id, -1)
        others = [each for each in self.open if each != account_id]
        return next((each for each in others if order[each] > here), others[0] if others else None)


def _places(user: User, found: Chosen) -> _Places:
    among = access.ids(_answerable(user).order_by("name", "pk"))
    ids = graded_ids(found.snapshot, found.grading)
    questions = sheet_of(found.snapshot, found.grading).questions
    answered = dict(
        access.grade_answers(user)
        .filter(
            worksheet=found.grading.worksheet,
            period=found.grading.period,
            criterion__in=[question.name for question in questions],
        )
        .values_list("account_id")
        .annotate(Count("pk"))
    )
    listed = tuple(account_id for account_id in among if account_id in ids)
    return _Places(listed, tuple(each for each in listed if answered.get(each, 0) < len(questions)))


def _answerable(user: User) -> QuerySet[Account]:
    """The accounts at which somebody enters: those on whose team they are, or, where there are none, all."""
    changeable = access.changeable_accounts(user).filter(left_on__isnull=True)
    own = changeable.filter(pk__in=access.own_accounts(user).values("pk"))
    return own if own.exists() else changeable


def _asked(user: User, found: Chosen, sheet: Worksheet, account: Account, typed: QueryDict | None) -> list[Asked]:
    kept = {
        each.criterion: each
        for each in access.grade_answers(user).filter(
            account=account, worksheet=sheet.name, period=found.grading.period
        )
    }
    asked = []
    for number, question in enumerate(sheet.questions, start=1):
        before = kept.get(question.name)
        answer = before.answer if before else None
        note = before.note if before else ""
        if typed is not None:
            said = typed.get(question.name, "")
            answer = int(said) if said in {str(each) for each in ANSWERS} else None
            note = typed.get(f"{question.name}.note", "")
        options = tuple(zip(ANSWERS, question.meanings, strict=True))
        asked.append(Asked(question, number, options, answer, before is not None, note))
    return asked


def _typed(sheet: Worksheet, typed: QueryDict) -> dict[str, tuple[Answer | None, str]]:
    """The answers that were chosen; questions without one are left open."""
    answers: dict[str, tuple[Answer | None, str]] = {}
    for question in sheet.questions:
        said = typed.get(question.name, "")
        note = typed.get(f"{question.name}.note", "").strip()
        if said == CANNOT_SAY:
            answers[question.name] = (None, note)
        elif said in {str(each) for each in ANSWERS}:
            answers[question.name] = (cast("Answer", int(said)), note)
        elif said or note:
            raise Refused(
                f"“{question.reads}” has a note and no answer." if note else f"{said!r} is no answer.",
                field=question.name,
                cure="Choose 1 to 5, or that you cannot say.",
            )
    return answers


def _saved(request: HttpRequest, user: User, found: Chosen, account: Account) -> HttpResponse:
    """Say what the grade is now, and go on."""
    now = explained_now(user, found.snapshot, found.grading, account.pk)
    if now is not None:
        score = "" if now.score is None else f", {float(now.score):.0f} of 100"
        means = "still too little is known for a letter" if now.grade == SHOWN[-1] else f"{now.grade}{score}"
        messages.success(request, f"{account}: {means}.")
    if "stay" in request.POST:
        return redirect(f"{reverse('customer_grades', args=[account.pk])}?{found.address}")
    following = _places(user, found).after(account.pk)
    if following is None:
        messages.success(request, "That was the last one: everything is answered.")
        return redirect(f"{reverse('grades')}?{found.address}")
    return redirect(_address(following, found))


def _address(account_id: str, found: Chosen) -> str:
    told: dict[str, Any] = {"cadence": found.grading.cadence, "period": found.grading.period}
    return f"{reverse('grades_by_hand', args=[account_id])}?{urlencode(told)}"
