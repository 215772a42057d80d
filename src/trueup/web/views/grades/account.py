"""One account's grades: each line by line, what changed, how it was before, and letters that people put over them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from trueup import served
from trueup.answers.grade import Explained, Line
from trueup.answers.grades import trail
from trueup.answers.gradings import gradings
from trueup.grades.worksheet import LETTERS
from trueup.record import access
from trueup.record.actions.grades import end_override, override_grade
from trueup.record.models import Account, GradeOverride, User
from trueup.runs.worksheets import CADENCES
from trueup.served.grades import explained_now
from trueup.units.period import parse_period
from trueup.web.views.entries.fields import DayField
from trueup.web.views.entries.forms import EntryForm, choice, text
from trueup.web.views.entries.rights import account_for, changeable, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, fill_in, history, remove
from trueup.web.views.entries.stakeholders import Deletion
from trueup.web.views.grades.chosen import ABOUT, LABELS, chosen
from trueup.web.views.grades.evidence import evidence_of, in_words


@require_GET
def show(request: HttpRequest, account_id: str) -> HttpResponse:
    """The grade that the address names, and the trail of all."""
    user = viewer(request)
    account = get_object_or_404(access.accounts(user), pk=account_id)
    found = chosen(request)
    if found is None:
        return render(request, "web/nothing_built.html")
    shown = explained_now(user, found.snapshot, found.grading, account_id)
    overrides = _overrides(user, account, found.grading.cadence)
    page: dict[str, Any] = {
        "account": account,
        "chosen": found,
        "labels": LABELS,
        "about": ABOUT[found.grading.cadence],
        "shown": shown,
        "may_change": access.may(user, "change", account),
        "trail": trail(found.snapshot, account_id, found.grading.cadence),
        "overrides": overrides,
        "today": served.today(),
    }
    if shown is not None:
        page["evidence"] = evidence_of(found, account_id)
        page |= {"lines": [told(line, shown) for line in shown.lines], **_moved(shown)}
    return render(request, "web/grades/account.html", page)


def summary(user: User, account_id: str) -> list[dict[str, Any]]:
    """An account's newest grades of periods that are over, one per cadence, for its page."""
    snapshot = served.snapshot()
    shown = []
    for cadence in CADENCES if snapshot else ():
        assert snapshot is not None
        known = gradings(snapshot, cadence)
        over = [each for each in known if each.is_over] or list(known)
        if not over:
            continue
        grade = explained_now(user, snapshot, over[-1], account_id, with_peers=False)
        if grade is not None:
            shown.append({"cadence": cadence, "label": LABELS[cadence], "about": ABOUT[cadence], "grade": grade})
            shown[-1] |= {**_moved(grade), "worst": _worst(grade)}
    return shown


def told(line: Line, of: Explained) -> dict[str, Any]:
    """A line as the page shows it: values in words, points as a share of the bar."""
    most = line.criterion.most
    return {
        "line": line,
        "value": value_told(line, line.value),
        "before": value_told(line, line.before),
        "share": None if line.points is None else round(100 * line.points / most),
        "meaning": _meaning(line),
        "facts": line.behind if line.unit in {"ratio", "hours", "days"} else None,
        "better_than": None if line.better_than is None else round(100 * line.better_than),
        "added": None if line.added is None else float(line.added),
        "changed": float(line.changed),
        "because": "" if line.points is not None else _unknown(line),
        "is_of_last": of.last is not None,
    }


def value_told(line: Line, value: float | str | None) -> str:
    """A criterion's input in the words of its unit."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if line.criterion.source == "question":
        return f"{value:g} of 5"
    if line.criterion.source == "attribute":
        return f"{value:,.1f}".removesuffix(".0")
    return in_words(value, line.unit)


def _meaning(line: Line) -> str:
    """What an answer means."""
    if line.criterion.source == "question" and isinstance(line.value, float | int):
        return line.criterion.meanings[int(line.value) - 1]
    return ""


def _unknown(line: Line) -> str:
    match line.criterion.source:
        case "question":
            return "not answered"
        case "attribute":
            return "not known of them"
        case _ if line.behind:
            return f"only {line.behind} facts, {line.criterion.lowest} needed"
        case _:
            return "nothing happened that could be measured"


def _worst(grade: Explained) -> list[Line]:
    """The lines that cost most of the score, at most two."""
    lost = [
        (line.criterion.weight * (line.criterion.most - line.points), line)
        for line in grade.lines
        if line.points is not None and line.points < line.criterion.most
    ]
    return [line for _, line in sorted(lost, key=lambda each: -each[0])[:2]]


def _moved(grade: Explained) -> dict[str, Any]:
    score, last = grade.score, grade.last
    before = last.score if last is not None else None
    moved = float(score - before) if score is not None and before is not None else None
    return {"moved": moved, "score": None if score is None else float(score)}


def _overrides(user: User, account: Account, cadence: str) -> QuerySet[GradeOverride]:
    rows = access.grade_overrides(user).filter(account=account, cadence=cadence)
    return rows.select_related("author").order_by("-starts_on", "-pk")


class OverrideForm(EntryForm):
    """A letter over the computed one."""

    beside = (("letter", "ends_on"),)

    letter = choice("The grade that holds instead", [(letter, letter) for letter in LETTERS])
    ends_on = DayField(label="Until", help_text="The computed grade holds again on the day after.")
    reason = text("What the data do not know", long=True)


@require_http_methods(["GET", "POST"])
def override(request: HttpRequest, account_id: str) -> HttpResponse:
    """Put a letter over the computed one, until a day."""
    account, user = account_for(request, account_id), viewer(request)
    found = chosen(request)
    if found is None:
        raise Http404
    cadence, today = found.grading.cadence, served.today()
    now = explained_now(user, found.snapshot, found.grading, account_id)
    ends = parse_period(found.known[0].period, served.settings().rules).last
    form = OverrideForm(
        typed_in(request), initial={"letter": now.computed if now else "C", "ends_on": max(ends, today)}
    )
    back = f"{reverse('customer_grades', args=[account_id])}?cadence={cadence}"
    lede = f"The {cadence} grade is computed as {now.computed}; it stays visible beside yours." if now else ""
    return fill_in(
        request,
        form,
        Sheet(f"Override the {cadence} grade", back, account, lede=lede, button="Put it over"),
        lambda: override_grade(
            user, account, at=datetime.now(UTC), cadence=cadence, starts_on=today, **form.cleaned_data
        ),
        says="Saved. It holds from today.",
    )


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, override_id: UUID) -> HttpResponse:
    """Take an override back."""
    row, user = changeable(request, access.grade_overrides, override_id), viewer(request)
    form = Deletion(typed_in(request))
    back = f"{reverse('customer_grades', args=[row.account_id])}?cadence={row.cadence}"
    return remove(
        request,
        form,
        Sheet(f"Take back the {row.letter}?", back, row.account),
        lambda: end_override(user, row, at=datetime.now(UTC), **form.cleaned_data),
        says="The computed grade holds again.",
        history=history("override", row.pk),
    )
