"""Lines that somebody questioned: for how long, about what, and what came of it."""

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from trueup.answers.pay_words import OUTCOMES, LineShown, days, line_shown, period_name, posted_shown
from trueup.record.actions.pay_disputes import decide_dispute
from trueup.record.models import User
from trueup.record.models.pay_periods import OUTCOMES as KNOWN
from trueup.record.refusal import Refused
from trueup.served import pay as told
from trueup.served.pay import DisputeTold
from trueup.served.pay_statement import Followed, led_to
from trueup.web.asked import viewer
from trueup.web.views.entries.forms import EntryForm, choice, text
from trueup.web.views.entries.rights import typed_in
from trueup.web.views.entries.sheets import Sheet, fill_in

_CHOICES = [
    ("", "choose one"),
    ("rejected", "The line is right, for a reason"),
    ("evidence", "New evidence: an event is put right"),
    ("plan_correction", "The plan is put right"),
]


class DecisionForm(EntryForm):
    """What comes of a dispute."""

    outcome = choice("What comes of it", _CHOICES)
    reason = text("Reason", "They will read it.", long=True)
    evidence = text("Key of the event that is put right", "only with new evidence")
    plan_hash = text("Hash of the plan that is put right", "only where the plan is")


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Open disputes, the oldest first, then decided ones."""
    user = viewer(request)
    page = {
        "here": "disputes",
        "leads": told.leads(user),
        "open": [_row(user, each) for each in told.open_disputes(user, datetime.now(UTC))],
        "decided": [_row(user, each) for each in told.decided_disputes(user)],
    }
    return render(request, "web/pay/disputes.html", page)


@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    """A dispute: what is claimed, the line as it stood, and what came of it."""
    user = viewer(request)
    found = _found(user, number)
    kept = told.statement(user, found.dispute.payee, found.dispute.period)
    is_there = kept is not None and any(line.hash == found.dispute.line_hash for line in kept.told.lines)
    page = {
        "here": "disputes",
        "each": found,
        "row": _row(user, found),
        "is_there": is_there,
        "step": told.may_decide(user, found.dispute),
        "outcome": OUTCOMES[found.outcome.outcome] if found.outcome else "",
        "led_to": [_led_to(user, each) for each in led_to(user, found.outcome)] if found.outcome else [],
    }
    return render(request, "web/pay/dispute.html", page)


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Say what comes of a dispute."""
    user = viewer(request)
    found = _found(user, number)
    if found.outcome is not None or not told.may_decide(user, found.dispute).may:
        raise Http404
    form = DecisionForm(typed_in(request))
    line = _line(user, found)
    about = f"{line.when}, {line.what}: {line.amount}. " if line else ""
    sheet = Sheet(
        "Decide this dispute",
        reverse("pay_dispute", args=[number]),
        lede=f"{found.name}, {period_name(found.dispute.period)}. {about}“{found.dispute.claim}”"
        " Once it is decided, it stays as it is.",
        button="Decide",
        is_grave=True,
    )

    def write() -> object:
        said = dict(form.cleaned_data)
        chosen = said.pop("outcome")
        outcome = next((each for each in KNOWN if each == chosen), None)
        if outcome is None:
            raise Refused("Nothing is chosen.", field="outcome", cure="Choose what comes of it.")
        return decide_dispute(user, found.dispute, outcome=outcome, at=datetime.now(UTC), **said)

    return fill_in(request, form, sheet, write, says="Decided.")


def _found(user: User, number: int) -> DisputeTold:
    found = told.dispute(user, number, datetime.now(UTC))
    if found is None:
        raise Http404
    return found


def _line(user: User, of: DisputeTold) -> LineShown | None:
    return None if of.line is None else line_shown(of.line, told.customer_names(user, {of.line.customer}))


def _led_to(user: User, each: Followed) -> dict[str, object]:
    """A later statement's lines that go back to a dispute, and what was posted by it."""
    names = told.customer_names(user, {line.customer for line in each.lines})
    return {
        "key": each.period,
        "period": period_name(each.period),
        "lines": [(each.told.label(line.component), line_shown(line, names)) for line in each.lines],
        "posted": [posted_shown(each.told, posted) for posted in each.posted],
    }


def _row(user: User, of: DisputeTold) -> dict[str, object]:
    """What pages show of a dispute."""
    return {
        "dispute": of.dispute,
        "name": of.name,
        "period": period_name(of.dispute.period),
        "days": days(of.days),
        "line": _line(user, of),
        "component": of.statement.label(of.line.component) if of.statement and of.line else "",
        "outcome": of.outcome,
        "says": OUTCOMES[of.outcome.outcome] if of.outcome else "",
    }
