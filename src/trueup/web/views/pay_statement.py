"""A payee's statement of a period, line by line, on paper too; and the question that somebody has about a line."""

from datetime import UTC, datetime
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from trueup.answers.pay_words import customers_of, days, line_shown, period_name, shown
from trueup.record.actions.pay_disputes import open_dispute
from trueup.record.models import User
from trueup.reports.statement import UnprintableStatementError
from trueup.served import pay as told
from trueup.served import pay_statement as paper
from trueup.served.pay import Kept
from trueup.served.pay_statement import Form
from trueup.web.asked import viewer
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import typed_in
from trueup.web.views.entries.sheets import Sheet, fill_in


class QuestionForm(EntryForm):
    """What is wrong with a line."""

    claim = text("What is wrong with it, and what did you expect?", "Whoever decides reads it.", long=True)


@require_GET
def show(request: HttpRequest, period: str, payee: str) -> HttpResponse:
    """The statement; ``?format=pdf`` and ``?format=html``: a file that needs nothing else, to print and to keep."""
    user = viewer(request)
    kept = _kept(user, payee, period)
    match request.GET.get("format"):
        case None:
            return render(request, "web/pay/statement.html", _page(user, kept))
        case "html" | "pdf" as form:
            return _file(user, kept, form)
        case _:
            raise Http404


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, period: str, payee: str, line_hash: str) -> HttpResponse:
    """Say that a line is wrong; what is said is bound to the line's hash."""
    user = viewer(request)
    kept = _kept(user, payee, period)
    line = next((each for each in kept.told.lines if each.hash == line_hash), None)
    if line is None:
        raise Http404
    said = line_shown(line, told.customer_names(user, {line.customer}))
    form = QuestionForm(typed_in(request))
    whose = f", {said.customer_name}" if said.customer else ""
    sheet = Sheet(
        f"Question this line of {period_name(period)}",
        f"{reverse('pay_statement', args=[period, payee])}#line-{line_hash}",
        lede=f"{said.when}, {said.what}{whose}: {said.amount}. The line stays as it is; finance decides, and what was"
        " wrong is put right in the period that is open then.",
        button="Dispute it",
    )
    ask = partial(open_dispute, user, payee, period, line_hash, at=datetime.now(UTC))
    return fill_in(
        request,
        form,
        sheet,
        lambda: ask(claim=form.cleaned_data["claim"]),
        says="It is disputed now. Finance decides it.",
    )


def _kept(user: User, payee: str, period: str) -> Kept:
    found = told.statement(user, payee, period)
    if found is None:
        raise Http404
    return found


def _page(user: User, kept: Kept) -> dict[str, object]:
    said = shown(
        kept.told,
        told.customer_names(user, customers_of(kept.told)),
        {kept.payee: kept.name},
        paper.follows(user, kept),
    )
    asked = told.disputes_of(user, kept.payee, kept.period, datetime.now(UTC))
    known = told.periods_of(user, kept.payee)
    in_order = sorted(known)
    at = in_order.index(kept.period)
    return {
        "here": "pay",
        "kept": kept,
        "of": said,
        "known": known - {kept.period},
        "groups": [(group, [(line, asked.get(line.hash)) for line in group.lines]) for group in said.groups],
        "asked": [(each, days(each.days)) for each in asked.values()],
        "earlier": in_order[at - 1] if at else "",
        "later": in_order[at + 1] if at + 1 < len(in_order) else "",
        "is_own": user.person_id == kept.payee,
        "leads": told.leads(user),
    }


def _file(user: User, kept: Kept, form: Form) -> HttpResponse:
    """The print version: the statement as it was kept, with names beside its ids."""
    try:
        answer = HttpResponse(paper.file_of(user, kept, form), content_type=paper.MEDIA[form])
    except UnprintableStatementError as error:
        return HttpResponse(f"{error}.\n", content_type="text/plain; charset=utf-8", status=422)
    name = paper.file_name(kept, form)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return answer
